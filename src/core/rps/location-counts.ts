/**
 * How many weights of each layer lie at each location: all that loads, sums of scales and norms need. Places of a
 * mapping have no order, and one look at a large memory for each weight is one miss of the cache for each. So weights
 * are put in order by regions of the memory first, and the memory is told region by region: its counts, and what is
 * made of them, stay in the cache.
 */
import type { Parts } from '../parts';
import { locationsOf, slicesOf } from './mapping';
import type { Sharing } from './sharing';

/** Blocks of weights of one part: some milliseconds where every location is a miss of the cache. */
export const blocksPerPart = 64;

const regionBits = 14;
/** Locations of a region: what is kept of each fits the cache, and places within it 16 bits. */
export const regionSize = 2 ** regionBits;
/** Weights of one layer that are put in order at a time, which is one part too. */
const chunkSize = 2 ** 18;
/** 256 MiB of them. */
const mostKept = 2 ** 27;

/**
 * Gets locations of a layer, no two alike, and how many of its weights lie there; only the first `size` are told. They
 * lie in one region, whose first location is `start`.
 */
export type CountVisitor = (layer: number, places: Int32Array, times: Uint32Array, size: number, start: number) => void;

/** Whoever is told of all counts. */
export interface Counting {
  add: CountVisitor;
  /**
   * In place of `add`, of a fold: at each of the locations `from` to `to` (exclusive) lie `times` weights of the layer.
   */
  addRun: (layer: number, from: number, to: number, times: number) => void;
  /** All that lies at the locations `from` to `to` (exclusive), one region, has been told; of runs nothing is told. */
  done?: (from: number, to: number) => void;
}

/** Weights of one layer by region. */
interface Chunk {
  /** Where they lie within their regions. */
  within: Uint16Array;
  /** Where in `within` each region begins, and the end. */
  starts: Uint32Array;
}

/** Of each layer. */
type KeptPlaces = Chunk[][];

/**
 * Region by region in the order of the memory, in each layer by layer in the network's order, and of a layer as its
 * weights reach them; of a fold run by run, layer by layer, in the order of the memory. `most`: places that are
 * kept at a time; of more weights the regions are told in turns, with all places computed in each.
 */
export function* countedInParts(
  sharing: Sharing,
  counting: Counting,
  { most = mostKept }: { most?: number } = {},
): Parts<void> {
  if (isInRuns(sharing)) {
    for (let l = 0; l < sharing.layers.length; l++) yield* countRuns(sharing, l, counting);
    return;
  }
  const regions = Math.ceil(sharing.m / regionSize);
  const turns = Math.min(regions, Math.ceil(sharing.n / most));
  for (let turn = 0; turn < turns; turn++) {
    const [first, end] = [turn, turn + 1].map((at) => Math.floor((regions * at) / turns));
    // Of a single region nothing has to be kept.
    const kept = end - first > 1 ? yield* keptPlaces(sharing, first, end) : undefined;
    yield* countRegions(sharing, [first, end], kept, counting);
  }
}

/** Of a fold whose slices are long. Each layer is cut at its ends, and where a partition or the memory ends. */
export function isInRuns({ spec, layers, parts, m }: Sharing): boolean {
  if (spec.kind !== 'fold') return false;
  const atMost = layers.reduce((sum, { weights }, l) => sum + 2 * (2 + 2 * Math.ceil(weights / parts[l].length)), 1);
  return atMost < m / 4;
}

function* countRuns(sharing: Sharing, layer: number, counting: Counting): Parts<void> {
  const changes = new Map<number, number>();
  const change = (at: number, by: number): void => void changes.set(at, (changes.get(at) ?? 0) + by);
  for (const { location, length } of slicesOf(sharing, layer)) {
    change(location, 1);
    change(location + length, -1);
  }
  const ends = [...changes].sort(([a], [b]) => a - b);
  let times = 0;
  for (const [k, [at, by]] of ends.entries()) {
    times += by;
    if (times === 0) continue;
    for (let from = at; from < ends[k + 1][0]; from += chunkSize) {
      counting.addRun(layer, from, Math.min(ends[k + 1][0], from + chunkSize), times);
      yield;
    }
  }
}

function* countRegions(
  sharing: Sharing,
  [first, end]: readonly [number, number],
  kept: KeptPlaces | undefined,
  counting: Counting,
): Parts<void> {
  const tally = new Tally();
  let counted = 0;
  for (let region = first; region < end; region++) {
    const start = region * regionSize;
    for (let l = 0; l < sharing.layers.length; l++) {
      if (kept) counted += tally.addChunks(kept[l], region - first);
      else
        for (const chunk of chunksOf(sharing, l, first, end)) {
          counted += tally.addChunks([chunk], 0);
          yield;
        }
      const size = tally.take(start);
      if (size > 0) counting.add(l, tally.places, tally.times, size, start);
      if (counted < chunkSize) continue;
      yield;
      counted = 0;
    }
    counting.done?.(start, Math.min(sharing.m, start + regionSize));
  }
}

function* keptPlaces(sharing: Sharing, first: number, end: number): Parts<KeptPlaces> {
  const kept: KeptPlaces = [];
  for (let l = 0; l < sharing.layers.length; l++) {
    const chunks: Chunk[] = [];
    for (const chunk of chunksOf(sharing, l, first, end)) {
      chunks.push(chunk);
      yield;
    }
    kept.push(chunks);
  }
  return kept;
}

/** Of the weights of a layer those in the regions `first` to `end` (exclusive). */
function* chunksOf(sharing: Sharing, layer: number, first: number, end: number): Generator<Chunk> {
  const { weights } = sharing.layers[layer];
  const { start, length } = sharing.parts[layer];
  if (start >= end * regionSize || start + length <= first * regionSize) return;
  const places = new Int32Array(Math.min(weights, chunkSize));
  for (let from = 0; from < weights; from += chunkSize) {
    const to = Math.min(weights, from + chunkSize);
    locationsOf(sharing, layer, from, to, places);
    yield inRegions(places, to - from, first, end);
  }
}

// Functions of their own: the loops of a generator are compiled anew each time that it goes on.

/** Counting sort: within a region they stay in their order. */
function inRegions(places: Int32Array, size: number, first: number, end: number): Chunk {
  const regions = end - first;
  const starts = new Uint32Array(regions + 1);
  for (let k = 0; k < size; k++) {
    const region = (places[k] >>> regionBits) - first;
    if (region >= 0 && region < regions) starts[region + 1]++;
  }
  for (let r = 0; r < regions; r++) starts[r + 1] += starts[r];
  const within = new Uint16Array(starts[regions]);
  const next = starts.slice();
  for (let k = 0; k < size; k++) {
    const region = (places[k] >>> regionBits) - first;
    if (region >= 0 && region < regions) within[next[region]++] = places[k] & (regionSize - 1);
  }
  return { within, starts };
}

/** Counts of one layer in one region. */
class Tally {
  readonly places = new Int32Array(regionSize);
  readonly times = new Uint32Array(regionSize);
  private readonly counts = new Uint32Array(regionSize);
  /** In the order in which they were reached; the last one is written to and never read. */
  private readonly reached = new Uint16Array(regionSize + 1);
  private distinct = 0;

  /** What lies in a region of each, the one at `region` of those that they tell of; how many weights these are. */
  addChunks(chunks: readonly Chunk[], region: number): number {
    let weights = 0;
    for (const { within, starts } of chunks) {
      this.add(within, starts[region], starts[region + 1]);
      weights += starts[region + 1] - starts[region];
    }
    return weights;
  }

  private add(within: Uint16Array, from: number, to: number): void {
    const { counts, reached } = this;
    let { distinct } = this;
    for (let k = from; k < to; k++) {
      const place = within[k];
      const before = counts[place];
      counts[place] = before + 1;
      // Stays where it was reached for the first time: 1 of 0 and 0 else, without a branch, which nobody could guess.
      reached[distinct] = place;
      distinct += (before - 1) >>> 31;
    }
    this.distinct = distinct;
  }

  /** Into `places` and `times`, of a region that begins at `start`; how many there are. Begins anew. */
  take(start: number): number {
    const { counts, reached, places, times, distinct } = this;
    for (let k = 0; k < distinct; k++) {
      const place = reached[k];
      places[k] = start + place;
      times[k] = counts[place];
      counts[place] = 0;
    }
    this.distinct = 0;
    return distinct;
  }
}
