/** D11 to D13: rules that need no measurement of training (rps.md 6). */
import { spreadOut } from '../location-values';
import { neutralInitStd } from '../scales';
import type { Scales } from '../scales';
import type { Sharing } from '../sharing';
import { fixes, initStdFix } from './finding';
import type { Finding } from './finding';
import { adamRule, isAdam } from './settings';
import type { SharedRun } from './settings';
import { multiplierLimit } from './static';
import type { StaticFigures } from './static';

/** D11: Adam divides by the size of the gradient, so that only lambda counts, and no scaler of the gradient does anything. */
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

/** D12: a gradient of the memory sums over all sharers, and leaves the range of half precision so many times earlier. */
export function diagnoseHalf({ scales, sharing }: SharedRun, { gamma, sums }: StaticFigures): Finding {
  let value = gamma.largestSum;
  if (scales.normalised) {
    const [a, b] = [spreadOut(sums.sum, sharing.m), spreadOut(sums.squares, sharing.m)];
    value = 0;
    for (let j = 0; j < a.length; j++) if (b[j] > 0) value = Math.max(value, a[j] / Math.sqrt(b[j]));
  }
  return {
    ...{ id: 'D12', measure: 'half-precision', value, threshold: null, verdict: 'info' },
    facts: { largest: largestHalf / value },
  };
}

type Wired = { sharing: Sharing; scales: Scales };

/** What two runs of one memory have to agree in, as texts. */
const wiringOf = ({ sharing, scales }: Wired): Record<string, string> => {
  const { layers, spec, scope, n, m } = sharing;
  return {
    layers: layers.map(({ name, rows, columns }) => `${name} ${rows} x ${columns}`).join(', '),
    mapping: spec.kind,
    seed: String(spec.seed),
    tile: spec.kind === 'roast' ? `${(spec.tile ?? []).join(' x ')} ${spec.aligned === true}` : '',
    chunk: spec.kind === 'robe' ? String(spec.chunk) : '',
    scope,
    n: String(n),
    m: String(m),
    form: scales.normalised ? 'normalised' : 'plain',
    lambda: scales.lambda.join(', '),
  };
};

/**
 * D13: a memory that is read by another mapping than it was written with gives noise, and nothing says so. `stored`: of the file
 * that it comes from. One finding for each thing that differs.
 */
export function diagnoseWiring(given: Wired, stored: Wired): Finding[] {
  const [here, there] = [wiringOf(given), wiringOf(stored)];
  const differing = Object.keys(here).filter((what) => here[what] !== there[what]);
  const finding = (facts?: Finding['facts']): Finding => ({
    ...{ id: 'D13', measure: 'wiring', value: null, threshold: null, verdict: facts ? 'fail' : 'ok' },
    ...(facts && { facts }),
  });
  if (differing.length === 0) return [finding()];
  return differing.map((what) => finding({ what, here: shortened(here[what]), there: shortened(there[what]) }));
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
