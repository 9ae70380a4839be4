/** Figures of many numbers, in one or two passes, in pieces of any size. */
import { badBins } from './errors';

/** Takes values piece by piece. NaN and infinite values are counted, and left out of the other figures. */
export class Accumulator {
  /** All values given. */
  count = 0;
  nonZeros = 0;
  nonFinite = 0;
  /** Of the finite values; NaN when there is none. */
  min = NaN;
  max = NaN;
  private sum = 0;
  /** What the last additions to `sum` lost (Kahan): a mean over 1e9 float32 must not drift. */
  private lost = 0;

  add(values: ArrayLike<number>): void {
    this.count += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) {
        this.nonFinite++;
        continue;
      }
      if (value !== 0) this.nonZeros++;
      if (!(value >= this.min)) this.min = value;
      if (!(value <= this.max)) this.max = value;
      const term = value - this.lost;
      const next = this.sum + term;
      this.lost = next - this.sum - term;
      this.sum = next;
    }
  }

  /** Of the finite values; NaN when there is none. */
  get mean(): number {
    return this.sum / (this.count - this.nonFinite);
  }

  /** Share of the finite values that are not zero; 0 when there is none. */
  get density(): number {
    const finite = this.count - this.nonFinite;
    return finite === 0 ? 0 : this.nonZeros / finite;
  }
}

/** Counts over equal bins from `min` to `max`; the last bin includes `max`. Values outside are not counted. */
export class Histogram {
  readonly counts: number[];

  /** Throws `stats.bad-bins`. With min equal to max everything falls into the first bin. */
  constructor(
    readonly min: number,
    readonly max: number,
    bins: number,
  ) {
    if (!Number.isInteger(bins) || bins < 1) throw badBins(bins);
    this.counts = new Array<number>(bins).fill(0);
  }

  add(values: ArrayLike<number>): void {
    const bins = this.counts.length;
    const perUnit = this.max > this.min ? bins / (this.max - this.min) : 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!(value >= this.min && value <= this.max)) continue;
      this.counts[Math.min(bins - 1, Math.floor((value - this.min) * perUnit))]++;
    }
  }
}

/** Histogram of the finite values over their own range. */
export function histogram(values: ArrayLike<number>, bins: number): Histogram {
  const range = new Accumulator();
  range.add(values);
  const result = new Histogram(range.min, range.max, bins);
  result.add(values);
  return result;
}
