/** What whoever trains a network is told, and what it tells of a step. */
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import type { Labels } from './data/data-set';
import type { OptimizerSettings } from './optimizer';
import type { SharingRule } from './rps/rule';

export interface Batch {
  size: number;
  /** (size, inputs), row-major. */
  x: Float32Array;
  /** Class of each example. */
  labels: Labels;
}

export interface StepResult {
  /** Mean cross-entropy, nats, before the update. */
  loss: number;
  /** Share classified right, before the update. */
  accuracy: number;
  /**
   * Euclidean norm over the gradients of all that is trained, kept weights only, without weight decay and before
   * clipping.
   */
  gradientNorm: number;
}

export interface Evaluation {
  /** Sum, not mean, so that batches add up. */
  loss: number;
  correct: number;
}

export interface TrainerSettings {
  optimizer: OptimizerSettings;
  /** Share of each target that is spread over all classes, in training only; default 0. */
  labelSmoothing?: number;
  /** Gradients are scaled down to this norm, of all of them together; default: they are not. */
  clipNorm?: number;
  /** Examples whose gradient is computed at a time; default: all of the batch. */
  microBatch?: number;
  /** How the weights of some layers are recovered from a memory, which the state then has. */
  sharing?: SharingRule;
  /** Of our own kernels, at most; default: as many as the process has. */
  threads?: number;
}

/** How a config trains its network. `rule`: where it shares weights. */
export const trainingSettings = (p: {
  config: Pick<Config, 'train' | 'compute'>;
  plan: Pick<NetworkPlan, 'step'>;
  rule?: SharingRule | undefined;
}): TrainerSettings => ({
  ...p.config.train,
  microBatch: p.plan.step.microBatch,
  ...(p.rule && { sharing: p.rule }),
  ...(p.config.compute.threads !== 'auto' && { threads: p.config.compute.threads }),
});

/** How far one update goes. */
export interface Stride {
  learningRate: number;
  /** Updates since the optimizer began, this one included. */
  count: number;
}
