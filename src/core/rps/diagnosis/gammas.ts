/** D3: the longest step that the sharers of a location take together (rps.md 6). */
import { largest } from '../../prune/threshold';
import { eachStretch } from '../location-values';
import type { LocationValues } from '../location-values';
import type { LocationSums } from '../location-sums';
import { neutralInitStd } from '../scales';
import type { Finding } from './finding';
import { fixes, initStdFix } from './finding';
import { isAdam, multiplierLimit, powerOfScale } from './settings';
import type { SharedRun } from './settings';

/** Steps of v1 over the provable ones. */
const scalerGapLimit = 1.5;

export interface GammaFigures {
  mean: number;
  median: number;
  max: number;
  /** Largest sum(lambda²) n / sum(lambda)² of a location: how much longer the steps of v1 are than the provable ones. */
  gap: number;
  /** Largest sum of lambda of a location. */
  largestSum: number;
}

/** Over locations that are used. */
export function gammaFigures({ count, sum, squares }: LocationSums, m: number): GammaFigures {
  let [total, max, gap, largestSum] = [0, 0, 0, 0];
  for (let k = 0, from = 0; k < squares.values.length; k++) {
    const to = squares.ends ? squares.ends[k] : k + 1;
    const gamma = squares.values[k];
    total += gamma * (to - from);
    from = to;
    if (gamma === 0) continue;
    max = Math.max(max, gamma);
    largestSum = Math.max(largestSum, sum.values[k]);
    gap = Math.max(gap, (gamma * count.values[k]) / sum.values[k] ** 2);
  }
  return { mean: total / m, median: medianOf(squares, m), max, gap, largestSum };
}

/** The value that half of the locations are below: of an even number the upper of the two in the middle. */
function medianOf(values: LocationValues, m: number): number {
  const rank = Math.ceil(m / 2);
  if (!values.ends) return largest([values.values], rank).value;
  const stretches: [value: number, locations: number][] = [];
  eachStretch(values, (value, from, to) => void stretches.push([value, to - from]));
  stretches.sort((a, b) => b[0] - a[0]);
  let above = 0;
  return stretches.find(([, locations]) => (above += locations) >= rank)![0];
}

export function diagnoseGammas(run: SharedRun, gamma: GammaFigures): Finding[] {
  const { sharing, scaler, scales } = run;
  const neutral = neutralInitStd(sharing);
  const counts = powerOfScale(run) > 0 && !isAdam(run);
  const judged = (value: number): boolean => counts && (value > multiplierLimit || value < 1 / multiplierLimit);
  const adam: Finding['facts'] = powerOfScale(run) > 0 && isAdam(run) ? { adam: 1 } : {};
  const findings: Finding[] = [
    {
      ...{ id: 'D3', measure: 'mean-gamma', value: gamma.mean, threshold: counts ? multiplierLimit : null },
      ...(counts && { least: 1 / multiplierLimit }),
      verdict: !counts ? 'info' : judged(gamma.mean) ? 'warn' : 'ok',
      facts: { neutral, median: gamma.median, ...adam },
      ...(judged(gamma.mean) && { fix: initStdFix(neutral) }),
    },
    {
      ...{ id: 'D3', measure: 'largest-gamma', value: gamma.max, threshold: counts ? multiplierLimit : null },
      verdict: !counts ? 'info' : gamma.max > multiplierLimit ? 'warn' : 'ok',
      facts: { neutral, ...adam },
      ...(counts && gamma.max > multiplierLimit && { fix: fixes.theory }),
    },
  ];
  if (!scales.normalised && scaler === 'v1' && !isAdam(run))
    findings.push({
      ...{ id: 'D3', measure: 'scaler-gap', value: gamma.gap, threshold: scalerGapLimit },
      verdict: gamma.gap > scalerGapLimit ? 'warn' : 'ok',
      ...(gamma.gap > scalerGapLimit && { fix: fixes.theory }),
    });
  return findings;
}
