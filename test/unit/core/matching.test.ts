import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomMask } from '../../../src/core/init/base';
import { singularValues } from '../../../src/core/linalg/svd';
import { Mask } from '../../../src/core/mask';
import { maximumMatching } from '../../../src/core/matching';
import { Rng } from '../../../src/core/rng';

describe('maximumMatching', () => {
  const masks = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .chain(([rows, columns, share]) =>
      fc.nat().map((seed) => randomMask(rows, columns, Math.round(share * rows * columns), Rng.fromSeed(seed))),
    );

  it('pairs kept places, no row or column twice, as many as the rank of random weights on them', () => {
    fc.assert(
      fc.property(masks, fc.nat(), (mask, seed) => {
        const { size, columnOfRow } = maximumMatching(mask);
        const pairs = [...columnOfRow].map((column, row) => ({ row, column })).filter(({ column }) => column >= 0);
        expect(pairs.length).toBe(size);
        expect(new Set(pairs.map(({ column }) => column)).size).toBe(size);
        expect(pairs.every(({ row, column }) => mask.get(row, column))).toBe(true);
        const rng = Rng.fromSeed(seed);
        const weights = Float64Array.from(mask.toBytes(), (kept) => kept * rng.normal());
        const values = singularValues(weights, mask.rows, mask.columns);
        expect(values.filter((v) => v > 1e-12 * values[0]).length).toBe(size);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('finds the one perfect matching of a long chain, where every greedy choice is wrong', () => {
    const n = 3000;
    const mask = Mask.empty(n, n);
    for (let r = 0; r < n; r++) {
      if (r > 0) mask.set(r, r - 1);
      mask.set(r, r);
    }
    // The last row has one place only, and every row above must give way.
    const closed = Mask.empty(n, n);
    for (let r = 0; r < n; r++) {
      closed.set(r, r);
      if (r < n - 1) closed.set(r, r + 1);
    }
    expect(maximumMatching(mask).size).toBe(n);
    expect(maximumMatching(closed).size).toBe(n);
    const shifted = Mask.empty(n, n);
    for (let r = 0; r < n - 1; r++) {
      shifted.set(r, r);
      shifted.set(r, r + 1);
    }
    shifted.set(n - 1, 0);
    const { columnOfRow } = maximumMatching(shifted);
    expect([...columnOfRow]).toEqual(Array.from({ length: n }, (_, r) => (r === n - 1 ? 0 : r + 1)));
  });

  it('pairs nothing in an empty mask', () => {
    expect(maximumMatching(Mask.empty(3, 4))).toEqual({ size: 0, columnOfRow: Int32Array.of(-1, -1, -1) });
  });
});
