import { describe, expect, it, test } from 'vitest';
import { diagnoseAdam } from '../../../../../src/core/rps/diagnosis/rules';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { gammaOf } from '../../../../../src/core/rps/location-sums';
import { spreadOut } from '../../../../../src/core/rps/location-values';
import { expand, gather } from '../../../../../src/core/rps/recover';
import { scalerOf } from '../../../../../src/core/rps/scales';
import type { MappingSpec } from '../../../../../src/core/rps/pieces';
import { countedLoads, dot, locations, normals, presetToShare, relativeError, smallLayers, specs } from '../layers';
import { memoryOf, named, runOf, staticOf } from './runs';

const fold: MappingSpec = { kind: 'fold', seed: 2 };

describe.each([
  ['resnet-20', 10, 270_896, 0.0765, 3.66, 78],
  ['vgg-11', 100, 9_268_928, 0.0248, 0.385, 46],
] as const)('%s', (name, classes, n, neutral, mean, max) => {
  const layers = presetToShare(name, classes);

  it('has the Gamma that was worked out for the public default of 0.04', () => {
    const { findings, figures } = staticOf(runOf({ layers, spec: fold, compression: 1 }));
    expect(figures.audit.mean * layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)).toBeCloseTo(n, 4);
    const gamma = named(findings, 'mean-gamma');
    expect(gamma.value).toBeCloseTo(mean, 2);
    expect(Number(gamma.facts!['neutral']) / neutral).toBeCloseTo(1, 2);
    expect(Math.round(named(findings, 'largest-gamma').value!)).toBe(max);
    const ten = staticOf(runOf({ layers, spec: fold, compression: 10 })).findings;
    expect(named(ten, 'mean-gamma').value! / (10 * mean)).toBeCloseTo(1, 2);
    expect(Number(named(ten, 'mean-gamma').facts!['neutral']) / neutral).toBeCloseTo(Math.sqrt(10), 2);
  });
});

describe('D1', () => {
  it('a small scale of the memory makes a large lambda: warned of where nothing takes it out again', () => {
    const { findings } = staticOf(runOf({ initStd: 0.01 }));
    const finding = named(findings, 'largest-lambda');
    expect(finding).toMatchObject({ id: 'D1', verdict: 'warn', layer: 'fc2', fix: { kind: 'stable-rps' } });
    expect(finding.value).toBeCloseTo(40, 10);
    expect(named(findings, 'lambda-range').value).toBeCloseTo(4, 10);
    for (const run of [runOf({ initStd: 0.01, scaler: 'theory' }), runOf({ normalised: true })])
      expect(named(staticOf(run).findings, 'largest-lambda').verdict).toBe('info');
  });

  it('a large one as well: nothing would be learned', () => {
    expect(named(staticOf(runOf({ initStd: 3 })).findings, 'largest-lambda').verdict).toBe('warn');
    expect(named(staticOf(runOf({ initStd: 0.2 })).findings, 'largest-lambda').verdict).toBe('ok');
  });

  it('under Adam it lengthens the steps, lambda times, and D11 judges', () => {
    const optimizer = { name: 'adamw', learningRate: 1e-3, momentum: 0, nesterov: false } as const;
    for (const scaler of ['none', 'v1'] as const) {
      const run = runOf({ initStd: 1e-3, scaler, optimizer });
      const finding = named(staticOf(run).findings, 'largest-lambda');
      expect(finding.facts!['multiplier']).toBe(named(diagnoseAdam(run), 'adam-lambda').value);
    }
    for (const run of [runOf({ scaler: 'theory', optimizer }), runOf({ scaler: 'theory' })])
      expect(named(staticOf(run).findings, 'largest-lambda').facts).not.toHaveProperty('multiplier');
  });
});

describe('D2', () => {
  it('tells the memory that nothing uses, and the mapping that uses all', () => {
    const run = runOf({ compression: 1 });
    const unused = named(staticOf(run).findings, 'unused');
    const counted = countedLoads(run.sharing).filter((load) => load === 0).length / run.sharing.m;
    expect(unused).toMatchObject({ verdict: 'warn', value: counted, fix: { kind: 'fold' } });
    expect(unused.facts!['expected']).toBeCloseTo(Math.exp(-1), 3);
    const all = named(staticOf(runOf({ compression: 1, spec: fold })).findings, 'unused');
    expect(all).toMatchObject({ verdict: 'ok', value: 0 });
    expect(all.fix).toBeUndefined();
  });

  it('tells how many weights share within their layer, and how many must', () => {
    for (const compression of [1, 1.6, 2, 10, 1327]) {
      const own = named(staticOf(runOf({ compression, spec: fold })).findings, 'collisions');
      expect(own.value).toBeGreaterThanOrEqual(Number(own.facts!['unavoidable']) - 1e-12);
      const other = named(staticOf(runOf({ compression })).findings, 'collisions');
      expect(other.value).toBeGreaterThanOrEqual(Number(own.facts!['unavoidable']) - 1e-12);
      expect(other.facts!['unavoidable']).toBe(own.facts!['unavoidable']);
      expect(other.facts!['fold']).toBe(own.facts!['expected']);
      expect([own.verdict, other.verdict]).toEqual(['ok', 'ok']);
    }
    // Of a single location all share, and all must.
    const one = named(staticOf(runOf({ compression: 1327 })).findings, 'collisions');
    expect([one.value, one.facts!['unavoidable']]).toEqual([1, 1]);
  });

  it('tells the spread of loads and the least that any map has', () => {
    const load = named(staticOf(runOf({ compression: 10 })).findings, 'load');
    expect(load.facts).toMatchObject({ least: Math.ceil(1327 / 132) });
    expect(Number(load.facts!['expected'])).toBeCloseTo(Math.sqrt(131 / 1327), 10);
    expect(named(staticOf(runOf({ compression: 10, spec: fold })).findings, 'load').value).toBeLessThan(0.05);
  });
});

describe('D1 and D2 against what is expected', () => {
  it.each(['global', 'local'] as const)('of a fold the evenness that whole numbers allow is expected, %s', (scope) => {
    for (const compression of [1.5, 3.7, 10]) {
      const { value, facts } = named(staticOf(runOf({ spec: fold, compression, scope })).findings, 'load');
      expect(value).toBeCloseTo(Number(facts!['expected']), 6);
    }
    // A half of the locations has one sharer, a half two.
    const half = named(staticOf(runOf({ spec: fold, compression: 1.5 })).findings, 'load');
    expect(Number(half.facts!['expected'])).toBeCloseTo(1 / 3, 2);
  });

  it.each(['global', 'local'] as const)('loads of a fold and by chance are as even as expected, %s', (scope) => {
    for (const spec of [fold, { kind: 'random', seed: 3 } as const, { kind: 'random', seed: 8 } as const])
      for (const compression of [2, 3.7, 10])
        expect(named(staticOf(runOf({ spec, compression, scope })).findings, 'load').verdict).toBe('ok');
  });

  it('tiles on top of each other are not, and a fold is suggested', () => {
    const layers = presetToShare('resnet-20');
    const load = named(
      staticOf(runOf({ layers, compression: 100, spec: { kind: 'roast', seed: 1, tile: [32, 32] } })).findings,
      'load',
    );
    expect(load).toMatchObject({ verdict: 'warn', fix: { kind: 'fold' } });
  });

  it('weights placed one by one touch more lines than side by side, which is told and no risk', () => {
    const layers = presetToShare('resnet-20');
    expect(named(staticOf(runOf({ layers })).findings, 'cache-lines')).toMatchObject({
      verdict: 'info',
      fix: { kind: 'fold' },
    });
    expect(named(staticOf(runOf({ layers, spec: fold })).findings, 'cache-lines').verdict).toBe('ok');
  });

  it('a range of lambda that no scale of the memory brings within the limits warns', () => {
    const layers = smallLayers.map((layer, l) => (l === 0 ? { ...layer, deviation: layer.deviation / 100 } : layer));
    expect(named(staticOf(runOf({ layers })).findings, 'lambda-range')).toMatchObject({
      ...{ threshold: 10, verdict: 'warn', fix: { kind: 'theory' } },
    });
    expect(named(staticOf(runOf()).findings, 'lambda-range').verdict).toBe('ok');
  });
});

describe('D3', () => {
  it.each([1e-3, 0.04, 0.3, 20])('at s = %d: the figures of every location', (initStd) => {
    const run = runOf({ initStd });
    const gamma = gammaOf(run.sharing, run.scales.lambda).sort();
    const { findings, figures } = staticOf(run);
    const mean = gamma.reduce((a, b) => a + b, 0) / gamma.length;
    expect(named(findings, 'mean-gamma').value! / mean).toBeCloseTo(1, 10);
    expect(figures.gamma!.figures.max).toBe(gamma.at(-1));
    expect(figures.gamma!.figures.median).toBe(gamma[Math.floor(gamma.length / 2)]);
    expect(named(findings, 'mean-gamma').verdict).toBe(mean > 10 || mean < 0.1 ? 'warn' : 'ok');
  });

  it('the median of a fold by its stretches is that of its locations', () => {
    const run = runOf({ spec: fold, compression: 3 });
    const gamma = gammaOf(run.sharing, run.scales.lambda).sort();
    expect(staticOf(run).figures.gamma!.figures.median).toBe(gamma[Math.floor(gamma.length / 2)]);
  });

  it('the scale it suggests has a mean Gamma of 1', () => {
    const { fix } = named(staticOf(runOf({ initStd: 1e-3 })).findings, 'mean-gamma');
    expect(fix).toMatchObject({ kind: 'init-std', edits: [{ path: 'sharing.initStd' }] });
    const again = staticOf(runOf({ initStd: Number(fix!.edits[0].value) })).findings;
    expect(named(again, 'mean-gamma').value).toBeCloseTo(1, 2);
    expect(named(again, 'mean-gamma').verdict).toBe('ok');
  });

  it('of v1 how much longer its steps are than the provable ones: 1.3 to 2 times for ResNet-20', () => {
    const layers = presetToShare('resnet-20');
    const run = runOf({ layers, compression: 10, scaler: 'v1' });
    const gap = named(staticOf(run).findings, 'scaler-gap').value!;
    expect(gap).toBeGreaterThan(1.3);
    expect(gap).toBeLessThan(2.5);
    expect(staticOf(runOf({ layers, scaler: 'theory' })).findings.map(({ measure }) => measure)).not.toContain(
      'scaler-gap',
    );
  });
});

describe.each(['v2', 'v3', 'v4'] as const)('under %s steps are those that the scaler leaves', (scaler) => {
  const change = { scaler, initStd: 0.01 };

  it.each([fold, { kind: 'random', seed: 2 } as const])('D3, by $kind: Gamma over it at every location', (spec) => {
    const run = runOf({ ...change, spec });
    const { sharing, scales } = run;
    const divided = spreadOut(scalerOf(scaler, sharing, scales.lambda), sharing.m);
    const steps = gammaOf(sharing, scales.lambda).map((gamma, j) => gamma / divided[j]);
    const { findings, figures } = staticOf(run);
    const [mean, most] = [named(findings, 'mean-gamma'), named(findings, 'largest-gamma')];
    expect(mean.value! / (steps.reduce((a, b) => a + b, 0) / sharing.m)).toBeCloseTo(1, 10);
    expect(most.value! / steps.reduce((a, b) => Math.max(a, b))).toBeCloseTo(1, 10);
    expect(mean.facts).toMatchObject({ scaler, gamma: figures.gamma!.figures.mean });
    expect(mean.verdict).toBe(mean.value! > 10 ? 'warn' : 'ok');
    // At the scale that it tells they have a mean of 1, too.
    const neutral = staticOf(runOf({ ...change, spec, initStd: Number(mean.facts!['neutral']) })).findings;
    expect(named(neutral, 'mean-gamma').value).toBeCloseTo(1, 10);
  });

  it('D1: lambda times, held against the limit itself', () => {
    const far = named(staticOf(runOf(change)).findings, 'largest-lambda');
    expect(far).toMatchObject({ verdict: 'warn', threshold: 10, least: 0.1, facts: { scaler, multiplier: far.value } });
    expect(named(staticOf(runOf({ scaler, initStd: 0.06 })).findings, 'largest-lambda').verdict).toBe('ok');
  });

  it('but not under Adam, which it does not reach', () => {
    const optimizer = { name: 'adam', learningRate: 1e-3, momentum: 0, nesterov: false } as const;
    const { findings, figures } = staticOf(runOf({ ...change, optimizer }));
    expect(named(findings, 'mean-gamma')).toMatchObject({ verdict: 'info', value: figures.gamma!.figures.mean });
    expect(named(findings, 'mean-gamma').facts).not.toHaveProperty('scaler');
  });
});

test('D4 sees the initial scale of the public code, and nothing where weights begin as they should', () => {
  const layers = presetToShare('resnet-20');
  const compat = named(staticOf(runOf({ layers, compat: true })).findings, 'norm-ratio');
  expect(compat).toMatchObject({ verdict: 'warn', fix: { kind: 'no-compat' }, facts: { layers: layers.length } });
  expect(compat.value).toBeCloseTo(0.577, 1);
  for (const run of [
    runOf({ layers }),
    runOf({ layers, normalised: true }),
    runOf({ layers, spec: fold, compression: 300 }),
  ])
    expect(named(staticOf(run).findings, 'norm-ratio').verdict).toBe('ok');
});

describe.each(specs)(
  'figures by $kind, aligned $aligned, are those of the weights and locations one by one',
  (spec) => {
    // More than one region of the memory, and less.
    const wide = [...smallLayers, { name: 'wide', rows: 200, columns: 130, deviation: 0.02 }];
    it.each([
      [wide, 1, 'global'],
      [wide, 1.3, 'local'],
      [smallLayers, 1, 'global'],
      [smallLayers, 7, 'global'],
      [smallLayers, 3, 'local'],
    ] as const)('%#', (layers, compression, scope) => {
      for (const change of [{ normalised: true }, { initStd: 0.03 }] as const) {
        const run = runOf({ layers: [...layers], spec, compression, scope, ...change });
        const { sharing, scales } = run;
        const { figures } = staticOf(run);
        const weights = expand(sharing, scales, memoryOf(run));
        const { gamma, largestSum, normRatio, largestFactor } = figures;
        const [n, sum, squares] = [0, 1, 2].map((power) => {
          const sums = new Float64Array(sharing.m);
          layers.forEach((_, l) => locations(sharing, l).forEach((j) => (sums[j] += scales.lambda[l] ** power)));
          return sums;
        });
        weights.forEach((own, l) => {
          const norm = Math.sqrt(dot(own, own) / own.length) / layers[l].deviation;
          expect(normRatio[l] / norm).toBeCloseTo(1, 6);
          const factors = [...locations(sharing, l)].map((j) =>
            scales.normalised ? scales.lambda[l] / Math.sqrt(squares[j]) : scales.lambda[l],
          );
          expect(largestFactor[l] / factors.reduce((a, b) => Math.max(a, b))).toBeCloseTo(1, 12);
        });
        const most = (of: (j: number) => number): number =>
          squares.reduce((largest, square, j) => (square > 0 ? Math.max(largest, of(j)) : largest), 0);
        const factor = (j: number): number => (scales.normalised ? sum[j] / Math.sqrt(squares[j]) : sum[j]);
        expect(largestSum / most(factor)).toBeCloseTo(1, 12);
        expect(gamma === undefined).toBe(scales.normalised);
        if (!gamma) continue;
        const { parts, figures: of } = gamma;
        const counted = parts.flatMap(({ values, times }) =>
          [...values].flatMap((value, k) => new Array<number>(times ? times[k] : 1).fill(value)),
        );
        const inOrder = Float64Array.from(counted).sort();
        expect(relativeError(inOrder, squares.toSorted())).toBeLessThan(1e-12);
        expect(of.gap / most((j) => (squares[j] * n[j]) / sum[j] ** 2)).toBeCloseTo(1, 12);
        expect(of.max / most((j) => squares[j])).toBeCloseTo(1, 12);
        expect(of.mean / (squares.reduce((a, b) => a + b, 0) / sharing.m)).toBeCloseTo(1, 10);
        expect(of.median / [...squares].sort((a, b) => a - b)[Math.floor(sharing.m / 2)]).toBeCloseTo(1, 12);
      }
    });
  },
);

test('D5 asks at compression 1 whether the network is the dense one', () => {
  const [good, bad] = [fold, { kind: 'random', seed: 1 } as const].map((spec) =>
    named(staticOf(runOf({ compression: 1, spec })).findings, 'continuity'),
  );
  expect(good).toMatchObject({ verdict: 'ok', value: 0 });
  expect(bad).toMatchObject({ verdict: 'fail', fix: { kind: 'fold' } });
  // 1 - 1/e of the locations are used, so as much of any weights can be said.
  expect(bad.value).toBeCloseTo(Math.exp(-1), 1);
  expect(staticOf(runOf({ compression: 1.5 })).findings.map(({ id }) => id)).not.toContain('D5');
});

describe('D5 without shared locations', () => {
  const adam: SharedRun['optimizer'] = { name: 'adam', learningRate: 1e-3, momentum: 0, nesterov: false };
  const whole = (change: Parameters<typeof runOf>[0]): Finding[] =>
    staticOf(runOf({ compression: 1, spec: fold, ...change })).findings;
  const weights = smallLayers.map(({ rows, columns }, l) => normals(rows * columns, 70 + l));
  /** How many times as far as the dense network each layer moves, by the gather and the recovery of a step themselves. */
  const moved = (run: SharedRun): number[] => {
    const step = new Float64Array(run.sharing.m);
    weights.forEach((gradient, l) => gather(run.sharing, run.scales, l, gradient, step));
    const scaler = run.scales.normalised
      ? new Float64Array(run.sharing.m).fill(1)
      : spreadOut(scalerOf(run.scaler, run.sharing, run.scales.lambda), run.sharing.m);
    return expand(
      run.sharing,
      run.scales,
      step.map((value, j) => value / scaler[j]),
    ).map((layer, l) => layer[0] / weights[l][0]);
  };

  it.each([
    ['no scaler', { scaler: 'none' }, 'warn'],
    ['v4', { scaler: 'v4' }, 'warn'],
    ['v1', { scaler: 'v1' }, 'ok'],
    ['theory', { scaler: 'theory' }, 'ok'],
    ['the normalised form', { normalised: true }, 'ok'],
  ] as const)('%s: the first step is the dense one or it is not', (_, change, verdict) => {
    const factors = moved(runOf({ compression: 1, spec: fold, ...change }));
    const finding = named(whole(change), 'dense-step');
    const far = factors.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a));
    expect(finding).toMatchObject({ id: 'D5', verdict });
    expect(finding.value! / far).toBeCloseTo(1, 4);
    expect(factors.every((factor) => Math.abs(factor - 1) < 1e-5)).toBe(verdict === 'ok');
    expect(finding.fix?.kind).toBe(verdict === 'ok' ? undefined : 'theory');
    expect(named(whole(change), 'continuity').facts!['dense']).toBe(verdict === 'ok' ? 1 : 0);
  });

  it('under Adam lambda counts, but where the steps are scaled', () => {
    expect(named(whole({ optimizer: adam, initStd: 0.01, scaler: 'v1' }), 'dense-step')).toMatchObject({
      verdict: 'warn',
      layer: 'fc2',
    });
    expect(named(whole({ optimizer: adam, scaler: 'theory' }), 'dense-step').verdict).toBe('ok');
  });

  it('the initial scale of the public code is not that of the dense network, whatever the scaler', () => {
    const findings = whole({ scaler: 'theory', compat: true });
    expect(named(findings, 'dense-start')).toMatchObject({ verdict: 'warn', fix: { kind: 'no-compat' } });
    expect(named(findings, 'continuity').facts!['dense']).toBe(0);
    expect(whole({ scaler: 'theory' }).map(({ measure }) => measure)).not.toContain('dense-start');
  });
});

it.each([0.001, 0.1, 0.127, 0.2, 1, 1.3, 4])(
  'at s = %d a verdict is what value and thresholds say, in one unit',
  (initStd) => {
    for (const change of [
      {},
      { compat: true },
      { scaler: 'v1' },
      { scaler: 'v3' },
      { compression: 1, spec: fold },
    ] as const)
      for (const { measure, value, threshold, least, verdict } of staticOf(runOf({ initStd, ...change })).findings) {
        if (verdict === 'info') continue;
        const within = value! <= (threshold ?? Infinity) && value! >= (least ?? -Infinity);
        expect([measure, verdict === 'ok']).toEqual([measure, within]);
      }
  },
);
