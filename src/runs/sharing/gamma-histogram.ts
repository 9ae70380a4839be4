/** Locations by their Gamma. */
import { highWord, lowWord, wordsOf } from '../../core/float-bits';
import type { CountedValues } from '../../core/rps/value-counts';

const gammaBins = 40;

/**
 * Of used locations, whose Gamma is from `min` to `max`; even where all are within a decade, else even in the
 * logarithm.
 */
export function gammaHistogram(
  gamma: readonly CountedValues[],
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
  return { edges, counts: byCells(gamma, [min, max], bins, binOf) };
}

/** Exponent and 8 bits of the mantissa make a cell: 0.4 % wide at most. */
const cellShift = 12;

/**
 * Of what may be millions of values: the bin is looked up by the cell, and computed only where an edge lies within it.
 */
function byCells(
  gamma: readonly CountedValues[],
  range: [number, number],
  bins: number,
  binOf: (value: number) => number,
): number[] {
  const [unused, mixed] = [bins, bins + 1];
  const table = new Uint8Array(2 ** (31 - cellShift)).fill(mixed);
  table[0] = unused;
  const [first, last] = cellsOf(range);
  for (let cell = first; cell <= last; cell++) {
    const [low, high] = endsOf(cell).map(binOf);
    if (low === high) table[cell] = low;
  }
  const counts = new Float64Array(bins + 1);
  for (const { values, times } of gamma) {
    const words = wordsOf(values);
    for (let k = 0; k < values.length; k++) {
      const bin = table[words[2 * k + highWord] >>> cellShift];
      counts[bin === mixed ? binOf(values[k]) : bin] += times ? times[k] : 1;
    }
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
