/** D1 to D5: what the config alone says, without data (rps.md 6). */
import type { Parts } from '../../parts';
import { auditInParts } from '../audit';
import type { Audit } from '../audit';
import type { CountVisitor } from '../location-counts';
import { largest } from '../../prune/threshold';
import { eachStretch, multiply } from '../location-values';
import type { LocationValues } from '../location-values';
import { summingOf } from '../location-sums';
import type { LocationSums } from '../location-sums';
import { lineSize } from '../cache-lines';
import type { Sharing } from '../sharing';
import { neutralInitStd } from '../scales';
import type { Finding } from './finding';
import { fixes, initStdFix, largerMemoryFix } from './finding';
import { isAdam, powerOfScale, powerOfStep } from './settings';
import type { SharedRun } from './settings';

/** Multipliers of the learning rate beyond which it is no longer the one that was chosen. */
export const multiplierLimit = 10;
/** Share of a memory without a use that is told as waste. */
export const unusedLimit = 0.01;
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

export interface StaticFigures {
  audit: Audit;
  sums: LocationSums;
  gamma: GammaFigures;
  /** Per layer: norm of what is recovered over sigma sqrt(n_l). */
  normRatio: number[];
}

export interface StaticDiagnosis {
  figures: StaticFigures;
  findings: Finding[];
}

/** `memory`: as drawn. `known`: the sums of its scales, where they are. `also`: as of `auditInParts`. */
export function* diagnoseStatic(
  run: SharedRun,
  memory: Float32Array,
  { known, also }: { known?: LocationSums | undefined; also?: CountVisitor } = {},
): Parts<StaticDiagnosis> {
  const { sharing, scales } = run;
  const summing = known ? undefined : summingOf(sharing, scales.lambda);
  const recovered = normsOf(run, memory);
  yield;
  const audit = yield* auditInParts(sharing, (...counted) => {
    summing?.add(...counted);
    recovered.add(...counted);
    also?.(...counted);
  });
  const sums = known ?? summing!.sums();
  const gamma = gammaFigures(sums, sharing.m);
  const normRatio = recovered.ratios();
  const figures = { audit, sums, gamma, normRatio };
  const findings = [
    ...lambdas(run),
    ...loads(run, audit),
    ...gammas(run, gamma),
    ...norms(run, audit, normRatio),
    ...continuity(run, audit),
  ];
  return { figures, findings };
}

/** Over locations that are used. */
function gammaFigures({ count, sum, squares }: LocationSums, m: number): GammaFigures {
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

/** Of each layer the root mean square of what is recovered over sigma, from the locations of its weights. */
function normsOf({ sharing, scales }: SharedRun, memory: Float32Array): { add: CountVisitor; ratios(): number[] } {
  const { lambda, inverse } = scales;
  const energy = Float64Array.from(memory);
  if (inverse) multiply(energy, inverse);
  for (let j = 0; j < energy.length; j++) energy[j] *= energy[j];
  const squares = new Float64Array(sharing.layers.length);
  return {
    add(layer, places, times, size) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += times[k] * energy[places[k]];
      squares[layer] += sum;
    },
    ratios: () =>
      sharing.layers.map(({ weights, deviation }, l) => (lambda[l] * Math.sqrt(squares[l] / weights)) / deviation),
  };
}

/** D1: the step of a weight by its own gradient is lambda² times that of a dense network's, under Adam lambda times. */
function lambdas(run: SharedRun): Finding[] {
  const { sharing, scales } = run;
  let [top, bottom] = [0, 0];
  scales.lambda.forEach((value, l) => {
    if (value > scales.lambda[top]) top = l;
    if (value < scales.lambda[bottom]) bottom = l;
  });
  const [most, least] = [scales.lambda[top], scales.lambda[bottom]];
  const power = powerOfStep(run);
  const multiplier = isAdam(run) ? most : most ** 2;
  // Of Adam D11 judges.
  const counts = powerOfScale(run) > 0 && !isAdam(run);
  // The limit is one of lambda².
  const threshold = Math.sqrt(multiplierLimit);
  const verdict = !counts ? 'info' : most > threshold || most < 1 / threshold ? 'warn' : 'ok';
  const neutral = neutralInitStd(sharing);
  // Beyond it no scale of the memory brings the multipliers of all layers within the limits.
  const range = most / least;
  const widest = power > 0 ? multiplierLimit ** (2 / power) : null;
  return [
    {
      ...{ id: 'D1', measure: 'largest-lambda', value: most, threshold: counts ? threshold : null, verdict },
      ...(counts && { least: 1 / threshold }),
      layer: sharing.layers[top].name,
      facts: { ...(power > 0 && { multiplier }), neutral },
      ...(verdict === 'warn' && { fix: fixes.stable }),
    },
    {
      ...{ id: 'D1', measure: 'lambda-range', value: range, threshold: widest },
      verdict: widest === null ? 'info' : range > widest ? 'warn' : 'ok',
      ...(widest !== null && range > widest && { fix: fixes.theory }),
      facts: { most: sharing.layers[top].name, least: sharing.layers[bottom].name },
    },
  ];
}

/** Share of a memory that no weight lies in when n weights are placed in m locations by chance: (1 - 1/m)^n. */
export const unusedByChance = (n: number, m: number): number => Math.exp(n * Math.log1p(-1 / m));

/**
 * Standard deviation over mean of the loads, 1 / sqrt(c) where each weight is placed by itself, of a fold as even as whole
 * numbers are, each in its part of the memory; the first with what m numbers drawn by chance are off.
 */
function largestSpread({ n, m, layers, parts, scope, spec }: Sharing): number {
  let squares = 0;
  const pieces = scope === 'local' ? layers.map(({ weights }, l) => ({ weights, length: parts[l].length })) : [];
  for (const { weights, length } of scope === 'local' ? pieces : [{ weights: n, length: m }]) {
    const mean = weights / length;
    const fraction = mean % 1;
    const variance = spec.kind === 'fold' ? fraction * (1 - fraction) : mean * (1 - 1 / length);
    squares += length * (variance + mean ** 2);
  }
  const spread = Math.sqrt(Math.max(0, squares / m - (n / m) ** 2)) / (n / m);
  return spec.kind === 'fold' ? spread + 1e-6 : spread * (1 + normTolerance(m));
}

/** D2: how evenly the memory is used. */
function loads({ sharing }: SharedRun, audit: Audit): Finding[] {
  const { n, m, spec, layers, parts } = sharing;
  const unused = audit.unused / m;
  const colliding = audit.collisions.reduce((sum, count) => sum + count, 0);
  // A layer of N weights in m < N locations: at most m - 1 of them can be alone.
  const unavoidable = layers.reduce(
    (sum, { weights }, l) => sum + (weights > parts[l].length ? weights - parts[l].length + 1 : 0),
    0,
  );
  const { perPiece, expected, pieceSize } = audit.cacheLines;
  const uneven = largestSpread(sharing);
  // What any weights side by side touch at most, with one cut (rps.md 2.4).
  const lines = Math.ceil((pieceSize - 1) / lineSize) + 2;
  const better = spec.kind === 'fold' ? {} : { fix: fixes.fold };
  return [
    {
      ...{ id: 'D2', measure: 'unused', value: unused, threshold: unusedLimit },
      verdict: unused > unusedLimit ? 'warn' : 'ok',
      facts: { expected: spec.kind === 'fold' ? 0 : unusedByChance(n, m), locations: audit.unused },
      ...(unused > unusedLimit && better),
    },
    {
      ...{ id: 'D2', measure: 'load', value: audit.cv, threshold: uneven, verdict: audit.cv > uneven ? 'warn' : 'ok' },
      facts: { most: audit.max, least: Math.ceil(n / m), expected: spec.kind === 'fold' ? 0 : Math.sqrt(m / n) },
      ...(audit.cv > uneven && better),
    },
    {
      ...{ id: 'D2', measure: 'collisions', value: colliding / n, threshold: null, verdict: 'info' },
      facts: { unavoidable: unavoidable / n },
    },
    {
      // It costs time, and nothing else.
      ...{ id: 'D2', measure: 'cache-lines', value: perPiece, threshold: lines },
      verdict: perPiece > lines ? 'info' : 'ok',
      ...(perPiece > lines && better),
      facts: { expected, pieceSize },
    },
  ];
}

/** D3: the longest step that the sharers of a location take together. */
function gammas(run: SharedRun, gamma: GammaFigures): Finding[] {
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

/** Norms of a random vector of so many numbers differ from each other by this share at most, but for one in a thousand. */
const normTolerance = (numbers: number): number => Math.max(0.02, 4 / Math.sqrt(2 * numbers));

/** D4: whether the network begins as large as without sharing; the layer that is furthest off. */
function norms({ sharing, compat }: SharedRun, audit: Audit, ratios: number[]): Finding[] {
  const { layers, parts, spec, compression } = sharing;
  const tolerances = layers.map(({ weights }, l) => {
    const distinct = Math.min(weights, parts[l].length);
    // Loads that differ make fewer numbers of as many.
    return normTolerance(distinct / (1 + audit.cv ** 2));
  });
  const off = ratios.map((ratio, l) => Math.abs(ratio - 1) / tolerances[l]);
  const at = off.indexOf(Math.max(...off));
  const bad = off[at] > 1;
  const larger = spec.kind === 'fold' ? largerMemoryFix(compression) : fixes.fold;
  const fix = compat ? fixes.noCompat : larger;
  return [
    {
      ...{ id: 'D4', measure: 'norm-ratio', value: ratios[at], verdict: bad ? 'warn' : 'ok' },
      ...{ threshold: 1 + tolerances[at], least: Math.max(0, 1 - tolerances[at]) },
      layer: layers[at].name,
      facts: { layers: off.filter((value) => value > 1).length },
      ...(bad && fix && { fix }),
    },
  ];
}

/** Rounding of a factor that is 1. */
const isOne = (value: number): boolean => Math.abs(value - 1) <= 1e-9;

/**
 * D5: at compression 1 whether the network is the dense one, in what it can say, in its first step and in how it begins.
 * (RᵀR)⁻¹Rᵀ gives back any weights exactly where no two of them share a location; otherwise 1 - used / n of the squared norm is
 * lost on average. The first step is the dense one only where it goes by lambda to the power of 0, or lambda is 1.
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
