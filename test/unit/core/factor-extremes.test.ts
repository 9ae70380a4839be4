import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorOrthogonal } from '../../../src/core/factor';
import { replayDouble } from '../../../src/core/givens';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { haarOrthogonal } from '../../../src/core/linalg/haar';
import { Rng } from '../../../src/core/rng';
import { orthogonalityError } from '../../../src/core/spectrum';

const farthest = (a: Float64Array, b: Float32Array | Float64Array): number =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);

/** To the nearest float16 (11 bits, exponents from -14). */
const toHalf = (value: number): number => {
  if (value === 0) return 0;
  const unit = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);
  return Math.round(value / unit) * unit;
};

const sides = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  columns: fc.integer({ min: 1, max: 30 }),
  seed: fc.nat(1e6),
});

describe('factoring at the edge of what there is', () => {
  it('1 x 1: a sign and no rotation', () => {
    for (const value of [1, -1]) {
      const weights = Float64Array.of(value);
      const { sequence, orthogonalityError: error } = factorOrthogonal({ weights, rows: 1, columns: 1 });
      expect([error, sequence.first.length, [...sequence.signs!]]).toEqual([0, 0, [value]]);
      expect(replayDouble(sequence)).toEqual(weights);
    }
    for (const value of [0, 2, 0.5])
      expect(() => factorOrthogonal({ weights: Float64Array.of(value), rows: 1, columns: 1 })).toThrow(
        expect.objectContaining({ code: 'factor.not-orthogonal' }),
      );
  });

  it('a permutation with signs has no rotation, the identity and any diagonal neither, float32 too', () => {
    fc.assert(
      fc.property(sides, fc.boolean(), fc.boolean(), ({ rows, columns, seed }, diagonal, single) => {
        const rng = Rng.fromSeed(seed);
        const axes = Uint32Array.from({ length: Math.max(rows, columns) }, (_, k) => k);
        if (!diagonal) rng.shuffle(axes);
        const weights = single ? new Float32Array(rows * columns) : new Float64Array(rows * columns);
        for (let k = 0; k < Math.min(rows, columns); k++) {
          const [r, c] = rows <= columns ? [k, axes[k]] : [axes[k], k];
          weights[r * columns + c] = rng.below(2) === 0 ? 1 : -1;
        }
        const { sequence, orthogonalityError: error } = factorOrthogonal({ weights, rows, columns });
        expect([error, sequence.first.length]).toEqual([0, 0]);
        expect(replayDouble(sequence)).toEqual(Float64Array.from(weights));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('one vector needs a rotation less than it has non-zeros, however small they are', () => {
    for (const [rows, columns] of [
      [1, 40],
      [40, 1],
    ])
      for (const power of [1, 8, 12]) {
        // 1, 10^-1, ... (or 10^-12, ...), then zeros.
        const vector = Float64Array.from({ length: 40 }, (_, k) => (k < 4 ? 10 ** ((-k * power) / 3) : 0));
        const length = Math.hypot(...vector);
        const weights = vector.map((value) => value / length);
        const { sequence } = factorOrthogonal({ weights, rows, columns });
        expect(sequence.first.length).toBe(3);
        expect(farthest(replayDouble(sequence), weights)).toBeLessThan(1e-15);
      }
  });

  it('entries that are rounding of 0 turn nothing', () => {
    const weights = Float64Array.of(1, 1e-17, -1e-17, -1);
    const { sequence } = factorOrthogonal({ weights, rows: 2, columns: 2 });
    expect(sequence.first.length).toBe(0);
    expect(farthest(replayDouble(sequence), weights)).toBeLessThan(1e-16);
  });

  it('rounded to float16, the product is as near as the rounding, and exactly orthogonal', () => {
    fc.assert(
      fc.property(sides, fc.boolean(), ({ rows, columns, seed }, sparse) => {
        const rng = Rng.fromSeed(seed);
        const density = Math.min(1, 3 / Math.max(rows, columns));
        const exact = sparse
          ? replayDouble(exactOrthogonal({ rows, columns, density, angles: 'uniform', rng, seed }).sequence)
          : haarOrthogonal(rows, columns, rng);
        const weights = exact.map(toHalf);
        const error = orthogonalityError(weights, rows, columns);
        expect(error).toBeLessThan(3e-3);
        const found = factorOrthogonal({ weights, rows, columns, tolerance: 5e-3 });
        expect(found.orthogonalityError).toBe(error);
        const product = replayDouble(found.sequence);
        expect(orthogonalityError(product, rows, columns)).toBeLessThan(1e-13);
        // A column of n entries, each off by at most 2^-12, is off by sqrt(n) times that.
        expect(farthest(product, weights)).toBeLessThan(2 ** -12 * 4 * Math.sqrt(Math.max(rows, columns)));
        const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
        expect(found.sequence.first.length).toBeLessThanOrEqual(short * long - (short * (short + 1)) / 2);
        if (error > 1e-5)
          expect(() => factorOrthogonal({ weights: Float32Array.from(weights), rows, columns })).toThrow(
            expect.objectContaining({ code: 'factor.not-orthogonal' }),
          );
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('an empty row of the longer side stays empty; one of the shorter is refused', () => {
    const inner = haarOrthogonal(6, 4, Rng.fromSeed(1));
    const tall = new Float64Array(7 * 4);
    tall.set(inner.subarray(0, 8));
    tall.set(inner.subarray(8), 12);
    const product = replayDouble(factorOrthogonal({ weights: tall, rows: 7, columns: 4 }).sequence);
    expect(farthest(product, tall)).toBeLessThan(1e-13);
    expect([...product.subarray(8, 12)]).toEqual([0, 0, 0, 0]);
    const hollow = haarOrthogonal(4, 6, Rng.fromSeed(1)).fill(0, 6, 12);
    expect(() => factorOrthogonal({ weights: hollow, rows: 4, columns: 6 })).toThrow(
      expect.objectContaining({ code: 'factor.not-orthogonal' }),
    );
  });

  it('refuses shapes that are none', () => {
    for (const [rows, columns] of [
      [0, 4],
      [4, -1],
      [1.5, 2],
    ])
      expect(() => factorOrthogonal({ weights: new Float64Array(3), rows, columns })).toThrow(
        expect.objectContaining({ code: 'shape.invalid' }),
      );
  });
});
