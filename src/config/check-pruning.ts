/** Whether scores before training, or pruning in training, leave each layer a weight. */
import { isSparseError } from '../core/errors';
import { rewindCounts } from '../core/prune/rewind';
import * as errors from './errors';
import type { Finding, PathFinding } from './finding';
import { possibleDensity } from './layer-plans';
import type { LayerPlan } from './layer-plans';
import { guideOf, isRotated, isScored, startsDense } from './methods';
import type { Placed } from './model-network';
import { smallestDensity } from './smallest-density';
import type { Config } from './types';

/** Weights after each level, as many levels as there can be. */
function countsOf(weights: number, { levels, fraction }: Config['train']['rewind']): number[] {
  try {
    return rewindCounts(weights, levels, fraction);
  } catch (error) {
    if (!isSparseError(error) || typeof error.details?.largest !== 'number') throw error;
    return rewindCounts(weights, error.details.largest, fraction);
  }
}

interface Pruned {
  /** Those that can be pruned, in order. */
  layers: readonly LayerPlan[];
  weights: number;
  /** Kept when training begins, where that is known. */
  nonZeros: number | undefined;
}

/**
 * Which layer is emptied by magnitude depends on the weights; that one is, on the counts: here the last are said to be.
 */
export function checkPruning(config: Config, placed: readonly Placed[], pruned: Pruned): PathFinding[] {
  const { density, distribution, init, update } = config.sparsity;
  const { layers, weights } = pruned;
  const names = layers.map(({ name }) => name);
  const kept = Math.round(density * weights);
  const path = 'sparsity.density';
  if (startsDense(update)) {
    if (kept >= layers.length) return [];
    const enough = (wanted: number): boolean => Math.round(wanted * weights) >= layers.length;
    const text = smallestDensity({ low: density, highest: 1 }, enough);
    return [{ ...errors.prunedTooFar(density, kept, names, { text }), path }];
  }
  if (isScored(distribution) && !guideOf(config.sparsity) && init !== 'sao' && kept < layers.length) {
    // The other scores share as they will: only SynFlow keeps one weight of each layer whatever it scores.
    const leastOnly = distribution !== 'synflow' || isRotated(init);
    return [
      { ...errors.prunedTooFar(density, kept, names, { text: possibleDensity(config, placed), leastOnly }), path },
    ];
  }
  return checkLevels(config, placed, pruned);
}

function checkLevels(config: Config, placed: readonly Placed[], { layers, nonZeros }: Pruned): PathFinding[] {
  if (nonZeros === undefined) return [];
  const { rewind } = config.train;
  const names = layers.map(({ name }) => name);
  const byDensity = config.sparsity.init !== 'sao' && !guideOf(config.sparsity);
  const enough = (weights: number): boolean => (countsOf(weights, rewind).at(rewind.levels) ?? 0) >= layers.length;
  const possible = (): string | undefined => (byDensity ? possibleDensity(config, placed, enough) : undefined);
  const finding = levelsFinding(rewind, names, nonZeros, possible);
  return finding ? [{ ...finding, path: 'train.rewind.levels' }] : [];
}

/**
 * What is wrong with as many levels of lottery tickets when the layers of these `names` have `weights` together,
 * planned or drawn. `possible`: the smallest density that would do, asked for only where these do not.
 */
export function levelsFinding(
  rewind: Config['train']['rewind'],
  names: readonly string[],
  weights: number,
  possible: () => string | undefined = () => undefined,
): Finding | undefined {
  const { levels } = rewind;
  if (levels === 0) return undefined;
  const counts = countsOf(weights, rewind);
  const most = counts.findLastIndex((count) => count >= names.length);
  // Too few to begin with is another's to say.
  if (most < 0 || most >= levels) return undefined;
  return errors.tooManyLevels(levels, counts.at(levels) ?? 0, names, most, possible());
}
