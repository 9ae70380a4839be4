/** What a mapping does to its memory: loads, collisions, cache lines, and who shares what. */
import type { Parts } from '../parts';
import { finish } from '../parts';
import { cacheLinesOf } from './cache-lines';
import type { CacheLines } from './cache-lines';
import * as errors from './errors';
import { blocksPerPart, countedInParts, regionSize } from './location-counts';
import type { Counting, CountVisitor } from './location-counts';
import { knownSums } from './location-sums';
import { eachStretch } from './location-values';
import { blockSize, blocksOf, locationsOf, signsOf } from './mapping';
import type { Sharing } from './sharing';

export interface Audit {
  /** loads[k]: locations with k sharers. */
  loads: number[];
  /** Sharers of a location: mean, the most of one, standard deviation over mean. */
  mean: number;
  max: number;
  cv: number;
  /** Locations without a sharer. */
  unused: number;
  /** Per layer: weights that share a location with another of the same layer. */
  collisions: number[];
  /** No two weights share a location. */
  injective: boolean;
  cacheLines: CacheLines;
}

export const audit = (sharing: Sharing): Audit => finish(auditInParts(sharing));

/** `also`: for whoever has to know every location too, so that they are computed once. */
export function* auditInParts(sharing: Sharing, also?: Counting): Parts<Audit> {
  const { m, n, layers } = sharing;
  const load = new Uint32Array(regionSize);
  const locations = new LoadHistogram();
  const collisions = layers.map(() => 0);
  const counting: Counting = {
    add: (layer, ...counted) => {
      collisions[layer] += addLoads(load, ...counted);
      also?.add(layer, ...counted);
    },
    addRun: (layer, from, to, times) => {
      if (times > 1) collisions[layer] += times * (to - from);
      also?.addRun(layer, from, to, times);
    },
    done: (from, to) => {
      locations.add(load, to - from);
      also?.done?.(from, to);
    },
  };
  yield* countedInParts(sharing, counting);
  const known = knownSums(sharing, new Float64Array(layers.length))?.count;
  if (known) eachStretch(known, (sharers, from, to) => locations.count(sharers, to - from));
  const { loads } = locations;
  const max = loads.length - 1;
  const mean = n / m;
  const variance = loads.reduce((sum, count, k) => sum + count * (k - mean) ** 2, 0) / m;
  return {
    ...{ loads, mean, max, collisions },
    cv: Math.sqrt(variance) / mean,
    unused: loads[0],
    injective: max <= 1,
    cacheLines: cacheLinesOf(sharing),
  };
}

/** How many of these weights share their location with another of them. */
function addLoads(load: Uint32Array, places: Int32Array, times: Uint32Array, size: number, start: number): number {
  let colliding = 0;
  for (let k = 0; k < size; k++) {
    load[places[k] - start] += times[k];
    // Masked where it is one weight only: no branch, which nobody could guess.
    colliding += times[k] & ((1 - times[k]) >> 31);
  }
  return colliding;
}

function sumOf(times: Uint32Array, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += times[k];
  return sum;
}

/** Loads up to it are counted in an array of fixed size. */
const usualLoad = 255;

class LoadHistogram {
  private readonly usual = new Uint32Array(usualLoad + 1);
  /** By the load. */
  private readonly high = new Map<number, number>();

  /** The first `size` loads, which are 0 afterwards. */
  add(load: Uint32Array, size: number): void {
    for (let j = 0; j < size; j++) {
      if (load[j] <= usualLoad) this.usual[load[j]]++;
      else this.count(load[j], 1);
      load[j] = 0;
    }
  }

  count(load: number, locations: number): void {
    if (load <= usualLoad) this.usual[load] += locations;
    else this.high.set(load, (this.high.get(load) ?? 0) + locations);
  }

  /** Locations by their load, up to the highest. */
  get loads(): number[] {
    const highest = [...this.high.keys()].reduce(
      (a, b) => Math.max(a, b),
      this.usual.findLastIndex((count) => count > 0),
    );
    return Array.from({ length: highest + 1 }, (_, k) => (k <= usualLoad ? this.usual[k] : (this.high.get(k) ?? 0)));
  }
}

export interface Sharer {
  layer: number;
  /** Flat index in the layer. */
  index: number;
  sign: number;
}

export const sharersOf = (sharing: Sharing, location: number): Sharer[] => finish(sharersInParts(sharing, location));

/** Every weight that lies at a location, in the network's order. Throws `rps.location-out-of-range`. */
export function* sharersInParts(sharing: Sharing, location: number): Parts<Sharer[]> {
  const { m, layers, parts } = sharing;
  if (!Number.isInteger(location) || location < 0 || location >= m) throw errors.locationOutOfRange(location, m);
  const places = new Int32Array(blockSize);
  const sign = new Int8Array(1);
  const found: Sharer[] = [];
  for (let l = 0; l < layers.length; l++) {
    const { start, length } = parts[l];
    if (location < start || location >= start + length) continue;
    let block = 0;
    for (const [from, to] of blocksOf(sharing, l)) {
      locationsOf(sharing, l, from, to, places);
      for (let k = 0; k < to - from; k++) {
        if (places[k] !== location) continue;
        signsOf(sharing, l, from + k, from + k + 1, sign);
        found.push({ layer: l, index: from + k, sign: sign[0] });
      }
      if (++block % blocksPerPart === 0) yield;
    }
  }
  return found;
}

export const ownersOf = (sharing: Sharing, bins: number): Uint32Array => finish(ownersInParts(sharing, bins));

/** counts[layer * bins + bin]: virtual weights of each layer in each of `bins` equal parts of the memory. */
function* ownersInParts(sharing: Sharing, bins: number): Parts<Uint32Array<ArrayBuffer>> {
  const owners = new Owners(sharing, bins);
  yield* countedInParts(sharing, owners);
  return owners.counts;
}

/**
 * In which of `bins` equal parts of `length` locations the one at `place` lies, counted from 0. The product comes
 * first: it is exact, so that a location on an edge is never rounded to the part before it.
 */
export const binOf = (place: number, length: number, bins: number): number => Math.floor((place * bins) / length);

/** Counts as `ownersOf` does. */
export class Owners implements Counting {
  readonly counts: Uint32Array<ArrayBuffer>;

  constructor(
    private readonly sharing: Sharing,
    private readonly bins: number,
  ) {
    this.counts = new Uint32Array(sharing.layers.length * bins);
  }

  readonly add: CountVisitor = (layer, places, times, size, start) => {
    const { counts, bins } = this;
    const { m } = this.sharing;
    const first = binOf(start, m, bins);
    // Most regions lie in one part.
    const one = first === binOf(Math.min(m, start + regionSize) - 1, m, bins);
    if (one) counts[layer * bins + first] += sumOf(times, size);
    else for (let k = 0; k < size; k++) counts[layer * bins + binOf(places[k], m, bins)] += times[k];
  };

  readonly addRun = (layer: number, from: number, to: number, times: number): void => {
    const { counts, bins } = this;
    const { m } = this.sharing;
    for (let bin = binOf(from, m, bins), at = from; at < to; bin++) {
      // The first location of the next part: floor(j bins / m) is above `bin` from there on.
      const end = Math.min(to, Math.ceil(((bin + 1) * m) / bins));
      counts[layer * bins + bin] += times * (end - at);
      at = end;
    }
  };
}
