/**
 * How many weights of each layer lie at each location: all that loads, sums of scales and norms need. What is random in the memory
 * is one count per weight; whoever is told of the counts then goes through the memory in order, location by location.
 */
import type { Parts } from '../parts';
import { blockSize, blocksOf, locationsOf, slicesOf } from './mapping';
import type { Slice } from './mapping';
import type { Sharing } from './sharing';

/** Blocks of one part: some milliseconds where every location is a miss of the cache. */
export const blocksPerPart = 64;

/** Gets locations of a layer, no two alike, and how many of its weights lie there; only the first `size` are told. */
export type CountVisitor = (layer: number, places: Int32Array, times: Uint32Array, size: number) => void;

/** Of a layer with fewer weights for its locations those that it reaches are kept, in place of a look at all of them. */
const sparse = 1 / 8;

/** Layer by layer in the network's order. */
export function* countedInParts(sharing: Sharing, visit: CountVisitor): Parts<void> {
  let counts: Uint32Array | undefined;
  for (let l = 0; l < sharing.layers.length; l++) {
    const few = sharing.layers[l].weights < sparse * sharing.parts[l].length;
    const apart = stretchesApart(sharing, [l]);
    if (apart) yield* few ? tellInBlocks(sharing, l, visit) : tellAlong(sharing, l, apart, visit);
    else {
      counts ??= new Uint32Array(sharing.m);
      yield* few ? countFew(sharing, l, counts, visit) : countMany(sharing, l, counts, visit);
    }
    yield;
  }
}

/**
 * Of a fold the stretches that some layers lie in, in the order of the memory, where no two of them overlap: no location has more
 * than one of these weights then, and nothing is to be counted. At compression 1 that is so of all layers together.
 */
export function stretchesApart(sharing: Sharing, layers: readonly number[]): Slice[] | undefined {
  const { spec, parts, m } = sharing;
  if (spec.kind !== 'fold') return undefined;
  const weights = layers.reduce((sum, l) => sum + sharing.layers[l].weights, 0);
  // More weights than places, which may be many stretches.
  if (weights > m || layers.some((l) => sharing.layers[l].weights > parts[l].length)) return undefined;
  const slices = layers.flatMap((l) => slicesOf(sharing, l)).sort((a, b) => a.location - b.location);
  const overlap = slices.some((slice, k) => k > 0 && slice.location < slices[k - 1].location + slices[k - 1].length);
  return overlap ? undefined : slices;
}

/** As `countFew` tells of a layer with a location for each of its weights. */
function* tellInBlocks(sharing: Sharing, layer: number, visit: CountVisitor): Parts<void> {
  const places = new Int32Array(blockSize);
  const times = new Uint32Array(blockSize).fill(1);
  let block = 0;
  for (const [from, to] of blocksOf(sharing, layer)) {
    locationsOf(sharing, layer, from, to, places);
    visit(layer, places, times, to - from);
    if (++block % blocksPerPart === 0) yield;
  }
}

/** As `countMany` tells of a layer with a location for each of its weights; `slices` in the order of the memory. */
function* tellAlong(sharing: Sharing, layer: number, slices: readonly Slice[], visit: CountVisitor): Parts<void> {
  const places = new Int32Array(blockSize);
  const times = new Uint32Array(blockSize).fill(1);
  const { start, length } = sharing.parts[layer];
  let block = 0;
  let next = 0;
  for (let from = start; from < start + length; from += blockSize) {
    const to = Math.min(start + length, from + blockSize);
    while (next < slices.length && slices[next].location + slices[next].length <= from) next++;
    visit(layer, places, times, takeAlong(slices, next, from, to, places));
    if (++block % blocksPerPart === 0) yield;
  }
}

/** `counts` are all 0 before and after. */
function* countMany(sharing: Sharing, layer: number, counts: Uint32Array, visit: CountVisitor): Parts<void> {
  const places = new Int32Array(blockSize);
  const times = new Uint32Array(blockSize);
  let block = 0;
  for (const [from, to] of blocksOf(sharing, layer)) {
    locationsOf(sharing, layer, from, to, places);
    count(counts, places, to - from);
    if (++block % blocksPerPart === 0) yield;
  }
  const { start, length } = sharing.parts[layer];
  for (let from = start; from < start + length; from += blockSize) {
    const to = Math.min(start + length, from + blockSize);
    visit(layer, places, times, takeBetween(counts, from, to, places, times));
    if (++block % blocksPerPart === 0) yield;
  }
}

function* countFew(sharing: Sharing, layer: number, counts: Uint32Array, visit: CountVisitor): Parts<void> {
  const places = new Int32Array(blockSize);
  const times = new Uint32Array(blockSize);
  const reached = new Int32Array(sharing.layers[layer].weights);
  let distinct = 0;
  let block = 0;
  for (const [from, to] of blocksOf(sharing, layer)) {
    locationsOf(sharing, layer, from, to, places);
    distinct = countNew(counts, places, to - from, reached, distinct);
    if (++block % blocksPerPart === 0) yield;
  }
  for (let from = 0; from < distinct; from += blockSize) {
    const some = reached.subarray(from, Math.min(distinct, from + blockSize));
    places.set(some);
    takeAt(counts, places, some.length, times);
    visit(layer, places, times, some.length);
    if (++block % blocksPerPart === 0) yield;
  }
}

// Functions of their own: the loops of a generator are compiled anew each time that it goes on.

function count(counts: Uint32Array, places: Int32Array, size: number): void {
  for (let k = 0; k < size; k++) counts[places[k]]++;
}

/** Adds to `reached` what is reached for the first time; how many there are then. */
function countNew(
  counts: Uint32Array,
  places: Int32Array,
  size: number,
  reached: Int32Array,
  distinct: number,
): number {
  let end = distinct;
  for (let k = 0; k < size; k++) if (counts[places[k]]++ === 0) reached[end++] = places[k];
  return end;
}

/** The locations `from` to `to` that are reached, and how often; how many there are. */
function takeBetween(counts: Uint32Array, from: number, to: number, places: Int32Array, times: Uint32Array): number {
  let size = 0;
  for (let j = from; j < to; j++) {
    if (counts[j] === 0) continue;
    places[size] = j;
    times[size++] = counts[j];
    counts[j] = 0;
  }
  return size;
}

/** The locations `from` to `to` that lie in a slice, of which the `first` is the first that ends after `from`; how many there are. */
function takeAlong(slices: readonly Slice[], first: number, from: number, to: number, places: Int32Array): number {
  let size = 0;
  for (let s = first; s < slices.length && slices[s].location < to; s++) {
    const end = Math.min(to, slices[s].location + slices[s].length);
    for (let j = Math.max(from, slices[s].location); j < end; j++) places[size++] = j;
  }
  return size;
}

function takeAt(counts: Uint32Array, places: Int32Array, size: number, times: Uint32Array): void {
  for (let k = 0; k < size; k++) {
    times[k] = counts[places[k]];
    counts[places[k]] = 0;
  }
}
