import { describe, expect, it } from 'vitest';
import { largestEigenvalueInParts } from '../../../../src/core/linalg/power-iteration';
import type { PowerSettings } from '../../../../src/core/linalg/power-iteration';
import { finish } from '../../../../src/core/parts';
import type { Parts } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';

type Times = (vector: Float64Array) => Float64Array;

const largest = (size: number, times: Times, settings: Partial<PowerSettings> = {}) => {
  let products = 0;
  function* parts(vector: Float64Array): Parts<Float64Array> {
    products++;
    yield;
    return times(vector);
  }
  return { ...finish(largestEigenvalueInParts(size, parts, { seed: 1, ...settings })), products };
};

const diagonal =
  (values: readonly number[]): Times =>
  (v) =>
    v.map((value, i) => value * values[i]);

/** 2 on the diagonal, -1 beside it: its eigenvalues are 2 - 2 cos(k pi / (n + 1)). */
const second: Times = (v) => v.map((value, i) => 2 * value - (v[i - 1] ?? 0) - (v[i + 1] ?? 0));

describe('the largest eigenvalue', () => {
  it.each([3, 20, 60])('of the second difference of %i values is the closed form', (n) => {
    const { value, residual, converged, vector } = largest(n, second, { tolerance: 1e-6, iterations: 1000 });
    expect(converged).toBe(true);
    expect(value).toBeCloseTo(2 + 2 * Math.cos(Math.PI / (n + 1)), 9);
    const image = second(vector);
    expect(Math.hypot(...image.map((w, i) => w - value * vector[i]))).toBeCloseTo(residual, 12);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 12);
  });

  it('is that of the highest value, not of the largest in size', () => {
    const { value, converged } = largest(
      40,
      diagonal(Array.from({ length: 40 }, (_, i) => (i === 7 ? -100 : i / 10))),
      { tolerance: 1e-6, iterations: 500 },
    );
    expect(converged).toBe(true);
    expect(value).toBeCloseTo(3.9, 8);
  });

  it('takes far fewer products than the plain iteration, which knows the last one only', () => {
    // The two largest are 1 % apart: the plain iteration takes some 700 to come as near.
    const values = Array.from({ length: 200 }, (_, i) => (i === 0 ? 1 : 0.99 * Math.cos((i * Math.PI) / 400)));
    const { converged, products, iterations } = largest(200, diagonal(values));
    expect(converged).toBe(true);
    expect(products).toBe(iterations);
    expect(products).toBeLessThan(100);
  });

  it.each([
    ['all equal', [-3, -3, -3], -3],
    ['one value', [5], 5],
    ['nothing', [0, 0, 0, 0], 0],
    ['negative ones', [-4, -2, -7], -2],
  ])('of %s', (_, values, expected) => {
    const { value, converged } = largest(values.length, diagonal(values), { tolerance: 1e-8 });
    expect(converged).toBe(true);
    expect(value).toBeCloseTo(expected, 10);
  });

  it('says how far it came where it may not go on', () => {
    const { value, residual, converged, iterations, products } = largest(60, second, {
      tolerance: 1e-12,
      iterations: 5,
    });
    expect([converged, iterations, products]).toEqual([false, 5, 5]);
    expect(residual).toBeGreaterThan(1e-3);
    // There is an eigenvalue within the residual.
    const all = Array.from({ length: 60 }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / 61));
    expect(Math.min(...all.map((one) => Math.abs(one - value)))).toBeLessThan(residual);
  });

  it('comes of products that are rounded', () => {
    const rng = Rng.fromSeed(4);
    const noisy: Times = (v) => Float64Array.from(second(v), (value) => Math.fround(value) * (1 + 1e-6 * rng.normal()));
    const { value, converged } = largest(60, noisy, { iterations: 300 });
    expect(converged).toBe(true);
    expect(Math.abs(value - (2 + 2 * Math.cos(Math.PI / 61)))).toBeLessThan(1e-4);
  });

  it('is the same for a seed', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => largest(30, second, { seed, iterations: 4 }).value);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('refuses what is no number', () => {
    expect(() => largest(3, () => Float64Array.of(1, NaN, 1))).toThrow(/place 1/);
  });
});
