/**
 * Which weights to keep by their scores: exactly so many, the highest.
 *
 * Ties: of equal scores those with the higher hash of (layer name, flat index) are kept, then by name and index. So the
 * kept ones of a tie are spread evenly over the layers, and neither the order of the layers nor a seed counts.
 */
import { byName } from '../density/layer-shape';
import * as errors from './errors';
import { largest } from './threshold';

export interface LayerScores {
  name: string;
  /** Higher is kept; one per weight, row-major, finite. */
  scores: Float32Array | Float64Array;
}

/**
 * One byte per weight and layer, in the order given: 1 for the `count` highest scores of all layers together.
 * `leastPerLayer`: every layer keeps that many of its own highest (all of a smaller layer) whatever the others score.
 * O(n) time. Throws `prune.no-scores`, `prune.duplicate-layer`, `prune.non-finite`, `prune.all-equal`,
 * `prune.count-out-of-range`, `prune.count-below-least`.
 */
export function selectGlobal(
  layers: readonly LayerScores[],
  count: number,
  options: { leastPerLayer?: number } = {},
): Uint8Array[] {
  checkScores(layers);
  const weights = sizeOf(layers);
  checkCount(count, weights);
  checkDiffer(layers, count, weights);
  return keepHighest(layers, count, options.leastPerLayer ?? 0);
}

/** 1 for the `count` highest scores of one layer. Throws as `selectGlobal`. */
export const selectPerLayer = (layer: LayerScores, count: number): Uint8Array => selectGlobal([layer], count)[0];

/** As `selectGlobal`, of scores that are known to be finite and need not differ. */
export function keepHighest(layers: readonly LayerScores[], count: number, leastPerLayer = 0): Uint8Array[] {
  const masks = highest(layers, count);
  const least = layers.map(({ scores }) => Math.min(leastPerLayer, scores.length));
  if (masks.every((mask, l) => countOnes(mask) >= least[l])) return masks;
  const needed = least.reduce((a, b) => a + b, 0);
  if (needed > count) {
    const wanting = layers.map(({ name }, l) => ({ name, least: least[l] }));
    throw errors.countBelowLeast(count, wanting, sizeOf(layers));
  }
  // The highest of every layer are decided first; the others compete for what is left (greedy, hence best).
  const forced = layers.map((layer, l) => highest([layer], least[l])[0]);
  const rest = layers.map(({ scores }, l) => scores.filter((_, i) => forced[l][i] === 0));
  const places = forced.map((mask) => indicesOf(mask, 0));
  const chosen = highest(
    layers.map(({ name }, l) => ({ name, scores: rest[l], places: places[l] })),
    count - needed,
  );
  chosen.forEach((mask, l) => mask.forEach((kept, i) => (forced[l][places[l][i]] |= kept)));
  return forced;
}

/**
 * Throws `prune.empty-layer` when a selection by these scores leaves a layer without a weight; it names the layer that
 * would be the last to get one and the smallest density at which a global selection gives every layer one. `beside`:
 * layers that take no part, as their count is decided; the density is that of all.
 */
export function checkNoEmptyLayer(
  layers: readonly LayerScores[],
  masks: readonly Uint8Array[],
  beside = { kept: 0, weights: 0 },
): void {
  const empty = layers.filter((_, l) => !masks[l].includes(1));
  if (empty.length === 0) return;
  const best = empty.map((layer) => ({ layer, index: highest([layer], 1)[0].indexOf(1) }));
  const ranked = best.map(({ layer, index }) => ({ layer, needed: rankOf(layers, layer, index) }));
  const last = ranked.reduce((a, b) => (b.needed > a.needed ? b : a));
  const kept = masks.reduce((total, mask) => total + countOnes(mask), beside.kept);
  throw errors.emptyLayer(last.layer.name, kept, sizeOf(layers) + beside.weights, last.needed + beside.kept);
}

/** Throws `prune.no-scores`, `prune.duplicate-layer`, `prune.non-finite`. */
export function checkScores(layers: readonly LayerScores[]): void {
  if (sizeOf(layers) === 0) throw errors.noScores();
  const names = new Set<string>();
  for (const { name, scores } of layers) {
    if (names.has(name)) throw errors.duplicateLayer(name);
    names.add(name);
    for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) throw errors.nonFinite(name, i, scores[i]);
  }
}

/** Throws `prune.all-equal`; keeping all or nothing needs no difference. */
export function checkDiffer(layers: readonly LayerScores[], count: number, weights: number): void {
  if (count === 0 || count === weights) return;
  const first = layers.find(({ scores }) => scores.length > 0)?.scores[0] ?? 0;
  if (layers.every(({ scores }) => scores.every((score: number) => score === first)))
    throw errors.allEqual(first, weights, layers.length === 1 ? layers[0].name : undefined);
}

const sizeOf = (layers: readonly LayerScores[]): number =>
  layers.reduce((total, { scores }) => total + scores.length, 0);

export function countOnes(mask: Uint8Array): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i];
  return ones;
}

function checkCount(count: number, weights: number): void {
  if (!Number.isInteger(count) || count < 0 || count > weights) throw errors.countOutOfRange(count, weights);
}

/** Scores of some weights of a layer; `places` are their flat indices, by default all. */
interface Candidates extends LayerScores {
  places?: Uint32Array;
}

function highest(layers: readonly Candidates[], count: number): Uint8Array[] {
  const masks = layers.map(({ scores }) => new Uint8Array(scores.length));
  if (count === 0) return masks;
  const threshold = largest(
    layers.map(({ scores }) => scores),
    count,
  );
  layers.forEach(({ scores }, l) => {
    for (let i = 0; i < scores.length; i++) if (scores[i] > threshold.value) masks[l][i] = 1;
  });
  const all = threshold.above + threshold.equal === count;
  const tied = layers.map((layer) => tiedPlaces(layer, threshold.value));
  if (all) tied.forEach((entries, l) => entries.forEach((i) => (masks[l][i] = 1)));
  else keepTied(layers, tied, count - threshold.above, masks);
  return masks;
}

function tiedPlaces({ scores }: Candidates, value: number): Uint32Array {
  let ties = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] === value) ties++;
  const entries = new Uint32Array(ties);
  for (let i = 0, at = 0; at < ties; i++) if (scores[i] === value) entries[at++] = i;
  return entries;
}

/** Keeps `count` of the tied entries by hash; what even the hash does not part goes by name and index. */
function keepTied(
  layers: readonly Candidates[],
  tied: readonly Uint32Array[],
  count: number,
  masks: readonly Uint8Array[],
): void {
  const hashes = tied.map((entries, l) => {
    const seed = nameHash(layers[l].name);
    const { places } = layers[l];
    return entries.map((i) => tieHash(seed, places ? places[i] : i));
  });
  const threshold = largest(hashes, count);
  let left = count - threshold.above;
  const order = layers.map(({ name }, l) => ({ name, l })).sort(byName);
  for (const { l } of order)
    for (let t = 0; t < tied[l].length; t++) {
      const hash = hashes[l][t];
      if (hash > threshold.value) masks[l][tied[l][t]] = 1;
      else if (hash === threshold.value && left > 0) {
        masks[l][tied[l][t]] = 1;
        left--;
      }
    }
}

/** How many weights a global selection must keep before it keeps `least`, at least 1, of this layer. */
export function countFor(layers: readonly LayerScores[], layer: LayerScores, least: number): number {
  const chosen = indicesOf(highest([layer], least)[0], 1);
  const seed = nameHash(layer.name);
  // The last of them to be kept: the lowest score, of equal ones the lowest hash.
  const later = (a: number, b: number): number => {
    const difference = layer.scores[a] - layer.scores[b] || tieHash(seed, a) - tieHash(seed, b) || b - a;
    return difference < 0 ? a : b;
  };
  return rankOf(layers, layer, chosen.reduce(later));
}

/**
 * How many weights a global selection must keep before it keeps this one: its place in the order of scores and ties.
 */
function rankOf(layers: readonly LayerScores[], layer: LayerScores, index: number): number {
  const score = layer.scores[index];
  const hash = tieHash(nameHash(layer.name), index);
  let rank = 1;
  for (const { name, scores } of layers) {
    const seed = nameHash(name);
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] > score) rank++;
      if (scores[i] !== score || (name === layer.name && i === index)) continue;
      const other = tieHash(seed, i);
      if (other > hash) rank++;
      else if (other === hash && (name < layer.name || (name === layer.name && i < index))) rank++;
    }
  }
  return rank;
}

function indicesOf(mask: Uint8Array, value: number): Uint32Array {
  const indices: number[] = [];
  mask.forEach((kept, i) => {
    if (kept === value) indices.push(i);
  });
  return Uint32Array.from(indices);
}

/** FNV-1a over the code units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** MurmurHash3's finaliser over name and index: neighbours get unrelated places in the order of ties. */
function tieHash(seed: number, index: number): number {
  let h = seed ^ Math.imul(index + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
