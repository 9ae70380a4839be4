/** What the sharers of each location come to: how many, and the sums of their scales. */
import { atOnce } from '../parts';
import type { Parts } from '../parts';
import { spreadOut } from './location-values';
import type { LocationValues } from './location-values';
import { countedInParts, isInRuns } from './location-counts';
import { slicesOf } from './mapping';
import type { Sharing } from './sharing';

/** All of the same stretches. */
export interface LocationSums {
  /** n_j. */
  count: LocationValues;
  /** Sum of lambda. */
  sum: LocationValues;
  /** Gamma_j: sum of lambda squared, the diagonal of RᵀR. */
  squares: LocationValues;
}

/** `scale`: lambda of each layer. */
export const locationSums = atOnce(locationSumsInParts);

export function* locationSumsInParts(sharing: Sharing, scale: ArrayLike<number>): Parts<LocationSums> {
  const known = knownSums(sharing, scale);
  if (known) return known;
  const { m } = sharing;
  const [count, sum, squares] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  yield* countedInParts(sharing, {
    add: (layer, places, times, size) => {
      const lambda = scale[layer];
      const square = lambda * lambda;
      for (let k = 0; k < size; k++) {
        const j = places[k];
        const sharers = times[k];
        count[j] += sharers;
        sum[j] += sharers * lambda;
        squares[j] += sharers * square;
      }
    },
    // Then they are known.
    addRun: () => undefined,
  });
  return { count: { values: count }, sum: { values: sum }, squares: { values: squares } };
}

/** Of a fold they are known without a look at any location. */
export const knownSums = (sharing: Sharing, scale: ArrayLike<number>): LocationSums | undefined =>
  isInRuns(sharing) ? sumsOfFold(sharing, scale) : undefined;

/** By stretches: from how many sharers each layer has there, so that equal sums are equal bit for bit. */
function sumsOfFold(sharing: Sharing, scale: ArrayLike<number>): LocationSums {
  const changes: { at: number; layer: number; by: number }[] = [];
  sharing.layers.forEach((_, layer) => {
    for (const { location, length } of slicesOf(sharing, layer))
      changes.push({ at: location, layer, by: 1 }, { at: location + length, layer, by: -1 });
  });
  changes.sort((a, b) => a.at - b.at);
  const sharers = new Int32Array(sharing.layers.length);
  const [ends, count, sum, squares]: number[][] = [[], [], [], []];
  for (let k = 0; k <= changes.length; k++) {
    const at = k < changes.length ? changes[k].at : sharing.m;
    const begin = ends.at(-1) ?? 0;
    if (at > begin) {
      let [n, s, s2] = [0, 0, 0];
      for (let l = 0; l < sharers.length; l++) {
        n += sharers[l];
        s += sharers[l] * scale[l];
        s2 += sharers[l] * (scale[l] * scale[l]);
      }
      ends.push(at);
      count.push(n);
      sum.push(s);
      squares.push(s2);
    }
    if (k < changes.length) sharers[changes[k].layer] += changes[k].by;
  }
  const stretches = Int32Array.from(ends);
  const of = (values: number[]): LocationValues => ({ ends: stretches, values: Float64Array.from(values) });
  return { count: of(count), sum: of(sum), squares: of(squares) };
}

/** n_j of each location. */
export const loadOf = (sharing: Sharing): Uint32Array =>
  Uint32Array.from(spreadOut(locationSums(sharing, new Float64Array(sharing.layers.length)).count, sharing.m));

/** Gamma_j of each location: the sum of lambda squared over its sharers (rps.md 2.2). */
export const gammaOf = (sharing: Sharing, lambda: ArrayLike<number>): Float64Array =>
  spreadOut(locationSums(sharing, lambda).squares, sharing.m);
