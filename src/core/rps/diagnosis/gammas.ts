/** D3: the longest step that the sharers of a location take together (rps.md 6). */
import { regionSize } from '../location-counts';
import type { Counting, CountVisitor } from '../location-counts';
import { knownSums } from '../location-sums';
import type { LocationSums } from '../location-sums';
import type { ScalerName } from '../names';
import { neutralInitStd, scalerAt } from '../scales';
import type { Scales } from '../scales';
import type { Sharing } from '../sharing';
import { medianOf, ValueCounts } from '../value-counts';
import type { CountedValues } from '../value-counts';
import type { Finding } from './finding';
import { fixes, initStdFix } from './finding';
import { isAdam, multiplierLimit, powerOfScale } from './settings';
import type { SharedRun } from './settings';

/** Steps of v1 over the provable ones. */
const scalerGapLimit = 1.5;

export interface GammaFigures {
  mean: number;
  median: number;
  /** Of used locations. */
  min: number;
  max: number;
  /**
   * Largest sum(lambda²) n / sum(lambda)² of a location: how much longer the steps of v1 are than the provable ones.
   */
  gap: number;
  /**
   * Under v2, v3 and v4: Gamma over what the scaler divides by, which is how far a location steps where its sharers
   * agree.
   */
  scaled?: { mean: number; max: number };
}

/** Of how many locations each Gamma is that, and what it comes to. */
export interface Gammas {
  parts: CountedValues[];
  figures: GammaFigures;
}

type Totals = Pick<GammaFigures, 'min' | 'max' | 'gap'> & { total: number; largestSum: number };

/**
 * Of each location its count, sum of lambda and sum of lambda², side by side: one miss of the cache in place of three.
 */
const stride = 3;

/** Of scales that are not normalised, from one look at every location; of a fold without one. */
export class GammaSumming implements Counting {
  private readonly totals: Totals = { total: 0, min: Infinity, max: 0, gap: 0, largestSum: 0 };
  private readonly scaled = { total: 0, max: 0 };
  private readonly counts: ValueCounts;
  /** Of one region. */
  private readonly sums: Float64Array | undefined;

  constructor(
    private readonly sharing: Sharing,
    private readonly scales: Scales,
    private readonly scaler: ScalerName,
  ) {
    this.counts = new ValueCounts(sharing.m);
    const known = knownSums(sharing, scales.lambda);
    if (known) this.total(sideBySide(known), known.squares.ends);
    else this.sums = new Float64Array(stride * regionSize);
  }

  readonly add: CountVisitor = (layer, places, times, size, start) => {
    const { sums } = this;
    if (!sums) return;
    const lambda = this.scales.lambda[layer];
    const square = lambda * lambda;
    for (let k = 0; k < size; k++) {
      const at = stride * (places[k] - start);
      const sharers = times[k];
      sums[at] += sharers;
      sums[at + 1] += sharers * lambda;
      sums[at + 2] += sharers * square;
    }
  };

  /** Then the sums are known. */
  readonly addRun = (): void => undefined;

  readonly done = (from: number, to: number): void => {
    if (!this.sums) return;
    this.total(this.sums.subarray(0, stride * (to - from)), undefined);
    this.sums.fill(0);
  };

  /** Largest sum of lambda of a location, when all is told. */
  get largestSum(): number {
    return this.totals.largestSum;
  }

  /** When all is told. */
  gammas(): Gammas {
    const { m } = this.sharing;
    const { total, min, max: most, gap } = this.totals;
    const { total: steps, max } = this.scaled;
    const scaled = max > 0 ? { scaled: { mean: steps / m, max } } : {};
    const parts = this.counts.parts();
    return { parts, figures: { mean: total / m, median: medianOf(parts, m), min, max: most, gap, ...scaled } };
  }

  /** `ends`: of sums that are those of stretches. */
  private total(sums: Float64Array, ends: Int32Array | undefined): void {
    let { total, min, max, gap, largestSum } = this.totals;
    const size = sums.length / stride;
    for (let k = 0, from = 0; k < size; k++) {
      const to = ends ? ends[k] : from + 1;
      const count = sums[stride * k];
      const sum = sums[stride * k + 1];
      const gamma = sums[stride * k + 2];
      // Where nothing lies all is 0, and 0 / 0 is neither above nor below anything: no branch that nobody could guess.
      const used = gamma * (gamma / gamma);
      const steps = (gamma * count) / (sum * sum);
      total += gamma * (to - from);
      if (used < min) min = used;
      if (gamma > max) max = gamma;
      if (steps > gap) gap = steps;
      if (sum > largestSum) largestSum = sum;
      from = to;
    }
    Object.assign(this.totals, { total, min, max, gap, largestSum });
    this.counts.add(sums, 2, stride, ends);
    if (powerOfScale({ scales: this.scales, scaler: this.scaler }) === 1) this.addScaled(sums, ends);
  }

  private addScaled(sums: Float64Array, ends: Int32Array | undefined): void {
    for (let k = 0, from = 0; k < sums.length / stride; k++) {
      const to = ends ? ends[k] : from + 1;
      const [count, sum, gamma] = [sums[stride * k], sums[stride * k + 1], sums[stride * k + 2]];
      if (count > 0) {
        const step = gamma / scalerAt(this.scaler, count, sum, gamma);
        this.scaled.total += step * (to - from);
        this.scaled.max = Math.max(this.scaled.max, step);
      }
      from = to;
    }
  }
}

function sideBySide({ count, sum, squares }: LocationSums): Float64Array {
  const sums = new Float64Array(stride * count.values.length);
  for (let k = 0; k < count.values.length; k++)
    sums.set([count.values[k], sum.values[k], squares.values[k]], stride * k);
  return sums;
}

/** QᵀQ = I: whatever sigma is, no location steps further than another, and Gamma is 1. */
function normalisedGammas({ sharing }: SharedRun): Finding[] {
  const facts = { neutral: neutralInitStd(sharing), normalised: 1 };
  const one = { id: 'D3', value: 1, threshold: null, verdict: 'info' } as const;
  return [
    { ...one, measure: 'mean-gamma', facts: { ...facts, median: 1 } },
    { ...one, measure: 'largest-gamma', facts },
  ];
}

/** `gamma`: nothing of the normalised form. */
export function diagnoseGammas(run: SharedRun, gamma: GammaFigures | undefined): Finding[] {
  if (!gamma) return normalisedGammas(run);
  const { sharing, scaler } = run;
  // No scaler reaches Adam.
  const steps = isAdam(run) ? undefined : gamma.scaled;
  // Scaled steps go by 1 / s.
  const neutral = steps && run.initStd !== undefined ? run.initStd * steps.mean : neutralInitStd(sharing);
  const counts = powerOfScale(run) > 0 && !isAdam(run);
  const { mean, max: most } = steps ?? gamma;
  const judged = (value: number): boolean => counts && (value > multiplierLimit || value < 1 / multiplierLimit);
  const aside: Finding['facts'] = { ...(powerOfScale(run) > 0 && isAdam(run) && { adam: 1 }) };
  const scaled = (of: number): Finding['facts'] => (steps ? { scaler, gamma: of } : {});
  const findings: Finding[] = [
    {
      ...{ id: 'D3', measure: 'mean-gamma', value: mean, threshold: counts ? multiplierLimit : null },
      ...(counts && { least: 1 / multiplierLimit }),
      verdict: !counts ? 'info' : judged(mean) ? 'warn' : 'ok',
      facts: { neutral, median: gamma.median, ...aside, ...scaled(gamma.mean) },
      ...(judged(mean) && { fix: initStdFix(neutral) }),
    },
    {
      ...{ id: 'D3', measure: 'largest-gamma', value: most, threshold: counts ? multiplierLimit : null },
      verdict: !counts ? 'info' : most > multiplierLimit ? 'warn' : 'ok',
      facts: { neutral, ...aside, ...scaled(gamma.max) },
      ...(counts && most > multiplierLimit && { fix: fixes.theory }),
    },
  ];
  if (scaler === 'v1' && !isAdam(run))
    findings.push({
      ...{ id: 'D3', measure: 'scaler-gap', value: gamma.gap, threshold: scalerGapLimit },
      verdict: gamma.gap > scalerGapLimit ? 'warn' : 'ok',
      ...(gamma.gap > scalerGapLimit && { fix: fixes.theory }),
    });
  return findings;
}
