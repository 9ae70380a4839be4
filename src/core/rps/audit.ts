/** What a mapping does to its memory: loads, collisions, cache lines, and who shares what. */
import type { Parts } from '../parts';
import { finish } from '../parts';
import { cacheLinesOf } from './cache-lines';
import type { CacheLines } from './cache-lines';
import * as errors from './errors';
import { blocksPerPart, countedInParts, stretchesApart } from './location-counts';
import type { CountVisitor } from './location-counts';
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
export function* auditInParts(sharing: Sharing, also?: CountVisitor): Parts<Audit> {
  const { m, n, layers } = sharing;
  const apart = stretchesApart(sharing, [...layers.keys()]) !== undefined;
  const { loads, collisions } = apart
    ? { loads: [m - n, n], collisions: layers.map(() => 0) }
    : yield* countLoads(sharing, also);
  if (apart && also) yield* countedInParts(sharing, also);
  const max = loads.length - 1;
  const mean = n / m;
  const variance = loads.reduce((sum, locations, k) => sum + locations * (k - mean) ** 2, 0) / m;
  return {
    ...{ loads, mean, max, collisions },
    cv: Math.sqrt(variance) / mean,
    unused: loads[0],
    injective: max <= 1,
    cacheLines: cacheLinesOf(sharing),
  };
}

/** Of any mapping, by the load of every location. */
function* countLoads(sharing: Sharing, also?: CountVisitor): Parts<Pick<Audit, 'loads' | 'collisions'>> {
  const { m, layers } = sharing;
  const load = new Uint32Array(m);
  const collisions = layers.map(() => 0);
  yield* countedInParts(sharing, (layer, places, times, size) => {
    let colliding = 0;
    for (let k = 0; k < size; k++) {
      load[places[k]] += times[k];
      if (times[k] > 1) colliding += times[k];
    }
    collisions[layer] += colliding;
    also?.(layer, places, times, size);
  });
  let max = 0;
  for (let j = 0; j < m; j++) if (load[j] > max) max = load[j];
  const loads = new Array<number>(max + 1).fill(0);
  for (let j = 0; j < m; j++) loads[load[j]]++;
  return { loads, collisions };
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
  const { m, layers } = sharing;
  const counts = new Uint32Array(layers.length * bins);
  yield* countedInParts(sharing, (...counted) => addOwners(counts, { bins, m }, ...counted));
  return counts;
}

/**
 * In which of `bins` equal parts of `length` locations the one at `place` lies, counted from 0. The product comes first: it is
 * exact, so that a location on an edge is never rounded to the part before it.
 */
export const binOf = (place: number, length: number, bins: number): number => Math.floor((place * bins) / length);

/** Adds locations of a layer to the counts of its bins, as `ownersOf` has them. */
export function addOwners(
  counts: Uint32Array,
  { bins, m }: { bins: number; m: number },
  ...[layer, places, times, size]: Parameters<CountVisitor>
): void {
  for (let k = 0; k < size; k++) counts[layer * bins + binOf(places[k], m, bins)] += times[k];
}
