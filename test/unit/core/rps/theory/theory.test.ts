import { describe, expect, it, test } from 'vitest';
import { leastSquaresResidual } from '../../../../../src/core/linalg/residual';
import { finish } from '../../../../../src/core/parts';
import { Rng } from '../../../../../src/core/rng';
import { dataKinds, drawFeatures, factorOf } from '../../../../../src/core/rps/theory/data';
import type { Data } from '../../../../../src/core/rps/theory/data';
import { estimators, place } from '../../../../../src/core/rps/theory/estimators';
import type { Estimator } from '../../../../../src/core/rps/theory/estimators';
import { drawnError, isotropicError, meanSquaredError } from '../../../../../src/core/rps/theory/inner-product';
import type { Pair } from '../../../../../src/core/rps/theory/inner-product';
import { knownRisk } from '../../../../../src/core/rps/theory/known-risk';
import { drawnRisk, excessRisk, wholeRisk } from '../../../../../src/core/rps/theory/learned';
import { dot } from '../layers';

const normals = (n: number, rng: Rng): Float64Array => new Float64Array(n).map(() => rng.normal());

const pairOf = (data: Data, n: number): Pair => {
  const rng = Rng.fromSeed(11);
  return { theta: normals(n, rng.split('theta')), x: drawFeatures(factorOf(data, n, rng), n, rng.split('x')) };
};

const pairs: [string, number, Pair][] = [
  ...dataKinds.map((kind): [string, number, Pair] => [kind, 48, pairOf({ kind }, 48)]),
  // One product that outweighs all: the worst of pruning.
  ['heavy', 48, { theta: normals(48, Rng.fromSeed(1)).fill(9, 3, 4), x: new Float64Array(48).fill(0.1).fill(7, 3, 4) }],
];

describe.each(estimators)('%s', (estimator) => {
  it.each(pairs)('%s: the formula of its error is what drawing gives', (_, n, pair) => {
    for (const m of [6, 20, 47]) {
      const model = { n, m, estimator };
      const expected = meanSquaredError(model, pair);
      const { mean, standardError } = finish(drawnError(model, pair, 1500, Rng.fromSeed(m)));
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * standardError + 1e-9 * (1 + expected));
      if (estimator === 'magnitude') expect(standardError).toBeLessThan(1e-12 * (1 + expected));
      else expect(standardError).toBeGreaterThan(0);
    }
  });
});

describe('an estimated inner product', () => {
  const [, n, pair] = pairs[0];
  const error = (estimator: Estimator, m: number, of = pair): number => meanSquaredError({ n, m, estimator }, of);

  it('of a fold and of pruning is exact where everything is kept; of a sketch it is not', () => {
    expect(error('fold', n)).toBeLessThan(1e-9);
    expect(error('random-pruning', n)).toBe(0);
    expect(error('count-sketch', n)).toBeGreaterThan(0.1);
  });

  it('a fold is never worse than a sketch, whose error is at most 2 |theta|²|x|² / m', () => {
    for (const [, , each] of pairs)
      for (let m = 1; m <= n; m++) {
        expect(error('fold', m, each)).toBeLessThanOrEqual(error('count-sketch', m, each) * (1 + 1e-12));
        const bound = (2 * dot(each.theta, each.theta) * dot(each.x, each.x)) / m;
        expect(error('count-sketch', m, each)).toBeLessThanOrEqual(bound);
      }
  });

  it('where one product outweighs all, pruning loses it', () => {
    const heavy = pairs.at(-1)![2];
    expect(error('random-pruning', 12, heavy)).toBeGreaterThan(20 * error('fold', 12, heavy));
  });

  it.each([6, 20, 48])('on average over unit directions, m = %d', (m) => {
    for (const estimator of ['count-sketch', 'fold', 'random-pruning'] as const) {
      const expected = isotropicError({ n, m, estimator })!;
      const rng = Rng.fromSeed(3);
      const values = Array.from({ length: 3000 }, () => {
        const unit = (): Float64Array => {
          const v = normals(n, rng);
          const norm = Math.sqrt(dot(v, v));
          return v.map((value) => value / norm);
        };
        return error(estimator, m, { theta: unit(), x: unit() });
      });
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(values.length) + 1e-12);
    }
    if (n % m === 0) expect(isotropicError({ n, m, estimator: 'fold' })).toBeCloseTo(1 / m - 1 / n, 12);
    expect(isotropicError({ n, m, estimator: 'magnitude' })).toBeNull();
  });
});

describe('a learned memory', () => {
  const n = 64;
  const theta = normals(n, Rng.fromSeed(21));

  it.each(dataKinds)('%s: the risk is as drawing gives, where a formula is known', (kind) => {
    const factor = factorOf({ kind }, n, Rng.fromSeed(4));
    for (const estimator of estimators)
      for (const m of [8, 24]) {
        const model = { n, m, estimator };
        const known = knownRisk(model, { kind }, factor, theta);
        const { mean, standardError } = finish(drawnRisk(model, factor, theta, 120, Rng.fromSeed(m)));
        expect(mean).toBeGreaterThanOrEqual(-1e-12);
        expect(mean).toBeLessThan(1);
        if (known !== null) expect(Math.abs(mean - known)).toBeLessThanOrEqual(4 * standardError + 1e-9);
      }
  });

  it('is known of isotropic data for all, and of low rank 0', () => {
    const of = (kind: Data['kind'], estimator: Estimator): number | null =>
      knownRisk({ n, m: 16, estimator }, { kind }, factorOf({ kind }, n, Rng.fromSeed(4)), theta);
    for (const estimator of estimators) expect(of('isotropic', estimator)).not.toBeNull();
    expect(of('isotropic', 'fold')).toBeCloseTo(0.75, 12);
    expect(of('isotropic', 'random-pruning')).toBeCloseTo(0.75, 12);
    expect(of('isotropic', 'count-sketch')).toBeGreaterThan(0.75);
    expect(of('low-rank', 'fold')).toBe(0);
    for (const estimator of ['fold', 'count-sketch'] as const) {
      expect(of('duplicated', estimator)).toBeNull();
      expect(of('power-law', estimator)).toBeGreaterThan(0);
    }
    for (const estimator of ['random-pruning', 'magnitude'] as const)
      expect(of('duplicated', estimator)).toBeGreaterThan(0);
    expect(of('low-rank', 'count-sketch')).toBeNull();
  });

  it.each([
    [{ kind: 'power-law', exponent: 0 }, ['fold', 'count-sketch']],
    [{ kind: 'power-law', exponent: 1 }, ['fold', 'count-sketch']],
    [{ kind: 'power-law', exponent: 3 }, ['fold', 'count-sketch']],
    [{ kind: 'duplicated', group: 8, noise: 0.001 }, ['random-pruning', 'magnitude']],
    [{ kind: 'duplicated', group: 5, noise: 0 }, ['random-pruning', 'magnitude']],
    [{ kind: 'duplicated', group: 64, noise: 0.3 }, ['random-pruning', 'magnitude']],
    [{ kind: 'duplicated', group: 1, noise: 1 }, ['random-pruning', 'magnitude']],
  ] as const)('%o: where features are not alike the formula is what drawing gives', (data, of) => {
    const factor = factorOf(data, n, Rng.fromSeed(4));
    for (const estimator of of)
      for (const m of [1, 8, 23, 64]) {
        const known = knownRisk({ n, m, estimator }, data, factor, theta)!;
        const { mean, standardError } = finish(drawnRisk({ n, m, estimator }, factor, theta, 200, Rng.fromSeed(m)));
        expect(Math.abs(mean - known), `${estimator} ${m}: ${mean} ${known}`).toBeLessThanOrEqual(
          4 * standardError + 1e-9,
        );
      }
  });

  it('without a slope of the variances it is that of isotropic data', () => {
    const factor = factorOf({ kind: 'power-law', exponent: 0 }, n, Rng.fromSeed(4));
    for (const estimator of ['fold', 'count-sketch'] as const)
      for (const m of [1, 7, 16, 64]) {
        const [one, other] = (['power-law', 'isotropic'] as const).map((kind) =>
          knownRisk({ n, m, estimator }, { kind }, factor, theta)!,
        );
        expect(Math.abs(one - other)).toBeLessThan(1e-9);
      }
  });

  it('features in groups are where sharing gains over pruning: 128 weights, 16 numbers', () => {
    const many = normals(128, Rng.fromSeed(2));
    const risk = (kind: Data['kind'], estimator: Estimator): number => {
      const factor = factorOf({ kind }, 128, Rng.fromSeed(4));
      return finish(drawnRisk({ n: 128, m: 16, estimator }, factor, many, 40, Rng.fromSeed(6))).mean;
    };
    expect(risk('duplicated', 'fold')).toBeLessThan(0.1);
    expect(risk('duplicated', 'random-pruning')).toBeGreaterThan(0.25);
    expect(risk('power-law', 'fold')).toBeLessThan(risk('power-law', 'random-pruning'));
    expect(risk('isotropic', 'fold')).toBeCloseTo(0.875, 1);
  });

  it('the best memory has no slope: its residual is that of the normal equations', () => {
    const factor = factorOf({ kind: 'power-law' }, n, Rng.fromSeed(4));
    const placement = place({ n, m: 8, estimator: 'fold' }, theta, Rng.fromSeed(9));
    // Sigma is diagonal: each location is a problem of its own.
    const [top, bottom] = [new Float64Array(8), new Float64Array(8)];
    placement.location.forEach((j, i) => {
      const variance = factor[i][i] ** 2;
      top[j] += placement.sign[i] * variance * theta[i];
      bottom[j] += variance;
    });
    const kept = top.reduce((sum, value, j) => sum + (bottom[j] > 0 ? value ** 2 / bottom[j] : 0), 0);
    expect(excessRisk(factor, theta, placement, 8)).toBeCloseTo(wholeRisk(factor, theta) - kept, 8);
  });
});

test('features have the covariance that is said', () => {
  for (const kind of dataKinds) {
    const [n, draws] = [16, 8000];
    const factor = factorOf({ kind, group: 4, rank: 3 }, n, Rng.fromSeed(1));
    const rng = Rng.fromSeed(2);
    const sums = new Float64Array(n * n);
    for (let k = 0; k < draws; k++) {
      const x = drawFeatures(factor, n, rng);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums[i * n + j] += (x[i] * x[j]) / draws;
    }
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const expected = factor.reduce((sum, column) => sum + column[i] * column[j], 0);
        expect(Math.abs(sums[i * n + j] - expected)).toBeLessThan(0.25);
      }
  }
});

test('least squares with columns that depend on each other', () => {
  const of = (...values: number[]): Float64Array => Float64Array.from(values);
  const [a, b] = [of(1, 1, 0), of(1, -1, 0)];
  expect(leastSquaresResidual([a, of(2, 2, 0), of(0, 0, 0)], of(3, 1, 2))).toBeCloseTo(6, 12);
  expect(leastSquaresResidual([a, b, of(5, 7, 0)], of(3, 1, 2))).toBeCloseTo(4, 12);
  expect(leastSquaresResidual([], of(3, 4))).toBe(25);
});

test('refuses models and trials that are none', () => {
  const rng = Rng.fromSeed(1);
  const pair = { theta: new Float64Array(4), x: new Float64Array(4) };
  for (const [n, m] of [
    [4, 5],
    [4, 0],
    [1, 1],
    [4.5, 2],
    [5000, 10],
  ])
    expect(() => finish(drawnError({ n, m, estimator: 'fold' }, pair, 10, rng))).toThrow(/2 to 4096/);
  expect(() => finish(drawnError({ n: 4, m: 2, estimator: 'fold' }, pair, 1, rng))).toThrow(/trials/);
});
