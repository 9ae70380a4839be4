/** Figures of many numbers. */
import { badBins } from './errors';

/** What is told of a tensor's values; reading them costs a pass over the tensor. */
export interface TensorStatistics {
  /** Share of elements that are finite and not zero; 0 for an empty tensor. */
  density: number;
  nonZeros: number;
  /** 0 when there is no finite value. */
  min: number;
  max: number;
  mean: number;
  /** NaN or infinite values, left out of the figures above. */
  nonFinite: number;
  /** Counts of finite values over equal bins from `min` to `max`; all in the first when these are equal. */
  histogram: number[];
}

/** Counts over equal bins from `min` to `max`; the last bin includes `max`. Values outside are not counted. */
export class Histogram {
  readonly counts: number[];
  private readonly halfSpan: number;

  /** Throws `stats.bad-bins`. With min equal to max everything falls into the first bin. */
  constructor(
    readonly min: number,
    readonly max: number,
    bins: number,
  ) {
    if (!Number.isInteger(bins) || bins < 1) throw badBins(bins);
    this.counts = new Array<number>(bins).fill(0);
    // Halves, because the span of the largest float64 numbers would be infinite.
    this.halfSpan = max / 2 - min / 2;
  }

  /** Counts a value `times` times. */
  count(value: number, times = 1): void {
    if (!(value >= this.min && value <= this.max)) return;
    const bins = this.counts.length;
    const share = this.halfSpan > 0 ? (value / 2 - this.min / 2) / this.halfSpan : 0;
    this.counts[Math.min(bins - 1, Math.floor(share * bins))] += times;
  }

  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.count(values[i]);
  }
}

export function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

/** NaN of no values. */
export const meanSquare = (values: ArrayLike<number>): number => sumOfSquares(values) / values.length;

/** What values have in common. */
export interface Spread {
  count: number;
  mean: number;
  /** Of the sample, with count - 1; there is none of a single value. */
  deviation: number | undefined;
}

/** A deviation below this share of the mean is what rounding makes of values that are the same. */
const rounding = 1e-12;

/** Nothing of no values. Two passes, so that values close to each other keep their digits. */
export function spread(values: readonly number[]): Spread | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  return { count, mean, deviation: deviation < rounding * Math.abs(mean) ? 0 : deviation };
}
