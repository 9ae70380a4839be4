/**
 * One update of a sparse layer's mask: the smallest weights are dropped and as many are grown.
 *
 * SET: Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity", 2018. RigL:
 * Evci et al., "Rigging the Lottery: making all tickets winners", 2020, algorithm 1 (eoi.md 3.4). Where they leave it
 * open, or public codes keep the count only on average:
 *
 * - floor(fraction * kept) weights are dropped and exactly as many are grown.
 * - Growth is among all places that the drop leaves inactive, so a weight just dropped may be grown again (algorithm 1,
 *   and google-research/rigl, `_get_update_op`). It then keeps its value and its momentum, as there, and is none of the
 *   changes. With fewer free places than drops, some have to: a layer never changes more places than were free.
 * - Equal scores are parted as everywhere in pruning, by a hash of layer and place (prune/select.ts); the public code
 *   adds noise of 1e-5 to the scores of the drop instead. Scores that are all equal decide nothing and are refused,
 *   where there is something to decide; but gradients that are all 0, as those of a layer that no signal reaches, are
 *   no mistake of the weights': growth then goes by the hash alone.
 * - Grown weights begin at 0, so the function of the network changes by the drop only.
 */
import { keepHighest } from '../prune/select';
import type { Rng } from '../rng';
import * as errors from './errors';

export interface UpdateRequest {
  /** Name of the layer: ties are parted by it. */
  name: string;
  method: 'set' | 'rigl';
  /** Row-major, zero where the mask is 0. */
  weights: Float32Array;
  /** 0 or 1 per weight. */
  mask: Uint8Array;
  /** dL/dw of every weight, pruned ones included; only RigL looks at it. */
  gradients?: Float32Array;
  /** Share of the kept weights to drop. */
  fraction: number;
  /** Only SET draws from it. */
  rng: Rng;
}

export interface MaskUpdate {
  /** Places that the mask kept and keeps no more: flat, ascending. */
  drop: Uint32Array;
  /** Places that it keeps from now on, none of them in `drop`. */
  grow: Uint32Array;
  /** |w| of each place in `drop`. */
  dropScores: Float32Array;
  /** |dL/dw| of each place in `grow`; empty when it was grown at random. */
  growScores: Float32Array;
  /** The largest |w| that was dropped; null when nothing was. */
  dropThreshold: number | null;
  /** The smallest |dL/dw| that was grown; null when nothing was, or at random. */
  growThreshold: number | null;
  /** The mask from now on. */
  mask: Uint8Array;
}

/**
 * Throws `dst.bad-fraction`, `dst.size-mismatch`, `dst.non-finite`, `dst.all-equal`, `dst.no-gradients`. Nothing given
 * is changed.
 */
export function updateMask(p: UpdateRequest): MaskUpdate {
  const { name, method, weights, mask, gradients, fraction, rng } = p;
  if (!(fraction >= 0 && fraction <= 1)) throw errors.badFraction(fraction);
  if (mask.length !== weights.length) throw errors.sizeMismatch(name, 'mask values', mask.length, weights.length);
  const kept = placesOf(mask, 1);
  // 0.29 of 100 are 29, not the 28 that the product's rounding would make them.
  const count = Math.floor(fraction * kept.length + 1e-9);

  const smallest = lowest(name, weights, kept, count);
  const next = mask.slice();
  for (const place of smallest) next[place] = 0;
  const inactive = placesOf(next, 0);
  const chosen =
    method === 'set' ? drawn(inactive, count, rng) : highest(name, gradients, weights.length, inactive, count);
  for (const place of chosen) next[place] = 1;
  const drop = smallest.filter((place) => next[place] === 0);
  const grow = chosen.filter((place) => mask[place] === 0);
  const dropScores = Float32Array.from(drop, (place) => Math.abs(weights[place]));
  const growScores =
    method === 'rigl' ? Float32Array.from(grow, (place) => Math.abs(gradients![place])) : new Float32Array();
  return withThresholds({ drop, grow, dropScores, growScores, mask: next });
}

/** An update with the thresholds of its scores. */
export const withThresholds = (update: Omit<MaskUpdate, 'dropThreshold' | 'growThreshold'>): MaskUpdate => ({
  ...update,
  dropThreshold: update.dropScores.length > 0 ? update.dropScores.reduce((a, b) => Math.max(a, b)) : null,
  growThreshold: update.growScores.length > 0 ? update.growScores.reduce((a, b) => Math.min(a, b)) : null,
});

/** Sets what was dropped or grown to zero, in the weights and in what the optimizer remembers of them. In place. */
export function applyUpdate(update: MaskUpdate, weights: Float32Array, moments: readonly Float32Array[]): void {
  for (const values of [weights, ...moments])
    for (const places of [update.drop, update.grow]) for (const place of places) values[place] = 0;
}

function placesOf(mask: Uint8Array, bit: 0 | 1): Uint32Array {
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] === bit) count++;
  const places = new Uint32Array(count);
  for (let i = 0, next = 0; next < count; i++) if (mask[i] === bit) places[next++] = i;
  return places;
}

/** |value| of each of the places. */
function magnitudes(layer: string, what: string, values: Float32Array, places: Uint32Array): Float32Array {
  // A loop: of a million places, what goes through an iterator takes three times as long.
  const found = new Float32Array(places.length);
  for (let i = 0; i < places.length; i++) {
    found[i] = Math.abs(values[places[i]]);
    if (!Number.isFinite(found[i])) throw errors.notFinite(layer, what, places[i], values[places[i]]);
  }
  return found;
}

function allEqual(values: Float32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** The `count` places of the highest scores. */
function best(name: string, scores: Float32Array, places: Uint32Array, count: number): Uint32Array {
  const chosen = keepHighest([{ name, scores }], count)[0];
  return places.filter((_, i) => chosen[i] === 1);
}

/** Of a dense layer it does not matter which: all of them are grown again. */
function lowest(name: string, weights: Float32Array, kept: Uint32Array, count: number): Uint32Array {
  const scores = magnitudes(name, 'weight', weights, kept);
  const decides = count > 0 && count < kept.length && kept.length < weights.length;
  if (decides && allEqual(scores)) throw errors.weightsAllEqual(name, kept.length, scores[0]);
  for (let i = 0; i < scores.length; i++) scores[i] = -scores[i];
  return best(name, scores, kept, count);
}

function highest(
  name: string,
  gradients: Float32Array | undefined,
  size: number,
  inactive: Uint32Array,
  count: number,
): Uint32Array {
  if (!gradients) throw errors.noGradients(name);
  if (gradients.length !== size) throw errors.sizeMismatch(name, 'gradients', gradients.length, size);
  const scores = magnitudes(name, 'gradient', gradients, inactive);
  if (count > 0 && count < inactive.length && scores[0] !== 0 && allEqual(scores))
    throw errors.gradientsAllEqual(name, inactive.length, scores[0]);
  return best(name, scores, inactive, count);
}

/** `count` of the places, every choice equally likely: the first steps of a Fisher-Yates shuffle. */
function drawn(places: Uint32Array, count: number, rng: Rng): Uint32Array {
  const pool = places.slice();
  for (let i = 0; i < count; i++) {
    const j = i + rng.below(pool.length - i);
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, count).sort();
}
