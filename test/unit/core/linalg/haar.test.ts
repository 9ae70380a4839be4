import { describe, expect, it } from 'vitest';
import { haarOrthogonal } from '../../../../src/core/linalg/haar';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

describe('haarOrthogonal', () => {
  it.each([
    [1, 1],
    [1, 6],
    [6, 1],
    [37, 61],
    [61, 37],
    [40, 40],
  ])('has an orthonormal shorter dimension, %i x %i', (rows, columns) => {
    const q = haarOrthogonal(rows, columns, Rng.fromSeed(1));
    expect(q).toHaveLength(rows * columns);
    expect(orthogonalityError(q, rows, columns)).toBeLessThan(1e-14);
  });

  it('is uniform over the orthogonal group: moments of trace and entries', () => {
    // For Haar on O(n): E[tr] = 0, E[tr^2] = 1, E[tr^4] = 3 (Diaconis and Shahshahani 1994), E[q^2] = 1/n.
    // Without the signs of R's diagonal the trace would have a mean far from 0.
    const rng = Rng.fromSeed(2);
    const [n, runs] = [4, 6000];
    const moments = [0, 0, 0];
    const squares = new Float64Array(n * n);
    for (let run = 0; run < runs; run++) {
      const q = haarOrthogonal(n, n, rng);
      const trace = q[0] + q[5] + q[10] + q[15];
      [1, 2, 4].forEach((power, i) => (moments[i] += trace ** power / runs));
      q.forEach((value, i) => (squares[i] += value ** 2 / runs));
    }
    expect(Math.abs(moments[0])).toBeLessThan(4 / Math.sqrt(runs));
    expect(Math.abs(moments[1] - 1)).toBeLessThan(4 * Math.sqrt(2 / runs));
    expect(Math.abs(moments[2] - 3)).toBeLessThan(4 * Math.sqrt(96 / runs));
    squares.forEach((mean) => expect(Math.abs(mean - 1 / n)).toBeLessThan(4 * Math.sqrt(0.0834 / runs)));
  });
});
