import { describe, expect, it, test } from 'vitest';
import { gammaOf } from '../../../../../src/core/rps/location-sums';
import type { MappingSpec } from '../../../../../src/core/rps/sharing';
import { countedLoads, presetToShare, smallLayers } from '../layers';
import { named, runOf, staticOf } from './runs';

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
      expect(other.facts).toEqual(own.facts);
    }
    // Of a single location all share, and all must.
    const one = named(staticOf(runOf({ compression: 1327 })).findings, 'collisions');
    expect([one.value, one.facts!['unavoidable']]).toEqual([1, 1]);
  });

  it('tells the spread of loads and the least that any map has', () => {
    const load = named(staticOf(runOf({ compression: 10 })).findings, 'load');
    expect(load.facts).toMatchObject({ least: Math.ceil(1327 / 132) });
    expect(Number(load.facts!['expected'])).toBeCloseTo(Math.sqrt(132 / 1327), 10);
    expect(named(staticOf(runOf({ compression: 10, spec: fold })).findings, 'load').value).toBeLessThan(0.05);
  });
});

describe('D3', () => {
  it.each([1e-3, 0.04, 0.3, 20])('at s = %d: the figures of every location', (initStd) => {
    const run = runOf({ initStd });
    const gamma = gammaOf(run.sharing, run.scales.lambda).sort();
    const { findings, figures } = staticOf(run);
    const mean = gamma.reduce((a, b) => a + b, 0) / gamma.length;
    expect(named(findings, 'mean-gamma').value! / mean).toBeCloseTo(1, 10);
    expect(figures.gamma.max).toBe(gamma.at(-1));
    expect(figures.gamma.median).toBe(gamma[Math.floor(gamma.length / 2)]);
    expect(named(findings, 'mean-gamma').verdict).toBe(mean > 10 || mean < 0.1 ? 'warn' : 'ok');
  });

  it('the median of a fold by its stretches is that of its locations', () => {
    const run = runOf({ spec: fold, compression: 3 });
    const gamma = gammaOf(run.sharing, run.scales.lambda).sort();
    expect(staticOf(run).figures.gamma.median).toBe(gamma[Math.floor(gamma.length / 2)]);
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

test('D4 by the places of the weights is the norm of what is recovered', () => {
  const run = runOf({ normalised: true, spec: fold });
  const { figures } = staticOf(run);
  expect(figures.normRatio).toHaveLength(smallLayers.length);
  figures.normRatio.forEach((ratio) => expect(Math.abs(ratio - 1)).toBeLessThan(0.2));
});

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
