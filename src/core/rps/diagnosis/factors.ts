/**
 * The factors 1 / sqrt(S2_j) of the normalised form, of one region of the memory after the other: none of its size is
 * kept.
 */
import { regionSize } from '../location-counts';
import type { Counting, CountVisitor } from '../location-counts';
import { knownSums } from '../location-sums';
import { mapValues, valuesBetween } from '../location-values';
import type { LocationValues } from '../location-values';
import { deviationsOf } from '../scales';
import type { Sharing } from '../sharing';

/** Of each location the sum of sigma and of sigma², side by side. */
const stride = 2;

/** Where nothing lies a factor is infinite and a deviation 0: no branch that nobody could guess. */
export interface Factors {
  /** 1 / sqrt(S2_j). */
  factors: Float64Array;
  /** 1 / factor: of the numbers of the memory at first. */
  deviations: Float64Array;
}

/** From one look at every location; of a fold without one. */
export class FactorSumming implements Counting {
  /** Largest sum of the factors of a location, sigma / sqrt(S2_j), when all is told. */
  largestSum = 0;
  private readonly sigma: Float64Array;
  private readonly known: LocationValues | undefined;
  /** Of one region. */
  private readonly sums: Float64Array | undefined;
  private readonly factors = new Float64Array(regionSize);
  private readonly deviations = new Float64Array(regionSize);

  constructor(sharing: Sharing) {
    this.sigma = deviationsOf(sharing);
    const sums = knownSums(sharing, this.sigma);
    if (!sums) {
      this.sums = new Float64Array(stride * regionSize);
      return;
    }
    this.known = mapValues(sums.squares, (square) => 1 / Math.sqrt(square));
    this.known.values.forEach((factor, k) => {
      const sum = sums.sum.values[k] * factor;
      if (sum > this.largestSum) this.largestSum = sum;
    });
  }

  readonly add: CountVisitor = (layer, places, times, size, start) => {
    const { sums } = this;
    if (!sums) return;
    const sigma = this.sigma[layer];
    const square = sigma * sigma;
    for (let k = 0; k < size; k++) {
      const at = stride * (places[k] - start);
      sums[at] += times[k] * sigma;
      sums[at + 1] += times[k] * square;
    }
  };

  /** Then the sums are known. */
  readonly addRun = (): void => undefined;

  readonly done = (from: number, to: number): void => {
    const { sums, factors, deviations } = this;
    if (!sums) return;
    let { largestSum } = this;
    for (let k = 0; k < to - from; k++) {
      const factor = 1 / Math.sqrt(sums[stride * k + 1]);
      // Not a number where nothing lies, and above nothing.
      const sum = sums[stride * k] * factor;
      if (sum > largestSum) largestSum = sum;
      factors[k] = factor;
      deviations[k] = 1 / factor;
    }
    this.largestSum = largestSum;
    sums.fill(0);
  };

  /**
   * Of the locations `from` to `to` (exclusive): the region that was told of last, of a fold any. Written over by the
   * next call.
   */
  of(from: number, to: number): Factors {
    const [factors, deviations] = [this.factors, this.deviations].map((values) => values.subarray(0, to - from));
    if (this.known) {
      valuesBetween(this.known, from, to, factors);
      for (let k = 0; k < factors.length; k++) deviations[k] = 1 / factors[k];
    }
    return { factors, deviations };
  }
}
