/** Whether a training step fits in memory, and in how many parts of the batch it is computed. */
import { hasBatchNorm } from '../core/network';
import type { Network } from '../core/network';
import { heapLimit, planStep, productShare, stepBy, stepMemory } from '../core/step-memory';
import type { StepPlan } from '../core/step-memory';
import type { PathFinding } from './finding';
import * as errors from './memory-errors';
import type { Config } from './types';

const gibibyte = 2 ** 30;

/** The step of a config. `problems`: where it is an error, the step cannot be had. */
export function planMemory(
  { train, sparsity, sharing }: Config,
  network: Network,
): { step: StepPlan; problems: PathFinding[] } {
  const { batchSize, microBatch, memory: budget, optimizer } = train;
  const memory = stepMemory(network, optimizer.name === 'sgd' ? 1 : 2, sharing?.compression);
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
