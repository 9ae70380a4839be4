import { describe, expect, it } from 'vitest';
import { estimatedValues, productsOf } from '../../../../src/core/linalg/estimated-values';
import type { Products } from '../../../../src/core/linalg/estimated-values';
import { singularValues } from '../../../../src/core/linalg/svd';
import { finish } from '../../../../src/core/parts';
import type { Parts } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';

/** Of matrices that lie there, row-major, counted. */
function productsWith(
  matrices: readonly Float64Array[],
  rows: number,
  columns: number,
): { products: Products; count: () => number } {
  let made = 0;
  function* each(
    x: Float64Array,
    from: number,
    to: number,
    entry: (m: number, i: number, j: number) => number,
  ): Parts<Float64Array> {
    made++;
    yield;
    return Float64Array.from({ length: matrices.length * to }, (_, at) => {
      const [m, i] = [Math.floor(at / to), at % to];
      let sum = 0;
      for (let j = 0; j < from; j++) sum += entry(m, i, j) * x[m * from + j];
      return sum;
    });
  }
  return {
    count: () => made,
    products: {
      matrices: matrices.length,
      rows,
      columns,
      times: (x) => each(x, columns, rows, (m, i, j) => matrices[m][i * columns + j]),
      timesTransposed: (y) => each(y, rows, columns, (m, i, j) => matrices[m][j * columns + i]),
    },
  };
}

const rng = Rng.fromSeed(5);
const drawn = (rows: number, columns: number): Float64Array =>
  Float64Array.from({ length: rows * columns }, () => rng.normal());

describe('singular values by products', () => {
  it.each([
    [7, 50],
    [50, 7],
    [32, 32],
  ])('are all of a matrix of %i x %i', (rows, columns) => {
    const matrices = [drawn(rows, columns), drawn(rows, columns)];
    const { products, count } = productsWith(matrices, rows, columns);
    const { found, exact } = finish(estimatedValues(products, 12, Rng.fromSeed(1)))!;
    expect(exact).toBe(true);
    expect(count()).toBe(Math.min(rows, columns));
    expect(productsOf(rows, columns, 12)).toBe(Math.ceil(count() / 2));
    found.forEach(({ values, shares }, m) => {
      singularValues(matrices[m], rows, columns).forEach((value, i) => expect(values[i]).toBeCloseTo(value, 9));
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    });
  });

  it.each([
    [60, 200],
    [200, 60],
    [120, 120],
  ])('are estimated of a larger one, %i x %i, with its largest, mean and mean square', (rows, columns) => {
    const matrices = Array.from({ length: 6 }, () => drawn(rows, columns));
    const { products, count } = productsWith(matrices, rows, columns);
    const { found, exact } = finish(estimatedValues(products, 12, Rng.fromSeed(1)))!;
    expect([exact, count()]).toEqual([false, 23]);
    const sums = { found: [0, 0], known: [0, 0] };
    found.forEach(({ values, shares }, m) => {
      const known = singularValues(matrices[m], rows, columns);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      const [largest, smallest] = [Math.max(...values), Math.min(...values)];
      expect(largest).toBeLessThan(known[0] * (1 + 1e-9));
      expect(largest).toBeGreaterThan(known[0] * 0.97);
      expect(smallest).toBeGreaterThan(known.at(-1)! * (1 - 1e-9));
      values.forEach((value, i) => {
        sums.found[0] += shares[i] * value;
        sums.found[1] += shares[i] * value * value;
      });
      for (const value of known) {
        sums.known[0] += value / known.length;
        sums.known[1] += (value * value) / known.length;
      }
    });
    for (const k of [0, 1]) expect(Math.abs(sums.found[k] / sums.known[k] - 1)).toBeLessThan(0.1);
  });

  it('are few where there are few: of an isometry one, of a low rank what it has, with 0 for the rest', () => {
    const size = 60;
    const isometry = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 3 : 0));
    const one = finish(estimatedValues(productsWith([isometry], size, size).products, 12, Rng.fromSeed(1)))!;
    expect(one.found[0].values).toHaveLength(1);
    expect(one.found[0].values[0]).toBeCloseTo(3, 12);
    const low = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 && i < 30 * size ? 2 : 0));
    const { values, shares } = finish(estimatedValues(productsWith([low], size, size).products, 12, Rng.fromSeed(1)))!
      .found[0];
    expect(values.map((value) => Math.round(value * 1e6) / 1e6).sort()).toEqual([0, 2]);
    expect(Math.abs(shares[values.findIndex((value) => value > 1)] - 0.5)).toBeLessThan(0.3);
  });

  it('are none where a product is no number', () => {
    const bad = drawn(40, 40).fill(NaN, 0, 1);
    expect(finish(estimatedValues(productsWith([bad], 40, 40).products, 4, Rng.fromSeed(1)))).toBeUndefined();
    expect(
      finish(estimatedValues(productsWith([bad.subarray(0, 40)], 1, 40).products, 4, Rng.fromSeed(1))),
    ).toBeUndefined();
  });
});
