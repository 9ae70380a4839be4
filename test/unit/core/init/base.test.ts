import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedOrthogonal, randomMask } from '../../../../src/core/init/base';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

describe('randomMask', () => {
  it('keeps exactly the count, from none to all', () => {
    for (let count = 0; count <= 99; count++) expect(randomMask(3, 33, count, Rng.fromSeed(count)).count()).toBe(count);
  });

  it('keeps exactly the count of any shape, and so does the masked orthogonal matrix', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, share, fc.nat(1e6), (rows, columns, part, seed) => {
        const count = Math.round(part * rows * columns);
        expect(randomMask(rows, columns, count, Rng.fromSeed(seed)).count()).toBe(count);
        const { weights, mask } = maskedOrthogonal({ rows, columns, count, rng: Rng.fromSeed(seed) });
        expect(mask.count()).toBe(count);
        mask.toBytes().forEach((bit, i) => expect(bit === 1 || weights[i] === 0).toBe(true));
      }),
      { seed: 67, numRuns: 100 },
    );
  });

  it('keeps every weight equally often, on both sides of one half', () => {
    const rng = Rng.fromSeed(5);
    for (const count of [3, 9]) {
      const kept = new Array<number>(12).fill(0);
      for (let draw = 0; draw < 4000; draw++)
        randomMask(3, 4, count, rng)
          .toBytes()
          .forEach((byte, i) => (kept[i] += byte));
      const share = count / 12;
      for (const n of kept)
        expect(Math.abs(n - 4000 * share)).toBeLessThan(4.5 * Math.sqrt(4000 * share * (1 - share)));
    }
  });

  it('refuses counts that cannot be kept', () => {
    for (const count of [-1, 13, 0.5, NaN])
      expect(() => randomMask(3, 4, count, Rng.fromSeed(1))).toThrow(
        expect.objectContaining({ code: 'mask.count-out-of-range' }),
      );
  });
});

describe('maskedOrthogonal', () => {
  it('is orthogonal when nothing is cut, in both orientations', () => {
    for (const [rows, columns] of [
      [30, 50],
      [50, 30],
    ])
      expect(
        orthogonalityError(
          maskedOrthogonal({ rows, columns, count: 1500, rng: Rng.fromSeed(1) }).weights,
          rows,
          columns,
        ),
      ).toBeLessThan(1e-6);
  });

  it('is the same orthogonal matrix with zeros outside the mask', () => {
    const whole = maskedOrthogonal({ rows: 20, columns: 30, count: 600, rng: Rng.fromSeed(2) }).weights;
    const { weights, mask } = maskedOrthogonal({ rows: 20, columns: 30, count: 100, rng: Rng.fromSeed(2) });
    expect(mask.count()).toBe(100);
    mask.toBytes().forEach((kept, i) => expect(weights[i]).toBe(kept ? whole[i] : 0));
    expect(orthogonalityError(weights, 20, 30)).toBeGreaterThan(0.1);
  });
});
