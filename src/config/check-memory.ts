/** Whether a training step fits in memory, and in how many parts of the batch it is computed. */
import { hasBatchNorm } from '../core/network';
import type { Network } from '../core/network';
import type { Sharing } from '../core/rps/sharing';
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
import type { PathFinding } from './finding';
import { isScored } from './methods';
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

/**
 * What is known of the layers before any weight is. `density`: of those of which it is not known how many weights are
 * kept.
 */
export interface Kept {
  layers: readonly LayerPlan[];
  density: number;
  sharing?: Pick<Sharing, 'm'> & { layers: readonly { name: string }[] };
}

const sparseMemory = (config: Config, network: Network, { layers, density, sharing }: Kept): StepMemory => {
  const kept = new Map(
    layers.map(({ name, weights, targetNonZeros }) => [name, targetNonZeros ?? Math.round(density * weights)]),
  );
  return sparseStepMemory(network, {
    kept: ({ name }) => kept.get(name) ?? 0,
    slots: slotsOf(config),
    denseGradients: config.sparsity.update.method === 'rigl',
    ...(sharing && { shared: { m: sharing.m, layers: new Set(sharing.layers.map(({ name }) => name)) } }),
  });
};

/** Whether something of the run is computed with all weights, whatever computes its steps. */
const asksForAll = ({ sparsity, probes: { jacobian, signals } }: Config): boolean =>
  isScored(sparsity.distribution) || jacobian.at.length > 0 || signals.at.length > 0 || signals.every > 0;

/** Before it is planned: as if all weights were shared. */
const sharedBy = ({ sharing }: Config, layers: readonly LayerPlan[]): Pick<Kept, 'sharing'> => {
  if (!sharing) return {};
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  return { sharing: { m: Math.ceil(weights / sharing.compression), layers } };
};

interface PlannedStep {
  step: StepPlan;
  /** Where the memory of TensorFlow.js is too small for the step. */
  onlySparse?: true;
  /** Where one is an error, the step cannot be had. */
  problems: PathFinding[];
}

/** The step of a config. `kept`: where it is known. */
export function planMemory(config: Config, network: Network, kept?: Kept): PlannedStep {
  const { train, sparsity, compute } = config;
  const { batchSize, microBatch, memory: budget } = train;
  const limit = budget * gibibyte;
  const stepIn = (memory: StepMemory): StepPlan =>
    microBatch === 'auto' ? planStep(memory, batchSize, limit) : stepBy(memory, batchSize, microBatch);
  const memory = memoryOf(config, network);
  const step = stepIn(memory);
  const product = productShare * stepBy(memory, batchSize, 1).bytes;
  if (step.bytes <= heapLimit && sparsity.distribution === 'grasp' && product > heapLimit)
    return { step, problems: [{ ...errors.graspDoesNotFit(product, heapLimit), path: 'sparsity.distribution' }] };
  if (step.bytes <= heapLimit) return { step, problems: warningsOf(config, network, step) };
  const leaves = compute.backend === 'auto' || compute.backend === 'sparse';
  const other =
    leaves && kept ? sparseMemory(config, network, { ...kept, ...sharedBy(config, kept.layers) }) : undefined;
  const less = other && stepIn(other);
  // Of a few examples the probes are measured by TensorFlow.js all the same.
  const all = asksForAll(config) && stepBy(memory, batchSize, 1).bytes > heapLimit;
  if (less && less.bytes <= heapLimit && !all)
    return {
      step: stepBy(memory, batchSize, less.microBatch),
      onlySparse: true,
      problems: warningsOf(config, network, less),
    };
  // Of shared weights all are there: that the other does not hold them either is no news.
  const told = config.sharing && !(less && less.bytes <= heapLimit) ? undefined : less;
  return { step, problems: [misfitOf(config, memory, step, told)] };
}

function misfitOf(
  { train: { microBatch } }: Config,
  memory: StepMemory,
  step: StepPlan,
  sparse: StepPlan | undefined,
): PathFinding {
  if (memory.fixed > heapLimit) return { ...errors.networkDoesNotFit(memory.fixed, heapLimit, sparse), path: 'model' };
  const fitting = Math.floor((heapLimit - memory.fixed) / memory.perExample);
  const path = microBatch === 'auto' ? 'train.memory' : 'train.microBatch';
  return { ...errors.stepDoesNotFit(step, heapLimit, { fitting, sparse }), path };
}

function warningsOf({ train }: Config, network: Network, step: StepPlan): PathFinding[] {
  const { batchSize, microBatch, memory: budget } = train;
  const limit = budget * gibibyte;
  const path = microBatch === 'auto' ? 'train.memory' : 'train.microBatch';
  if (step.bytes > limit) return [{ ...errors.stepOverMemory(step, limit), path }];
  if (step.parts === 1 || !hasBatchNorm(network)) return [];
  return [{ ...errors.normsSeeParts(step, batchSize), path: 'train.batchSize' }];
}

/** The same step where kept weights alone are computed: in as many parts. */
export const sparseStep = (config: Config, network: Network, kept: Kept, { microBatch }: StepPlan): StepPlan =>
  stepBy(sparseMemory(config, network, kept), config.train.batchSize, microBatch);
