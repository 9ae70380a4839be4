/** Shared weights for the tests of their views: a real mapping, figures worked out from it, and findings of every verdict. */
import { audit, ownersOf } from '../../src/core/rps/audit';
import { locationSums } from '../../src/core/rps/location-sums';
import { spreadOut } from '../../src/core/rps/location-values';
import { normalisedScales, plainScales, type Scales } from '../../src/core/rps/scales';
import { sharingOf, type Sharing } from '../../src/core/rps/sharing';
import type { MappingSpec } from '../../src/core/rps/pieces';
import type { SharingFinding, SharingReport, TestedPoint } from '../../src/protocol/sharing';

const initStd = 0.04;

export interface SharedExample {
  sharing: Sharing;
  scales: Scales;
  report: SharingReport;
}

const widths = [784, 300, 200, 160, 120, 100, 80, 60, 40, 20, 10];
const layers = widths.slice(1).map((rows, i) => ({
  name: `fc${i + 1}`,
  rows,
  columns: widths[i],
  deviation: Math.sqrt(2 / widths[i]),
}));

const finding = (
  id: SharingFinding['id'],
  verdict: SharingFinding['verdict'],
  more: Partial<SharingFinding> & Pick<SharingFinding, 'title' | 'sentence'>,
): SharingFinding => ({ id, measure: more.title.toLowerCase(), value: null, threshold: null, verdict, ...more });

const findings = (value: number): SharingFinding[] => [
  finding('D1', 'warn', {
    title: 'Largest scale',
    layer: 'fc10',
    value: 7.9,
    threshold: 10,
    sentence: 'The step of a weight by its own gradient is 62.5 times that of the dense network.',
  }),
  finding('D2', 'ok', {
    title: 'Unused locations',
    value: 0,
    threshold: 0.01,
    sentence: 'Every location has a weight.',
  }),
  finding('D2', 'info', {
    title: 'Same-layer collisions',
    value: 0.84,
    sentence: 'A share of 0.84 of the weights share with their own layer.',
  }),
  finding('D4', 'ok', {
    title: 'Norm ratio',
    value: 0.998,
    threshold: 1,
    sentence: 'The network begins as large as without sharing.',
  }),
  finding('D9', 'fail', {
    title: 'Sharpness',
    value,
    threshold: 2,
    sentence:
      'The learning rate times the largest curvature is far above what gradient descent bears: training will diverge. Divide the gradients by Γ, which makes it independent of the init-std.',
    fix: { title: 'Set scaler: theory', edits: [{ path: 'sharing.scaler', value: 'theory' }] },
  }),
];

const histogram = (values: Float64Array, bins: number): { edges: number[]; counts: number[] } => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = (high - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]++;
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), counts };
};

const median = (values: Float64Array): number => Float64Array.from(values).sort()[values.length >> 1];

/** `measured`: with the sharpness and a few tested points; `compression`: weights for each location. */
export function sharedExample(
  kind: MappingSpec['kind'],
  {
    measured = false,
    stable = false,
    compression = 10,
  }: { measured?: boolean; stable?: boolean; compression?: number } = {},
): SharedExample {
  const sharing = sharingOf(layers, { compression, scope: 'global', spec: { kind, seed: 7 } });
  const scales = stable ? normalisedScales(sharing) : plainScales(sharing, initStd);
  return { sharing, scales, report: reportOf(sharing, scales, measured) };
}

/** Of any mapping: what can be worked out from it, and findings of every verdict. */
function reportOf(sharing: Sharing, scales: Scales, measured: boolean): SharingReport {
  const stable = scales.normalised;
  const { loads, mean, max, unused, cv, collisions } = audit(sharing);
  const gamma = spreadOut(locationSums(sharing, scales.lambda).squares, sharing.m);
  const { n, m } = sharing;
  const bins = 256;
  const learningRate = 0.05;
  const value = 240;
  const scalesOf = Array.from({ length: 41 }, (_, i) => initStd * 10 ** (-2 + i / 10));
  const at = (limit: number) =>
    scalesOf.map((s) => ({ initStd: s, learningRate: stable ? limit / 2.4 : (limit / value) * (s / initStd) ** 2 }));
  return {
    method: stable ? 'stable-rps' : 'roast',
    mapping: sharing.spec.kind,
    scope: sharing.scope,
    compression: sharing.compression,
    scaler: stable ? 'theory' : 'none',
    ...(!stable && { initStd }),
    learningRate,
    n,
    m,
    dense: 1090,
    bytes: { memory: 4 * m, optimizer: 4 * m, dense: 4360, index: 0, weights: 4 * n },
    layers: sharing.layers.map(({ name, rows, columns, weights, offset, deviation }, i) => ({
      name,
      shape: [rows, columns],
      weights,
      offset,
      deviation,
      factor: scales.lambda[i],
      normRatio: 1 + 0.02 * Math.sin(3 * i),
      collisions: collisions[i] / weights,
    })),
    load: { of: loads, mean, max, unused: unused / m, cv },
    gamma: stable
      ? { edges: [0.95, 1.05], counts: [m - unused], mean: 1, median: 1, max: 1 }
      : {
          ...histogram(gamma, 24),
          mean: gamma.reduce((a, b) => a + b, 0) / m,
          median: median(gamma),
          max: Math.max(...gamma),
        },
    owners: { bins, counts: [...ownersOf(sharing, bins)] },
    findings: findings(learningRate * value),
    tested: measured ? tested : [],
    ...(measured && {
      sharpness: {
        value,
        residual: 0.004,
        iterations: 30,
        etaS: learningRate * value,
        threshold: 2,
        verdict: 'fail' as const,
        full: 3.1,
        boundaries: { proved: at(2), empirical: at(10) },
      },
    }),
  };
}

/** The same with one finding that fails and can be mended, in the first place. */
export const fixable = (report: SharingReport): SharingReport => ({
  ...report,
  findings: [findings(12).at(-1)!, ...report.findings],
});

const tested: TestedPoint[] = [
  {
    initStd: 0.4,
    learningRate: 0.05,
    steps: 100,
    outcome: 'converged',
    firstLoss: 2.31,
    lastLoss: 0.41,
    predicted: 'safe',
  },
  {
    initStd: 0.04,
    learningRate: 0.02,
    steps: 100,
    outcome: 'converged',
    firstLoss: 2.31,
    lastLoss: 0.62,
    predicted: 'band',
  },
  {
    initStd: 0.02,
    learningRate: 0.2,
    steps: 12,
    outcome: 'diverged',
    firstLoss: 2.31,
    lastLoss: null,
    predicted: 'unsafe',
  },
  {
    initStd: 0.04,
    learningRate: 0.3,
    steps: 100,
    outcome: 'collapsed',
    firstLoss: 2.31,
    lastLoss: 2.302,
    predicted: 'unsafe',
  },
  {
    initStd: 0.8,
    learningRate: 0.002,
    steps: 100,
    outcome: 'slow',
    firstLoss: 2.31,
    lastLoss: 2.28,
    predicted: 'safe',
  },
];
