/** Reduction to bidiagonal form: Golub and Kahan 1965; Golub and Van Loan, Matrix Computations, 5.4.8. */
import type { Kernels } from '../kernels/kernels';
import type { Parts } from '../parts';
import { reflector } from './householder';

export interface Bidiagonal {
  /** n values. */
  diagonal: Float64Array;
  /** n - 1 values above the diagonal. */
  superdiagonal: Float64Array;
}

type Values = Float32Array | Float64Array;

/** What is smaller beside a largest entry near 1 counts as zero, as it does for `bidiagonalValues`. */
const tiny = { float32: 1e-30, float64: 1e-140 };

/**
 * Upper bidiagonal B = Uᵀ A V of a rows x columns matrix that lies column after column in the kernels' room, rows >=
 * columns >= 1, largest entry near 1. Overwrites `a`, whose type is the precision. A part is one column.
 *
 * A step of the textbook passes over the matrix four times. Here the update of a step is delayed into the pass of the
 * next one, and both products of a step are made in that same pass: see core/kernels/bidiagonal.ts.
 */
export function* bidiagonalise(
  { room, bidiagonalStep, bidiagonalStep32 }: Kernels,
  a: Values,
  rows: number,
  columns: number,
): Parts<Bidiagonal> {
  const single = a instanceof Float32Array;
  const make = (length: number): Values => (single ? room.float32(length) : room.float64(length)).fill(0);
  // Pending update: A -= v wᵀ + z uᵀ, from the step before.
  const [v, z, nextV, y] = [make(rows), make(rows), make(rows), make(rows)];
  const [w, u, nextW, row] = [make(columns), make(columns), make(columns), make(columns)];
  // The arrays are all of the type of a.
  const step = (single ? bidiagonalStep32 : bidiagonalStep) as (...args: (Values | number)[]) => void;
  const diagonal = new Float64Array(columns);
  const superdiagonal = new Float64Array(Math.max(0, columns - 1));
  try {
    for (let k = 0; k < columns; k++) {
      for (let i = k; i < rows; i++) nextV[i] = a[k * rows + i] - v[i] * w[k] - z[i] * u[k];
      const left = reflector(nextV, k);
      diagonal[k] = left.beta;
      if (k === columns - 1) break;
      y.fill(0);
      step(a, v, z, nextV, w, u, nextW, row, y, left.tau, rows, k, k + 1, columns);
      w.set(nextW);
      v.set(nextV);

      u.set(row.subarray(k + 1), k + 1);
      const { beta, tau, pivot } = reflector(u, k + 1, tiny[single ? 'float32' : 'float64']);
      superdiagonal[k] = beta;
      let wu = 0;
      for (let j = k + 1; j < columns; j++) wu += w[j] * u[j];
      // A u, of which y has all but the first column, before it was divided by the pivot.
      const first = a.subarray((k + 1) * rows, (k + 2) * rows);
      for (let i = k + 1; i < rows; i++) z[i] = tau * (first[i] + y[i] / pivot - v[i] * wu);
      yield;
    }
  } finally {
    for (const array of [v, z, nextV, y, w, u, nextW, row]) room.free(array);
  }
  return { diagonal, superdiagonal };
}
