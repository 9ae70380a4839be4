import { atOnce } from '../parts';
import type { Parts } from '../parts';
import { checkShape } from '../shape';
import type { Rng } from '../rng';
import { reflector } from './householder';

/**
 * Random rows x columns matrix with orthonormal shorter dimension, row-major float64, uniform (Haar) over all such.
 *
 * The law of Q in the QR decomposition of a Gaussian matrix with positive diagonal of R, made directly from its
 * Householder vectors: each step of that QR meets a fresh Gaussian vector, so the matrix itself is never needed
 * (Stewart, "The efficient generation of random orthogonal matrices", 1980, section 3). Throws `shape.*`.
 */
export const haarOrthogonal = atOnce(haarOrthogonalInParts);

/** `haarOrthogonal`, the same bit for bit, in parts: one reflection each. Throws `shape.*`. */
export function* haarOrthogonalInParts(rows: number, columns: number, rng: Rng): Parts<Float64Array<ArrayBuffer>> {
  checkShape(rows, columns);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  // The vectors of the shorter dimension, one after the other; reflections act on each of them alone.
  // Three of padding (zeros, which reflections keep) so that the last group of four is whole.
  const q = new Float64Array((count + 3) * length);
  const reflections = Array.from({ length: count }, () => new Float64Array(length));
  const taus = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let i = k; i < length; i++) reflections[k][i] = rng.normal();
    const { beta, tau } = reflector(reflections[k], k);
    taus[k] = tau;
    q[k * length + k] = Math.sign(beta) || 1;
    yield;
  }
  // Q = H_0 H_1 ... H_last D: the last first, so that reflection k changes only vectors k and later, entries k and
  // later.
  for (let k = count - 1; k >= 0; k--) {
    for (let vector = k; vector < count; vector += 4) reflectFour(q, vector * length, reflections[k], taus[k], k);
    yield;
  }
  if (rows <= columns) return q.slice(0, rows * columns);
  const transposed = new Float64Array(rows * columns);
  for (let c = 0; c < count; c++) for (let r = 0; r < rows; r++) transposed[r * columns + c] = q[c * length + r];
  return transposed;
}

/** x -= tau v (vᵀ x) in entries from `k` on, for the four vectors x from `at` on: v is loaded once for all. */
function reflectFour(q: Float64Array, at: number, v: Float64Array, tau: number, k: number): void {
  const length = v.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = k, p = at + k; i < length; i++, p++) {
    const vi = v[i];
    s0 += vi * q[p];
    s1 += vi * q[p + length];
    s2 += vi * q[p + 2 * length];
    s3 += vi * q[p + 3 * length];
  }
  for (let i = k, p = at + k; i < length; i++, p++) {
    const factor = tau * v[i];
    q[p] -= factor * s0;
    q[p + length] -= factor * s1;
    q[p + 2 * length] -= factor * s2;
    q[p + 3 * length] -= factor * s3;
  }
}
