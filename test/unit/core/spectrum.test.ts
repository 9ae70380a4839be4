import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/rng';
import { isometry, orthogonalityError, summarise } from '../../../src/core/spectrum';

describe('summarise', () => {
  it('tells smallest, mean, largest, and how many are dead', () => {
    expect(summarise(Float64Array.of(4, 2, 1e-5, 3.9e-6, 0))).toEqual({
      min: 0,
      mean: (6 + 1e-5 + 3.9e-6) / 5,
      max: 4,
      dead: 2,
    });
    expect(summarise(Float64Array.of(2))).toEqual({ min: 2, mean: 2, max: 2, dead: 0 });
    expect(summarise(new Float64Array(3))).toEqual({ min: 0, mean: 0, max: 0, dead: 3 });
    expect(() => summarise(new Float64Array(0))).toThrow(expect.objectContaining({ code: 'spectrum.empty' }));
  });
});

describe('isometry', () => {
  it.each([
    [1, 1, 'isometric'],
    [1 - 9e-6, 1 + 9e-6, 'isometric'],
    [1 - 2e-5, 1, 'approximately-isometric'],
    [0.95, 1.09, 'approximately-isometric'],
    [0.89, 1, 'broken'],
    [1, 1.2, 'broken'],
    [NaN, 1, 'broken'],
  ] as const)('judges singular values from %f to %f as %s', (min, max, expected) => {
    expect(isometry({ min, max })).toBe(expected);
  });
});

describe('orthogonalityError', () => {
  const naive = (w: Float64Array, rows: number, columns: number): number => {
    const at = (v: number, k: number): number => (rows <= columns ? w[v * columns + k] : w[k * columns + v]);
    let worst = 0;
    for (let i = 0; i < Math.min(rows, columns); i++)
      for (let j = 0; j < Math.min(rows, columns); j++) {
        let dot = i === j ? -1 : 0;
        for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
        worst = Math.max(worst, Math.abs(dot));
      }
    return worst;
  };

  it('is max |G - I| of the smaller Gram matrix, for sparse and dense, tall and wide', () => {
    const rng = Rng.fromSeed(1);
    for (const [rows, columns] of [
      [1, 1],
      [1, 7],
      [7, 1],
      [9, 14],
      [14, 9],
      [13, 13],
    ])
      for (const density of [0.05, 0.24, 0.5, 1])
        for (let run = 0; run < 10; run++) {
          const w = Float64Array.from({ length: rows * columns }, () => (rng.uniform() < density ? rng.normal() : 0));
          expect(orthogonalityError(w, rows, columns)).toBeCloseTo(naive(w, rows, columns), 12);
        }
  });

  it('is 0 for an identity, 1 for zeros, NaN for NaN', () => {
    expect(orthogonalityError(Float32Array.of(0, 1, 0, 1, 0, 0), 2, 3)).toBe(0);
    expect(orthogonalityError(new Float32Array(40), 4, 10)).toBe(1);
    const sparse = new Float32Array(400);
    sparse[7] = NaN;
    expect(orthogonalityError(sparse, 20, 20)).toBeNaN();
    expect(orthogonalityError(new Float32Array(400).fill(NaN), 20, 20)).toBeNaN();
    expect(() => orthogonalityError(new Float32Array(3), 2, 2)).toThrow(
      expect.objectContaining({ code: 'linalg.size-mismatch' }),
    );
  });
});
