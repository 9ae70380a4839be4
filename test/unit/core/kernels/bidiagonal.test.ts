import { afterAll, describe, expect, it } from 'vitest';
import { kernels, useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';
import { everyKernels } from '../../kernels';

const shapes = [
  [1, 1],
  [2, 7],
  [9, 9],
  [33, 14],
  [61, 64],
  // By way of a band, whole and not.
  [384, 384],
  [387, 399],
  [401, 385],
] as const;

const drawn = (rows: number, columns: number): Float64Array => {
  const rng = Rng.fromSeed(rows * 100 + columns);
  return Float64Array.from({ length: rows * columns }, () => rng.normal());
};

/** Eigenvalues of AᵀA are squares of singular values: their sum and the sum of their squares, from the entries alone. */
function moments(a: Float64Array, rows: number, columns: number): [number, number] {
  let [trace, squares] = [0, 0];
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < columns; j++) {
      let dot = 0;
      for (let r = 0; r < rows; r++) dot += a[r * columns + i] * a[r * columns + j];
      squares += dot * dot;
      if (i === j) trace += dot;
    }
  return [trace, squares];
}

afterAll(() => useKernels(plainKernels()));

describe.each(everyKernels())('singular values by %s kernels', (_, own) => {
  it.each(shapes)('of %i x %i have the moments of the matrix, and leave nothing in the room', (rows, columns) => {
    useKernels(own);
    const a = drawn(rows, columns);
    const before = kernels().room.used;
    const values = singularValues(a, rows, columns);
    const [trace, squares] = moments(a, rows, columns);
    const sum = (power: number): number => values.reduce((total, value) => total + value ** power, 0);
    expect(sum(2) / trace).toBeCloseTo(1, 12);
    expect(sum(4) / squares).toBeCloseTo(1, 12);
    expect(kernels().room.used).toBe(before);
  });

  it.each(shapes)('of %i x %i in float32 are those in float64 to its precision', (rows, columns) => {
    useKernels(own);
    const a = drawn(rows, columns);
    const double = singularValues(a, rows, columns);
    singularValues(a, rows, columns, 'float32').forEach((value, i) =>
      expect(Math.abs(value - double[i])).toBeLessThan(8 * 2 ** -23 * double[0]),
    );
  });

  it('are zero beyond the rank, in both precisions', () => {
    useKernels(own);
    const [u, v] = [drawn(12, 1), drawn(1, 10)];
    const a = Float64Array.from({ length: 120 }, (_, i) => u[Math.floor(i / 10)] * v[i % 10]);
    const [first, ...others] = singularValues(a, 12, 10);
    expect(first).toBeCloseTo(Math.sqrt(moments(a, 12, 10)[0]), 10);
    expect(Math.max(...others) / first).toBeLessThan(1e-14);
    const [, ...single] = singularValues(a, 12, 10, 'float32');
    expect(Math.max(...single) / first).toBeLessThan(1e-6);
  });

  it.each(['float64', 'float32'] as const)('of large matrices that say little are right in %s', (precision) => {
    useKernels(own);
    const n = 392;
    const of = (entry: (r: number, c: number) => number): number[] =>
      Array.from(
        singularValues(
          Float64Array.from({ length: n * n }, (_, i) => entry(Math.floor(i / n), i % n)),
          n,
          n,
          precision,
        ),
      );
    const near = (values: number[], wanted: number[]): void =>
      values.forEach((value, i) =>
        expect(Math.abs(value - wanted[i])).toBeLessThan(n * 2 ** (precision === 'float64' ? -52 : -23) * wanted[0]),
      );
    const [first, ...none] = new Array<number>(n).fill(0);
    const falling = Array.from({ length: n }, (_, i) => n - i);
    near(
      of(() => 1),
      [n, ...none],
    );
    // A diagonal, a shift and a permutation by a step that has no factor in common with n.
    expect(of((r, c) => (r === c ? r + 1 : 0))).toEqual(falling);
    near(
      of((r, c) => (c === r + 1 ? r + 1 : 0)),
      [...falling.slice(1), first],
    );
    near(
      of((r, c) => (c === (r * 5) % n ? r + 1 : 0)),
      falling,
    );
    // Squares of what is above the diagonal underflow.
    near(
      of((r, c) => (r === c ? 1 : c > r ? 1e-25 : 0)),
      new Array<number>(n).fill(1),
    );
    expect(of((r, c) => (r + c === 0 ? 1 : 0))).toEqual([1, ...none]);
  });
});
