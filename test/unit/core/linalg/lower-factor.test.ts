import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerFactor } from '../../../../src/core/linalg/lower-factor';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';

describe('lowerFactor', () => {
  it('is lower triangular and has the Gram matrix and singular values of the matrix', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 1000 }),
        (rows, more, sparse, seed) => {
          const columns = rows + more;
          const rng = Rng.fromSeed(seed);
          const w = Float64Array.from({ length: rows * columns }, () =>
            sparse && rng.uniform() < 0.7 ? 0 : rng.normal(),
          );
          const l = lowerFactor(w, rows, columns);
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < rows; j++) {
              if (j > i) expect(l[i * rows + j]).toBe(0);
              let [gram, of] = [0, 0];
              for (let c = 0; c < columns; c++) gram += w[i * columns + c] * w[j * columns + c];
              for (let c = 0; c < rows; c++) of += l[i * rows + c] * l[j * rows + c];
              expect(of).toBeCloseTo(gram, 10);
            }
          const wanted = singularValues(w, rows, columns);
          singularValues(l, rows, rows).forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 10));
        },
      ),
      { numRuns: 60 },
    );
  });
});
