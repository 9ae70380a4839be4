/** Whether a network that is pruned in training has a weight for each layer left in the end. */
import { atLeast, isSparseError } from '../core/errors';
import { rewindCounts } from '../core/prune/rewind';
import * as errors from './errors';
import type { PathFinding } from './finding';
import { startsDense } from './methods';
import type { Config } from './types';

/** Weights after each level, as many levels as there can be. */
function countsOf(weights: number, levels: number, share: number): number[] {
  try {
    return rewindCounts(weights, levels, share);
  } catch (error) {
    if (!isSparseError(error) || typeof error.details?.largest !== 'number') throw error;
    return rewindCounts(weights, error.details.largest, share);
  }
}

/** `nonZeros`: kept when training begins, where that is known. */
export function checkPruning(
  { sparsity, train: { rewind } }: Config,
  network: { layers: number; weights: number; nonZeros: number | undefined },
): PathFinding[] {
  const { layers, weights, nonZeros } = network;
  const kept = Math.round(sparsity.density * weights);
  if (startsDense(sparsity.update) && kept < layers)
    return [
      { ...errors.prunedTooFar(sparsity.density, kept, layers, atLeast(layers / weights)), path: 'sparsity.density' },
    ];
  if (rewind.levels === 0 || nonZeros === undefined) return [];
  const counts = countsOf(nonZeros, rewind.levels, rewind.fraction);
  const most = counts.findLastIndex((count) => count >= layers);
  // Too few to begin with is another's to say.
  if (most < 0 || most >= rewind.levels) return [];
  return [{ ...errors.tooManyLevels(rewind.levels, layers, most), path: 'train.rewind.levels' }];
}
