/** D11 and D12: rules that need no measurement of training (rps.md 6). */
import { neutralInitStd } from '../scales';
import { fixes, initStdFix } from './finding';
import type { Finding } from './finding';
import { adamRule, isAdam, multiplierLimit } from './settings';
import type { SharedRun } from './settings';
import type { StaticFigures } from './static';

/**
 * D11: Adam divides by the size of the gradient, so that only lambda counts, and no scaler of the gradient does
 * anything.
 */
export function diagnoseAdam(run: SharedRun): Finding[] {
  if (!isAdam(run)) return [];
  const { sharing, scales, scaler } = run;
  if (adamRule(run)) return [{ id: 'D11', measure: 'adam-lambda', value: 1, threshold: null, verdict: 'ok' }];
  // lambda of mean square 1: there the rule of the optimizer is, on average, that of a dense network.
  const neutral = neutralInitStd(sharing) * Math.sqrt(sharing.m / sharing.n);
  const most = Math.max(...scales.lambda);
  const far = most > multiplierLimit || most < 1 / multiplierLimit;
  const findings: Finding[] = [
    {
      ...{ id: 'D11', measure: 'adam-lambda', value: most, threshold: multiplierLimit, verdict: far ? 'warn' : 'ok' },
      least: 1 / multiplierLimit,
      layer: sharing.layers[scales.lambda.indexOf(most)].name,
      facts: { neutral },
      ...(far && { fix: initStdFix(neutral) }),
    },
  ];
  if (scaler !== 'none')
    findings.push({
      ...{ id: 'D11', measure: 'adam-scaler', value: null, threshold: null, verdict: 'warn' },
      ...{ facts: { scaler }, fix: fixes.theory },
    });
  return findings;
}

/** Largest finite number of half precision. */
const largestHalf = 65_504;

/**
 * D12: a gradient of the memory sums over all sharers, and leaves the range of half precision so many times earlier.
 */
export function diagnoseHalf({ audit, largestSum: value }: StaticFigures): Finding {
  return {
    ...{ id: 'D12', measure: 'half-precision', value, threshold: audit.max },
    // As many times as there are sharers is what lambda of 1 comes to; here it is told only.
    verdict: value > audit.max ? 'info' : 'ok',
    facts: { largest: largestHalf / value },
  };
}
