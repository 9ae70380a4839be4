/** Locations by their Gamma. */
import { highWord, lowWord, wordsOf } from '../../core/float-bits';
import { eachStretch } from '../../core/rps/location-values';
import type { LocationValues } from '../../core/rps/location-values';

const gammaBins = 40;

/** Of used locations, whose Gamma is from `min` to `max`; even where all are within a decade, else even in the logarithm. */
export function gammaHistogram(
  gamma: LocationValues,
  { min, max }: { min: number; max: number },
): { edges: number[]; counts: number[] } {
  let [least, most] = [min, max];
  // Differences of rounding are none.
  const same = most - least <= 1e-9 * most;
  if (same) [least, most] = [0.95 * least, 1.05 * most];
  const bins = same ? 1 : gammaBins;
  const wide = most > 10 * least;
  const edge = (k: number): number =>
    wide ? least * (most / least) ** (k / bins) : least + ((most - least) * k) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, k) => edge(k));
  const range = wide ? Math.log(most / least) : most - least;
  const binOf = (value: number): number => {
    const share = (wide ? Math.log(value / least) : value - least) / range;
    return Math.min(bins - 1, Math.max(0, Math.floor(share * bins)));
  };
  return {
    edges,
    counts: gamma.ends ? byStretches(gamma, bins, binOf) : byCells(gamma.values, [min, max], bins, binOf),
  };
}

type BinOf = (value: number) => number;

function byStretches(gamma: LocationValues, bins: number, binOf: BinOf): number[] {
  const counts = new Array<number>(bins).fill(0);
  eachStretch(gamma, (value, from, to) => {
    if (value > 0) counts[binOf(value)] += to - from;
  });
  return counts;
}

/** Exponent and 8 bits of the mantissa make a cell: 0.4 % wide at most. */
const cellShift = 12;

/** Millions of values: the bin is looked up by the cell, and computed only where an edge lies within it. */
function byCells(values: Float64Array, range: [number, number], bins: number, binOf: BinOf): number[] {
  const [unused, mixed] = [bins, bins + 1];
  const table = new Uint8Array(2 ** (31 - cellShift)).fill(mixed);
  table[0] = unused;
  const [first, last] = cellsOf(range);
  for (let cell = first; cell <= last; cell++) {
    const [low, high] = endsOf(cell).map(binOf);
    if (low === high) table[cell] = low;
  }
  const counts = new Float64Array(bins + 1);
  const words = wordsOf(values);
  for (let k = 0; k < values.length; k++) {
    const bin = table[words[2 * k + highWord] >>> cellShift];
    counts[bin === mixed ? binOf(values[k]) : bin]++;
  }
  return Array.from(counts.subarray(0, bins));
}

const cellsOf = (values: readonly number[]): number[] => {
  const words = wordsOf(Float64Array.from(values));
  return values.map((_, k) => words[2 * k + highWord] >>> cellShift);
};

/** The least and the largest number of a cell. */
function endsOf(cell: number): number[] {
  const ends = new Float64Array(2);
  const words = wordsOf(ends);
  words[highWord] = cell << cellShift;
  words[2 + highWord] = (cell << cellShift) | (2 ** cellShift - 1);
  words[2 + lowWord] = 2 ** 32 - 1;
  return [...ends];
}
