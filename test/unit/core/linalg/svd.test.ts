import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { haarOrthogonal } from '../../../../src/core/linalg/haar';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';
import { jacobiSingularValues } from './jacobi';

const gaussian = (rows: number, columns: number, seed = 1): Float64Array => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: rows * columns }, () => rng.normal());
};

const worstRelative = (values: Float64Array, expected: readonly number[]): number => {
  expect(values).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(values[i] - value) / value));
};

/** U diag(values) Vᵀ with random orthogonal U and V. */
function withValues(values: readonly number[], rows: number, columns: number, seed = 1): Float64Array {
  const rng = Rng.fromSeed(seed);
  const count = Math.min(rows, columns);
  const u = haarOrthogonal(rows, count, rng);
  const v = haarOrthogonal(count, columns, rng);
  const a = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < count; k++)
      for (let c = 0; c < columns; c++) a[r * columns + c] += u[r * count + k] * values[k] * v[k * columns + c];
  return a;
}

describe('singularValues', () => {
  it('agrees with one-sided Jacobi to 1e-10 relative on a random 512 x 512', () => {
    const a = gaussian(512, 512);
    expect(worstRelative(singularValues(a, 512, 512), jacobiSingularValues(a, 512, 512))).toBeLessThan(1e-10);
  });

  it.each([
    [784, 100],
    [100, 784],
    [7, 5],
    [5, 7],
    [2, 2],
    [3, 2],
    [66, 65],
    [1, 9],
    [9, 1],
    [1, 1],
  ])('agrees with one-sided Jacobi on a random %i x %i', (rows, columns) => {
    for (const seed of [1, 2, 3]) {
      const a = gaussian(rows, columns, seed);
      expect(worstRelative(singularValues(a, rows, columns), jacobiSingularValues(a, rows, columns))).toBeLessThan(
        1e-10,
      );
    }
  });

  it('agrees on small matrices of small whole numbers, often singular', () => {
    const shape = fc.record({ rows: fc.integer({ min: 1, max: 7 }), columns: fc.integer({ min: 1, max: 7 }) });
    const matrix = shape.chain(({ rows, columns }) =>
      fc
        .array(fc.integer({ min: -2, max: 2 }), { minLength: rows * columns, maxLength: rows * columns })
        .map((values) => ({ rows, columns, a: Float64Array.from(values) })),
    );
    fc.assert(
      fc.property(matrix, ({ rows, columns, a }) => {
        const expected = jacobiSingularValues(a, rows, columns);
        singularValues(a, rows, columns).forEach((value, i) =>
          expect(Math.abs(value - expected[i])).toBeLessThan(1e-12 * (1 + expected[0])),
        );
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('finds rank deficiency: the rest is zero to rounding', () => {
    const values = [5, 4, 4, 1, ...new Array<number>(26).fill(0)];
    const found = singularValues(withValues(values, 50, 30), 50, 30);
    values.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-14 * 50));
    const outer = Float64Array.from({ length: 12 }, (_, i) => (1 + Math.floor(i / 4)) * (1 + (i % 4)));
    expect(singularValues(outer, 3, 4)[0]).toBeCloseTo(Math.sqrt(14 * 30), 12);
    expect(singularValues(outer, 3, 4)[1]).toBeLessThan(1e-14);
    expect(Array.from(singularValues(new Float64Array(6), 2, 3))).toEqual([0, 0]);
  });

  it('keeps repeated and graded values apart from nothing', () => {
    const repeated = [...new Array<number>(20).fill(3), ...new Array<number>(20).fill(1)];
    singularValues(withValues(repeated, 40, 60), 40, 60).forEach((value, i) =>
      expect(Math.abs(value - repeated[i])).toBeLessThan(1e-13),
    );
    const graded = Array.from({ length: 30 }, (_, i) => 10 ** -(i / 3));
    singularValues(withValues(graded, 30, 30), 30, 30).forEach((value, i) =>
      expect(Math.abs(value - graded[i])).toBeLessThan(1e-14),
    );
  });

  it('is exact for diagonal matrices over 300 orders of magnitude', () => {
    const diagonal = [1e-150, 3, 1e150, -2, 0, 1e-9];
    const a = new Float64Array(36);
    diagonal.forEach((value, i) => (a[i * 7] = value));
    expect(Array.from(singularValues(a, 6, 6))).toEqual([1e150, 3, 2, 1e-9, 1e-150, 0]);
  });

  it('neither overflows nor underflows', () => {
    const a = gaussian(20, 20);
    const expected = Array.from(singularValues(a, 20, 20));
    for (const factor of [2 ** 1000, 2 ** -1000]) {
      const scaled = singularValues(
        a.map((value) => value * factor),
        20,
        20,
      );
      expect(Array.from(scaled, (value) => value / factor)).toEqual(expected);
    }
    expect(Array.from(singularValues(Float64Array.of(5e-324, 0, 0, 0), 2, 2))).toEqual([5e-324, 0]);
    expect(singularValues(Float64Array.of(1e308, 0, 0, -1e308), 2, 2)[0]).toBe(1e308);
  });

  it('copes with structured matrices: ones, triangles, shifts, bidiagonals with zeros', () => {
    const matrices: ((r: number, c: number) => number)[] = [
      () => 1,
      (r, c) => (c >= r ? 1 : 0),
      (r, c) => (c === r + 1 ? 1 : 0),
      (r, c) => (c === r ? (r === 10 ? 0 : 1) : c === r + 1 ? 1 : 0),
      (r, c) => (c === r ? (r === 23 ? 0 : 2 ** -r) : c === r + 1 ? 1 : 0),
      (r, c) => 1 / (r + c + 1),
    ];
    for (const entry of matrices) {
      const a = Float64Array.from({ length: 576 }, (_, i) => entry(Math.floor(i / 24), i % 24));
      const expected = jacobiSingularValues(a, 24, 24);
      singularValues(a, 24, 24).forEach((value, i) =>
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-13 * (1 + expected[0])),
      );
    }
  });

  it('takes float32, gives descending values, leaves its input alone', () => {
    const a = Float32Array.from(gaussian(30, 20));
    const copy = a.slice();
    const values = singularValues(a, 30, 20);
    expect(a).toEqual(copy);
    expect(Array.from(values)).toEqual(Array.from(values).sort((x, y) => y - x));
    expect(worstRelative(values, jacobiSingularValues(a, 30, 20))).toBeLessThan(1e-12);
  });

  it('refuses empty, non-finite and mis-sized input with a code', () => {
    for (const [rows, columns] of [
      [0, 0],
      [0, 5],
      [5, 0],
    ])
      expect(() => singularValues(new Float64Array(0), rows, columns)).toThrow(
        expect.objectContaining({ code: 'linalg.empty' }),
      );
    for (const value of [NaN, Infinity, -Infinity])
      expect(() => singularValues(Float64Array.of(1, 2, 3, value, 5, 6), 2, 3)).toThrow(
        expect.objectContaining({
          code: 'linalg.non-finite',
          message: expect.stringContaining('row 1, column 0') as string,
        }),
      );
    expect(() => singularValues(new Float64Array(5), 2, 3)).toThrow(
      expect.objectContaining({ code: 'linalg.size-mismatch' }),
    );
  });
});
