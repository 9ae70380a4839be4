/** D1 to D5: what the config alone says, without data (rps.md 6). */
import type { Parts } from '../../parts';
import { auditInParts } from '../audit';
import type { Audit } from '../audit';
import type { Counting } from '../location-counts';
import { neutralInitStd } from '../scales';
import type { Finding } from './finding';
import { FactorSumming } from './factors';
import { fixes } from './finding';
import { diagnoseGammas, GammaSumming } from './gammas';
import type { Gammas } from './gammas';
import { diagnoseLoads } from './loads';
import { diagnoseNorms, RecoveredNorms } from './norms';
import type { MemoryParts } from './norms';
import { isAdam, multiplierLimit, powerOfScale, powerOfStep } from './settings';
import type { SharedRun } from './settings';

export interface StaticFigures {
  audit: Audit;
  /** Nothing of the normalised form, where it is 1 wherever anything lies. */
  gamma?: Gammas;
  /** Largest sum of the factors of a location: lambda, in the normalised form sigma / sqrt(S2_j). */
  largestSum: number;
  /** Per layer: norm of what is recovered over sigma sqrt(n_l). */
  normRatio: number[];
  /** Per layer: the most that a number of the memory is multiplied with. */
  largestFactor: number[];
}

export interface StaticDiagnosis {
  figures: StaticFigures;
  findings: Finding[];
}

/**
 * One look at every location; factors of the normalised form are not looked at but made. `also`: as of `auditInParts`.
 */
export function* diagnoseStatic(run: SharedRun, memory: MemoryParts, also?: Counting): Parts<StaticDiagnosis> {
  const { sharing, scales } = run;
  const factors = scales.normalised ? new FactorSumming(sharing) : undefined;
  const gammas = factors ? undefined : new GammaSumming(sharing, scales, run.scaler);
  const summing = factors ?? gammas!;
  const recovered = new RecoveredNorms(run, memory, factors && ((from, to) => factors.of(from, to)));
  yield;
  const audit = yield* auditInParts(sharing, {
    add: (...counted) => {
      summing.add(...counted);
      recovered.add(...counted);
      also?.add(...counted);
    },
    addRun: (...counted) => {
      recovered.addRun(...counted);
      also?.addRun(...counted);
    },
    done: (from, to) => {
      summing.done(from, to);
      recovered.done(from, to);
    },
  });
  yield* recovered.runsInParts();
  const normRatio = recovered.ratios();
  const gamma = gammas?.gammas();
  const { largestSum } = summing;
  const figures = { audit, ...(gamma && { gamma }), largestSum, normRatio, largestFactor: recovered.largestFactors() };
  const findings = [
    ...lambdas(run),
    ...diagnoseLoads(run, audit),
    ...diagnoseGammas(run, gamma?.figures),
    ...diagnoseNorms(run, audit, normRatio),
    ...continuity(run, audit),
  ];
  return { figures, findings };
}

/**
 * D1: the step of a weight by its own gradient is lambda² times that of a dense network's; under Adam, and under v2, v3
 * and v4 where it is alone at its location, lambda times.
 */
function lambdas(run: SharedRun): Finding[] {
  const { sharing, scales } = run;
  let [top, bottom] = [0, 0];
  scales.lambda.forEach((value, l) => {
    if (value > scales.lambda[top]) top = l;
    if (value < scales.lambda[bottom]) bottom = l;
  });
  const [most, least] = [scales.lambda[top], scales.lambda[bottom]];
  const power = powerOfStep(run);
  const multiplier = most ** power;
  // Of Adam D11 judges.
  const counts = powerOfScale(run) > 0 && !isAdam(run);
  // The limit is one of the multiplier.
  const threshold = multiplierLimit ** (1 / power);
  const verdict = !counts ? 'info' : most > threshold || most < 1 / threshold ? 'warn' : 'ok';
  // Beyond it no scale of the memory brings the multipliers of all layers within the limits.
  const range = most / least;
  const widest = power > 0 ? multiplierLimit ** (2 / power) : null;
  return [
    {
      ...{ id: 'D1', measure: 'largest-lambda', value: most, threshold: counts ? threshold : null, verdict },
      ...(counts && { least: 1 / threshold }),
      layer: sharing.layers[top].name,
      facts: {
        ...(power > 0 && { multiplier }),
        ...(scales.normalised && { normalised: 1 }),
        // At it the mean of lambda² by location is 1; of other steps D3 says it.
        ...(power === 2 && { neutral: neutralInitStd(sharing) }),
        ...(counts && run.scaler !== 'none' && { scaler: run.scaler }),
      },
      ...(verdict === 'warn' && { fix: fixes.stable }),
    },
    {
      ...{ id: 'D1', measure: 'lambda-range', value: range, threshold: widest },
      verdict: widest === null ? 'info' : range > widest ? 'warn' : 'ok',
      ...(widest !== null && range > widest && { fix: fixes.theory }),
      facts: {
        ...{ most: sharing.layers[top].name, least: sharing.layers[bottom].name },
        ...(scales.normalised && { normalised: 1 }),
      },
    },
  ];
}

/** Rounding of a factor that is 1. */
const isOne = (value: number): boolean => Math.abs(value - 1) <= 1e-9;

/**
 * D5: at compression 1 whether the network is the dense one, in what it can say, in its first step and in how it
 * begins. (RᵀR)⁻¹Rᵀ gives back any weights exactly where no two of them share a location; otherwise 1 - used / n of the
 * squared norm is lost on average. The first step is the dense one only where it goes by lambda to the power of 0, or
 * lambda is 1.
 */
function continuity(run: SharedRun, audit: Audit): Finding[] {
  const { sharing, scales, compat } = run;
  const { n, m, spec, layers } = sharing;
  if (m < n) return [];
  const lost = 1 - (m - audit.unused) / n;
  const mapped: Finding = {
    ...{ id: 'D5', measure: 'continuity', value: lost, threshold: 0, verdict: audit.injective ? 'ok' : 'fail' },
    facts: { most: audit.max },
    ...(!audit.injective && spec.kind !== 'fold' && { fix: fixes.fold }),
  };
  if (!audit.injective) return [mapped];
  const power = powerOfStep(run);
  const steps = Array.from(scales.lambda, (lambda) => lambda ** power);
  const off = steps.map((step) => Math.abs(Math.log(step)));
  const at = off.indexOf(Math.max(...off));
  const same = isOne(steps[at]);
  const smaller = compat && !scales.normalised;
  const findings: Finding[] = [
    { ...mapped, facts: { ...mapped.facts, dense: same && !smaller ? 1 : 0 } },
    {
      ...{ id: 'D5', measure: 'dense-step', value: steps[at], threshold: 1, least: 1, verdict: same ? 'ok' : 'warn' },
      layer: layers[at].name,
      ...(!same && { fix: fixes.theory }),
    },
  ];
  if (smaller)
    findings.push({
      ...{ id: 'D5', measure: 'dense-start', value: 1 / Math.sqrt(3), threshold: 1, least: 1, verdict: 'warn' },
      fix: fixes.noCompat,
    });
  return findings;
}
