/**
 * Lottery-ticket rewinding: train, prune a share of the lowest |w| of all layers, put the rest back to an early step,
 * again (Frankle et al., "Linear mode connectivity and the lottery ticket hypothesis", 2020; eoi.md 3.3).
 */
import * as errors from './errors';
import { magnitudeScores } from './magnitude';
import { checkSize } from './scores';
import { checkScores, countOnes, keepHighest } from './select';

/** eoi.md 3.3: 20 % of what remains, per level. */
const defaultShare = 0.2;

const mostLevels = 1000;

/**
 * Weights that remain after each level, level 0 (all) first: each prunes ceil(share * remaining), so the density after
 * L levels is nearly (1 - share)^L. Throws `prune.bad-share`, `prune.bad-levels`, `prune.levels-empty`.
 */
export function rewindCounts(weights: number, levels: number, share = defaultShare): number[] {
  if (!Number.isInteger(levels) || levels < 0 || levels > mostLevels) throw errors.badLevels(levels);
  const counts = [weights];
  while (counts.length <= levels) {
    const next = remaining(counts[counts.length - 1], share);
    if (next < 1) throw errors.levelsEmpty(counts.length, weights, counts.length - 1);
    counts.push(next);
  }
  return counts;
}

function remaining(count: number, share: number): number {
  if (!(share > 0 && share < 1)) throw errors.badShare(share);
  // 0.2 * 5 must be 1, not the 1.0000000000000002 that ceil would make 2.
  return count - Math.max(1, Math.ceil(share * count - 1e-9));
}

export interface TrainedLayer {
  name: string;
  /** At the end of a level's training, row-major. */
  weights: Float32Array;
  /** What the level kept, one byte per weight. */
  mask: Uint8Array;
}

/**
 * Masks of the next level, in the order given: the share of the weights kept so far that is pruned, as `keepLargest`
 * does. Throws `prune.bad-share` and what that throws.
 */
export const nextLevel = (layers: readonly TrainedLayer[], share = defaultShare): Uint8Array[] =>
  keepLargest(layers, remaining(keptOf(layers), share));

const keptOf = (layers: readonly TrainedLayer[]): number => layers.reduce((sum, { mask }) => sum + countOnes(mask), 0);

/**
 * Masks of `count` of the weights kept so far, in the order given: those of the largest |w| of all layers, and none
 * that was pruned comes back. The largest of each layer stays whatever the others are: a network in training is not cut
 * in two. Throws `prune.size-mismatch`, `prune.no-scores`, `prune.duplicate-layer`, `prune.non-finite`,
 * `prune.count-out-of-range`, `prune.all-equal` where all kept so far have one |w|, `prune.count-below-least` for less
 * than one for each layer.
 */
export function keepLargest(layers: readonly TrainedLayer[], count: number): Uint8Array[] {
  const scores = layers.map(({ name, weights, mask }) => {
    checkSize(name, 'mask values', mask, weights.length);
    // A kept weight may be exactly 0: a pruned one ranks below it.
    return { name, scores: magnitudeScores(weights).map((magnitude, i) => (mask[i] === 0 ? -1 : magnitude)) };
  });
  checkScores(scores);
  const kept = keptOf(layers);
  if (!Number.isInteger(count) || count < 0 || count > kept) throw errors.countOutOfRange(count, kept);
  checkDiffer(layers, count, kept);
  // A layer that was emptied before has nothing left to keep.
  const alive = scores.filter((_, l) => layers[l].mask.includes(1));
  const masks = new Map(keepHighest(alive, count, 1).map((mask, l) => [alive[l], mask]));
  return scores.map((layer) => masks.get(layer) ?? new Uint8Array(layer.scores.length));
}

/** Throws `prune.all-equal`, of the weights kept so far; keeping all or none of them needs no difference. */
function checkDiffer(layers: readonly TrainedLayer[], count: number, kept: number): void {
  if (count === 0 || count === kept) return;
  let first: number | undefined;
  for (const { weights, mask } of layers)
    for (let i = 0; i < weights.length; i++) {
      if (mask[i] === 0) continue;
      const magnitude = Math.abs(weights[i]);
      first ??= magnitude;
      if (magnitude !== first) return;
    }
  throw errors.weightsAllEqual(first ?? 0, kept);
}
