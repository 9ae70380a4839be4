/** Reduction to bidiagonal form: Golub and Kahan 1965; Golub and Van Loan, Matrix Computations, 5.4.8. */
import type { Parts } from '../parts';
import { reflector } from './householder';

export interface Bidiagonal {
  /** n values. */
  diagonal: Float64Array;
  /** n - 1 values above the diagonal. */
  superdiagonal: Float64Array;
}

/**
 * Upper bidiagonal B = Uᵀ A V of a row-major rows x columns matrix, rows >= columns >= 1. Overwrites `a`. A part is one
 * column.
 *
 * A step of the textbook passes over the matrix four times. Here the update of a step is delayed into the pass of the
 * next one (as LAPACK's dlabrd delays a block of them), so that a step reads the matrix twice and writes it once; four
 * rows go together so that each loaded vector entry is used four times.
 */
export function* bidiagonalise(a: Float64Array, rows: number, columns: number): Parts<Bidiagonal> {
  const diagonal = new Float64Array(columns);
  const superdiagonal = new Float64Array(Math.max(0, columns - 1));
  // Pending update: A -= v wᵀ + z uᵀ, from the step before.
  const v = new Float64Array(rows);
  const w = new Float64Array(columns);
  const z = new Float64Array(rows);
  const u = new Float64Array(columns);
  const nextV = new Float64Array(rows);
  const nextW = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    for (let i = k; i < rows; i++) nextV[i] = a[i * columns + k] - v[i] * w[k] - z[i] * u[k];
    const left = reflector(nextV, k);
    diagonal[k] = left.beta;
    if (k === columns - 1) break;
    nextW.fill(0, k + 1);
    updateAndMultiply(a, rows, columns, k, { v, w, z, u, nextV, nextW });
    for (let j = k + 1; j < columns; j++) w[j] = left.tau * nextW[j];
    v.set(nextV.subarray(k), k);

    for (let j = k + 1; j < columns; j++) u[j] = a[k * columns + j] - w[j];
    const right = reflector(u, k + 1);
    superdiagonal[k] = right.beta;
    let wu = 0;
    for (let j = k + 1; j < columns; j++) wu += w[j] * u[j];
    multiply(a, rows, columns, k + 1, u, z);
    for (let i = k + 1; i < rows; i++) z[i] = right.tau * (z[i] - v[i] * wu);
    yield;
  }
  return { diagonal, superdiagonal };
}

interface Vectors {
  v: Float64Array;
  w: Float64Array;
  z: Float64Array;
  u: Float64Array;
  nextV: Float64Array;
  nextW: Float64Array;
}

/** One pass over rows k.. and columns k+1..: A -= v wᵀ + z uᵀ, and nextW += Aᵀ nextV of the result. */
function updateAndMultiply(a: Float64Array, rows: number, columns: number, k: number, vectors: Vectors): void {
  const { v, w, z, u, nextV, nextW } = vectors;
  let i = k;
  for (; i + 3 < rows; i += 4) {
    const [v0, v1, v2, v3] = [v[i], v[i + 1], v[i + 2], v[i + 3]];
    const [z0, z1, z2, z3] = [z[i], z[i + 1], z[i + 2], z[i + 3]];
    const [x0, x1, x2, x3] = [nextV[i], nextV[i + 1], nextV[i + 2], nextV[i + 3]];
    for (let j = k + 1, p = i * columns + k + 1; j < columns; j++, p++) {
      const wj = w[j];
      const uj = u[j];
      const a0 = a[p] - v0 * wj - z0 * uj;
      const a1 = a[p + columns] - v1 * wj - z1 * uj;
      const a2 = a[p + 2 * columns] - v2 * wj - z2 * uj;
      const a3 = a[p + 3 * columns] - v3 * wj - z3 * uj;
      a[p] = a0;
      a[p + columns] = a1;
      a[p + 2 * columns] = a2;
      a[p + 3 * columns] = a3;
      nextW[j] += x0 * a0 + x1 * a1 + (x2 * a2 + x3 * a3);
    }
  }
  for (; i < rows; i++)
    for (let j = k + 1, p = i * columns + k + 1; j < columns; j++, p++) {
      a[p] -= v[i] * w[j] + z[i] * u[j];
      nextW[j] += nextV[i] * a[p];
    }
}

/** z[i] = row i of A times u, for rows and columns from `k` on. */
function multiply(a: Float64Array, rows: number, columns: number, k: number, u: Float64Array, z: Float64Array): void {
  let i = k;
  for (; i + 3 < rows; i += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let j = k, p = i * columns + k; j < columns; j++, p++) {
      const uj = u[j];
      s0 += a[p] * uj;
      s1 += a[p + columns] * uj;
      s2 += a[p + 2 * columns] * uj;
      s3 += a[p + 3 * columns] * uj;
    }
    z[i] = s0;
    z[i + 1] = s1;
    z[i + 2] = s2;
    z[i + 3] = s3;
  }
  for (; i < rows; i++) {
    let sum = 0;
    for (let j = k, p = i * columns + k; j < columns; j++, p++) sum += a[p] * u[j];
    z[i] = sum;
  }
}
