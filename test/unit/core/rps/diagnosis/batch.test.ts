import { describe, expect, it } from 'vitest';
import { finish } from '../../../../../src/core/parts';
import { batchFiguresInParts, diagnoseBatch, diagnoseCurvature } from '../../../../../src/core/rps/diagnosis/batch';
import type { BatchFigures } from '../../../../../src/core/rps/diagnosis/batch';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { audit } from '../../../../../src/core/rps/audit';
import { spreadOut } from '../../../../../src/core/rps/location-values';
import { expand, gather } from '../../../../../src/core/rps/recover';
import { scalerOf } from '../../../../../src/core/rps/scales';
import { updateInPlace } from '../../../../../src/engine/optimizer';
import { findingText } from '../../../../../src/protocol/sharing-words';
import { dot, normals, oneByOne, presetToShare } from '../layers';
import { named, runOf } from './runs';

const gradientsOf = ({ sharing }: SharedRun): Float32Array[] =>
  sharing.layers.map(({ weights }, l) => normals(weights, 40 + l));
const weightsOf = ({ sharing }: SharedRun): Float32Array[] =>
  sharing.layers.map(({ weights, deviation }, l) => normals(weights, 60 + l).map((value) => deviation * value));
const figures = (run: SharedRun): BatchFigures => finish(batchFiguresInParts(run, gradientsOf(run), weightsOf(run)));

const nesterov = { name: 'sgd', learningRate: 0.1 / 1.9, momentum: 0.9, nesterov: true } as const;
const heavy = { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false } as const;

// All of them with a first step of 0.1.
describe.each([
  ['plain', runOf()],
  ['plain, Nesterov', runOf({ optimizer: nesterov })],
  ['plain, heavy ball', runOf({ optimizer: heavy })],
  ['plain under theory', runOf({ scaler: 'theory' })],
  ['v1', runOf({ scaler: 'v1', compression: 10 })],
  ['normalised', runOf({ normalised: true, spec: { kind: 'fold', seed: 1 } })],
])('%s', (_, run) => {
  it('is what the definitions say, R and D written out', () => {
    const { sharing, scales, scaler } = run;
    const { m } = sharing;
    const inverse = scales.inverse ? spreadOut(scales.inverse, m) : new Float64Array(m).fill(1);
    const rows = sharing.layers.map((_layer, l) =>
      oneByOne(sharing, l).map(({ location: j, sign }) => ({ j, r: sign * scales.lambda[l] * inverse[j] })),
    );
    const [gradients, weights] = [gradientsOf(run), weightsOf(run)];
    const [g, gamma] = [new Float64Array(m), new Float64Array(m)];
    rows.forEach((layer, l) =>
      layer.forEach(({ j, r }, i) => {
        g[j] += r * gradients[l][i];
        gamma[j] += r * r;
      }),
    );
    const d = scales.normalised ? gamma.map(() => 1) : spreadOut(scalerOf(scaler, sharing, scales.lambda), m);
    const found = figures(run);
    rows.forEach((layer, l) => {
      const moved = layer.map(({ j, r }) => (r * g[j]) / d[j]);
      const kept = layer.map(({ j, r }) => (r * g[j]) / gamma[j]);
      const [dw, w] = [gradients[l], weights[l]];
      const norm = Math.sqrt(dot(dw, dw));
      const step = Math.sqrt(dot(moved, moved));
      const { updateRatio, denseUpdateRatio, amplification, keptEnergy, cosine } = found.layers[l];
      expect(updateRatio).toBeCloseTo((0.1 * step) / Math.sqrt(dot(w, w)), 4);
      expect(denseUpdateRatio).toBeCloseTo((0.1 * norm) / Math.sqrt(dot(w, w)), 5);
      expect(amplification! / (step / norm)).toBeCloseTo(1, 5);
      expect(keptEnergy).toBeCloseTo(dot(kept, dw) / norm ** 2, 5);
      expect(cosine).toBeCloseTo(dot(moved, dw) / (step * norm), 5);
    });
    // Together: |Gamma^(-1/2) Rᵀ g|² / |g|².
    const energy = g.reduce((sum, value, j) => sum + (gamma[j] > 0 ? value ** 2 / gamma[j] : 0), 0);
    expect(found.total.keptEnergy).toBeCloseTo(energy / gradients.reduce((sum, dw) => sum + dot(dw, dw), 0), 5);
  });
});

it('at compression 1 a fold under theory steps as the dense network does', () => {
  const { layers, total } = figures(runOf({ compression: 1, spec: { kind: 'fold', seed: 1 }, scaler: 'theory' }));
  for (const { updateRatio, denseUpdateRatio, amplification, keptEnergy, cosine } of [...layers, total]) {
    expect(updateRatio! / denseUpdateRatio!).toBeCloseTo(1, 6);
    for (const one of [amplification, keptEnergy, cosine]) expect(one).toBeCloseTo(1, 6);
  }
});

it('of a gradient without order about 1/c of the energy is kept', () => {
  const layers = presetToShare('resnet-20');
  for (const compression of [10, 50]) {
    const { total } = figures(runOf({ layers, compression, spec: { kind: 'fold', seed: 1 }, normalised: true }));
    expect(total.keptEnergy! * compression).toBeCloseTo(1, 1);
    expect(total.cosine! * Math.sqrt(compression)).toBeCloseTo(1, 1);
  }
});

it('what of the memory nothing uses follows no gradient', () => {
  const layers = presetToShare('resnet-20');
  for (const compression of [1, 2]) {
    const run = runOf({ layers, compression, scaler: 'theory' });
    const unused = audit(run.sharing).unused / run.sharing.m;
    expect(unused).toBeGreaterThan(0.1);
    const found = diagnoseBatch(run, figures(run), unused);
    for (const measure of ['kept-energy', 'cross-talk'] as const) {
      const { value, facts, least } = named(found, measure);
      expect(Math.abs(value! / Number(facts!['expected']) - 1)).toBeLessThan(0.02);
      expect(least! / Number(facts!['expected'])).toBeCloseTo(0.5, 12);
    }
  }
});

it('under Adam the cosine is that of signs, by the arcsine law', () => {
  const layers = presetToShare('resnet-20');
  const optimizer = { name: 'adam', learningRate: 0.1, momentum: 0.9, nesterov: true } as const;
  for (const compression of [1, 10, 50]) {
    const run = runOf({ layers, compression, spec: { kind: 'fold', seed: 1 }, normalised: true, optimizer });
    const findings = diagnoseBatch(run, figures(run), 0);
    const { value, facts, verdict } = named(findings, 'cross-talk');
    expect(value! / Number(facts!['expected'])).toBeCloseTo(1, 1);
    expect(verdict).toBe('ok');
    // Signs: the length of a dense step does not depend on the gradient.
    const { weights } = run.sharing.layers[0];
    const norm = Math.sqrt(dot(weightsOf(run)[0], weightsOf(run)[0]));
    expect(figures(run).layers[0].denseUpdateRatio! / ((0.1 * Math.sqrt(weights)) / norm)).toBeCloseTo(1, 4);
  }
});

it('warns of a layer that moves too far, and says what would help', () => {
  const run = runOf({ initStd: 0.01 });
  const findings = diagnoseBatch(run, figures(run), 0);
  expect(named(findings, 'update-ratio')).toMatchObject({ verdict: 'warn', fix: { kind: 'theory' } });
  expect(named(findings, 'amplification')).toMatchObject({ verdict: 'warn', fix: { kind: 'theory' } });
  const quiet = runOf({
    scaler: 'theory',
    optimizer: { name: 'sgd', learningRate: 1e-3, momentum: 0, nesterov: false },
  });
  for (const { verdict } of diagnoseBatch(quiet, figures(quiet), 0)) expect(['ok', 'info']).toContain(verdict);
  const adam = runOf({ initStd: 0.01, optimizer: { name: 'adam', learningRate: 0.1, momentum: 0, nesterov: false } });
  for (const { id, verdict } of diagnoseBatch(adam, figures(adam), 0)) if (id === 'D6') expect(verdict).toBe('info');
});

it('where the scaler is there already it suggests a learning rate at which the step is no leap', () => {
  const run = runOf({ normalised: true, optimizer: { name: 'sgd', learningRate: 5, momentum: 0, nesterov: false } });
  const { fix } = named(diagnoseBatch(run, figures(run), 0), 'update-ratio');
  expect(fix).toMatchObject({ kind: 'learning-rate', edits: [{ path: 'train.optimizer.learningRate' }] });
  const slower = { ...run, optimizer: { ...run.optimizer, learningRate: Number(fix!.edits[0].value) } };
  expect(named(diagnoseBatch(slower, figures(slower), 0), 'update-ratio').verdict).toBe('ok');
});

it('D7 warns below half of what is kept by chance, and suggests a fold or a larger memory', () => {
  const of = (run: SharedRun, share: number): ReturnType<typeof named> => {
    const { layers, total } = figures(run);
    const keptEnergy = (share * run.sharing.m) / run.sharing.n;
    return named(diagnoseBatch(run, { layers, total: { ...total, keptEnergy } }, 0), 'kept-energy');
  };
  const folded = runOf({ normalised: true, spec: { kind: 'fold', seed: 1 }, compression: 10 });
  expect(of(folded, 0.51)).toMatchObject({ verdict: 'ok' });
  expect(of(folded, 0.51).fix).toBeUndefined();
  expect(of(folded, 0.49)).toMatchObject({
    verdict: 'warn',
    fix: { kind: 'compression', edits: [{ path: 'sharing.compression', value: 5 }] },
  });
  expect(of(runOf(), 0.49).fix!.kind).toBe('fold');
});

it.each(['local', 'global'] as const)('a gradient that is not finite is a failure of its layer, %s', (scope) => {
  const run = runOf({ scope });
  const gradients = gradientsOf(run);
  gradients[2][7] = NaN;
  const lost = (): Finding[] => diagnoseBatch(run, finish(batchFiguresInParts(run, gradients, weightsOf(run))), 0);
  const failure = { id: 'D6', measure: 'not-finite', value: null, threshold: null, verdict: 'fail' };
  expect(lost()).toEqual([{ ...failure, layer: run.sharing.layers[2].name }]);
  // It came to the layers before from there.
  gradients[0][0] = Infinity;
  expect(lost()).toEqual([{ ...failure, layer: run.sharing.layers[2].name }]);
  // Of the last layer it may be the loss.
  gradients.at(-1)![0] = NaN;
  expect(lost()).toEqual([failure]);
});

it.each([
  [
    'a learning rate only, where the scaler is there',
    runOf({ normalised: true, spec: { kind: 'fold', seed: 1 } }),
    /\. Use a smaller learning rate\.$/,
  ],
  [
    'the scaler, or a smaller learning rate of another',
    runOf({ scaler: 'v1' }),
    /\. Use method: stable-rps or scaler: theory; where /,
  ],
] as const)('of a step that is not finite no rate follows, and it advises %s', (_, run, advice) => {
  const { layers, total } = figures(run);
  layers[0] = { ...layers[0], updateRatio: Infinity, amplification: Infinity };
  for (const finding of diagnoseBatch(run, { layers, total }, 0).slice(0, 2)) {
    expect([finding.verdict, finding.fix]).toEqual(['warn', undefined]);
    expect(findingText(finding).sentence).toMatch(advice);
  }
});

it('a layer that no gradient reaches has no ratios', () => {
  const run = runOf();
  const zeros = run.sharing.layers.map(({ weights }) => new Float32Array(weights));
  const { layers, total } = finish(batchFiguresInParts(run, zeros, zeros));
  expect(layers[0]).toEqual({
    ...{ updateRatio: null, denseUpdateRatio: null },
    ...{ amplification: null, keptEnergy: null, cosine: null },
  });
  expect(diagnoseBatch(run, { layers, total }, 0)[0].verdict).toBe('ok');
});

describe('D8', () => {
  it.each([
    ['none', 0, false],
    ['theory', 0, false],
    ['none', 0.9, false],
    ['none', 0.9, true],
    ['theory', 0.5, true],
  ] as const)('under %s, momentum %d, nesterov %s the loss rises in one step where it says so', (...given) => {
    const [scaler, momentum, nesterov] = given;
    const base = runOf({ scaler, initStd: 0.3, optimizer: { name: 'sgd', learningRate: 0.1, momentum, nesterov } });
    const { sharing, scales } = base;
    // L = 1/2 sum h (w - t)²: its gradient and Hessian are known.
    const target = weightsOf(base);
    const h = sharing.layers.map(({ weights }, l) => normals(weights, l).map((value) => value ** 2));
    const loss = (memory: Float32Array): number =>
      expand(sharing, scales, memory).reduce(
        (sum, w, l) => sum + w.reduce((inner, value, i) => inner + 0.5 * h[l][i] * (value - target[l][i]) ** 2, 0),
        0,
      );
    const memory = normals(sharing.m, 3);
    const slope = (of: (l: number) => Float32Array): Float64Array => {
      const sum = new Float64Array(sharing.m);
      sharing.layers.forEach((_, l) => gather(sharing, scales, l, of(l), sum));
      return sum;
    };
    const w = expand(sharing, scales, memory);
    const g = slope((l) => w[l].map((value, i) => h[l][i] * (value - target[l][i])));
    const scale = spreadOut(scalerOf(scaler, sharing, scales.lambda), sharing.m);
    const d = g.map((value, j) => value / scale[j]);
    const dw = expand(sharing, scales, d);
    const hd = slope((l) => dw[l].map((value, i) => h[l][i] * value));
    const curvature = dot(d, hd) / dot(g, d);
    const ahead = nesterov ? 1 + momentum : 1;
    const stepOf = (learningRate: number): Float32Array => {
      const moved = memory.slice();
      const rates = { ...base.optimizer, weightDecay: 0, learningRate, count: 1 };
      updateInPlace(moved, [new Float32Array(moved.length)], Float32Array.from(d), rates);
      return moved;
    };
    for (const share of [0.5, 0.98, 1.02, 3]) {
      const learningRate = (2 * share) / curvature / ahead;
      const run = { ...base, optimizer: { ...base.optimizer, learningRate } };
      const rises = loss(stepOf(learningRate)) > loss(memory);
      const { verdict, value, facts, fix } = diagnoseCurvature(run, curvature);
      expect(value).toBeCloseTo(2 * share, 10);
      expect(verdict).toBe(rises ? 'warn' : 'ok');
      expect(rises).toBe(share > 1);
      const largest = Number(facts!['largest']);
      expect(loss(stepOf(0.98 * largest))).toBeLessThan(loss(memory));
      expect(loss(stepOf(1.02 * largest))).toBeGreaterThan(loss(memory));
      if (fix?.kind === 'learning-rate') expect(fix.edits[0].value).toBeCloseTo(largest / 2, 2);
    }
  });
});
