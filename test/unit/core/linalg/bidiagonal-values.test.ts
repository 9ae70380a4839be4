import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { bidiagonalValues } from '../../../../src/core/linalg/bidiagonal-values';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { everyKernels } from '../../kernels';
import { jacobiSingularValues } from './jacobi';

function compare(d: Float64Array, e: Float64Array): void {
  const n = d.length;
  const dense = new Float64Array(n * n);
  d.forEach((value, i) => (dense[i * n + i] = value));
  e.forEach((value, i) => (dense[i * n + i + 1] = value));
  const expected = jacobiSingularValues(dense, n, n);
  const b = { diagonal: d.slice(), superdiagonal: e.slice() };
  expect(finish(bidiagonalValues(plainKernels(), b))).toBe(true);
  const found = Array.from(b.diagonal).sort((x, y) => y - x);
  expected.forEach((value, i) =>
    expect(Math.abs(found[i] - value), `d = ${d.join()}, e = ${e.join()}`).toBeLessThanOrEqual(1e-14 * expected[0]),
  );
}

describe('bidiagonalValues', () => {
  it('agrees with one-sided Jacobi whatever the grading, the order and the zeros', () => {
    const rng = Rng.fromSeed(99);
    for (let run = 0; run < 4000; run++) {
      const n = 2 + rng.below(run % 100 === 0 ? 60 : 14);
      const decades = [0, 2, 20, 150][rng.below(4)];
      const entry = (): number =>
        rng.uniform() < 0.1 ? 0 : (rng.uniform() < 0.5 ? -1 : 1) * 10 ** (-decades * rng.uniform());
      const d = Float64Array.from({ length: n }, entry);
      const e = Float64Array.from({ length: n - 1 }, entry);
      if (rng.uniform() < 0.2) d.sort();
      const largest = Math.max(...d.map(Math.abs), ...e.map(Math.abs));
      if (largest > 0)
        compare(
          d.map((value) => value / largest),
          e.map((value) => value / largest),
        );
    }
  });

  it('does not let squares that underflow spoil large values', () => {
    // Zeros couple entries of 1 and of 1e-115: a rotation made of the latter was no rotation.
    compare(
      Float64Array.of(0, 3.875e-9, 1, 0, -7.75e-78, 7.295e-71, -8.53e-102, 2.309e-83),
      Float64Array.of(-3.698e-12, 5.218e-79, -0.282, 4.702e-115, 3.972e-124, -2.729e-8, 2.877e-124),
    );
  });

  it('keeps small values to nearly full relative accuracy (Demmel and Kahan 1990)', () => {
    // 1 on and 10 above the diagonal: the smallest singular value is about 10^-(n-1), a product formula away from rounding.
    const n = 20;
    const b = { diagonal: new Float64Array(n).fill(1), superdiagonal: new Float64Array(n - 1).fill(10) };
    expect(finish(bidiagonalValues(plainKernels(), b))).toBe(true);
    // det B = 1, so the values multiply to 1 although they span twenty decades.
    expect(b.diagonal.reduce((product, value) => product * value)).toBeCloseTo(1, 12);
    expect(Math.min(...b.diagonal)).toBeLessThan(1e-18);
  });

  it.each([
    ['of any size', () => 1, 1],
    ['over twenty decades', (place: number) => 10 ** (-20 * place), 1],
    ['near a multiple of an orthogonal matrix', () => 1, 1e-9],
  ])('finds values that multiply to the determinant, entries %s', (_, scale, above) => {
    const n = 300;
    const rng = Rng.fromSeed(3);
    const entry = (i: number): number => scale(i / n) * rng.normal();
    const diagonal = Float64Array.from({ length: n }, (_, i) => (above < 1 ? 1 : entry(i)));
    const superdiagonal = Float64Array.from({ length: n - 1 }, (_, i) => above * entry(i));
    const sizes = diagonal.map(Math.abs).sort();
    expect(finish(bidiagonalValues(plainKernels(), { diagonal, superdiagonal }))).toBe(true);
    // In order, so that quotients stay near 1.
    const ratio = diagonal.sort().reduce((product, value, i) => product * (value / sizes[i]), 1);
    expect(Math.abs(ratio - 1)).toBeLessThan(2e-13);
  });

  it('gives the same bits by compiled kernels', () => {
    const rng = Rng.fromSeed(11);
    const [d, e] = [300, 299].map((length) => Float64Array.from({ length }, () => rng.normal()));
    const found = everyKernels().map(([, own]) => {
      const b = { diagonal: d.slice(), superdiagonal: e.slice() };
      expect(finish(bidiagonalValues(own, b))).toBe(true);
      return b.diagonal;
    });
    for (const values of found) expect(values).toEqual(found.at(-1));
  });
});
