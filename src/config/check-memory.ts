/** Whether a training step fits in memory, and in how many parts of the batch it is computed. */
import { hasBatchNorm } from '../core/network';
import type { Network } from '../core/network';
import type { Sharing } from '../core/rps/sharing';
import { densestSparse } from '../core/kernels/break-even';
import type { LayerPlan } from './layer-plans';
import { sparseStepMemory } from '../core/sparse-step-memory';
import {
  examplesWithin,
  heapLimit,
  planStep,
  productShare,
  signalsShare,
  stepBy,
  stepMemory,
} from '../core/step-memory';
import type { StepMemory, StepPlan } from '../core/step-memory';
import type { NetworkPlan } from './plan';
import type { PathFinding } from './finding';
import * as errors from './memory-errors';
import type { Config } from './types';

const gibibyte = 2 ** 30;

/** Values that the optimizer remembers of each parameter. */
const slotsOf = ({ train }: Config): number => (train.optimizer.name === 'sgd' ? 1 : 2);

const memoryOf = (config: Config, network: Network): StepMemory =>
  stepMemory(network, slotsOf(config), config.sharing?.compression);

/** Of how many examples signals are measured: all in one batch, and within the memory that a step may take. */
export function planSignals(config: Config, network: Network): { signalSamples: number; problems: PathFinding[] } {
  const { samples, at, every } = config.probes.signals;
  const limit = (config.train.memory * gibibyte) / signalsShare;
  const signalSamples = examplesWithin(memoryOf(config, network), samples, limit);
  if (signalSamples === samples || (at.length === 0 && every === 0)) return { signalSamples, problems: [] };
  const path = 'probes.signals.samples';
  return { signalSamples, problems: [{ ...errors.signalsOfFewer(samples, signalSamples), path }] };
}

/** The step of a config. `problems`: where it is an error, the step cannot be had. */
export function planMemory(config: Config, network: Network): { step: StepPlan; problems: PathFinding[] } {
  const { train, sparsity } = config;
  const { batchSize, microBatch, memory: budget } = train;
  const memory = memoryOf(config, network);
  const limit = budget * gibibyte;
  const step = microBatch === 'auto' ? planStep(memory, batchSize, limit) : stepBy(memory, batchSize, microBatch);
  if (memory.fixed > heapLimit)
    return { step, problems: [{ ...errors.networkDoesNotFit(memory.fixed, heapLimit), path: 'model' }] };
  const path = microBatch === 'auto' ? 'train.memory' : 'train.microBatch';
  if (step.bytes > heapLimit) {
    const fitting = Math.floor((heapLimit - memory.fixed) / memory.perExample);
    return { step, problems: [{ ...errors.stepDoesNotFit(step, heapLimit, fitting), path }] };
  }
  const product = productShare * stepBy(memory, batchSize, 1).bytes;
  if (sparsity.distribution === 'grasp' && product > heapLimit)
    return { step, problems: [{ ...errors.graspDoesNotFit(product, heapLimit), path: 'sparsity.distribution' }] };
  if (step.bytes > limit) return { step, problems: [{ ...errors.stepOverMemory(step, limit), path }] };
  if (step.parts === 1 || !hasBatchNorm(network)) return { step, problems: [] };
  return { step, problems: [{ ...errors.normsSeeParts(step, batchSize), path: 'train.batchSize' }] };
}

/** The same step where kept weights alone are computed: in as many parts. `density`: of layers of which it is not known. */
export function sparseStep(
  config: Config,
  network: Network,
  p: { layers: readonly LayerPlan[]; density: number; sharing?: Sharing | undefined; microBatch: number },
): StepPlan {
  const { layers, density, sharing, microBatch } = p;
  const kept = new Map(
    layers.map(({ name, weights, targetNonZeros }) => [name, targetNonZeros ?? Math.round(density * weights)]),
  );
  const memory = sparseStepMemory(network, {
    kept: ({ name }) => kept.get(name) ?? 0,
    slots: slotsOf(config),
    denseGradients: config.sparsity.update.method === 'rigl',
    ...(sharing && { shared: { m: sharing.m, layers: new Set(sharing.layers.map(({ name }) => name)) } }),
  });
  return stepBy(memory, config.train.batchSize, microBatch);
}

/** Who may compute the step of a config, as far as that is told before it is known on what: one of them, or either. */
export const possibleSteps = (
  { step, sparseStep: sparse, density, sharing }: Pick<NetworkPlan, 'step' | 'sparseStep' | 'density' | 'sharing'>,
  backend: Config['compute']['backend'],
): { tensors?: StepPlan; sparse?: StepPlan } => {
  if (backend === 'sparse') return { sparse };
  const either = backend === 'auto' && !sharing && density !== undefined && density <= densestSparse;
  return either ? { tensors: step, sparse } : { tensors: step };
};
