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
export function haarOrthogonal(rows: number, columns: number, rng: Rng): Float64Array<ArrayBuffer> {
  checkShape(rows, columns);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  // The vectors of the shorter dimension, one after the other; reflections act on each of them alone.
  const q = new Float64Array(count * length);
  const reflections = Array.from({ length: count }, () => new Float64Array(length));
  const taus = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let i = k; i < length; i++) reflections[k][i] = rng.normal();
    const { beta, tau } = reflector(reflections[k], k);
    taus[k] = tau;
    q[k * length + k] = Math.sign(beta) || 1;
  }
  // Q = H_0 H_1 ... H_last D: the last first, so that reflection k changes only vectors k and later, entries k and later.
  for (let k = count - 1; k >= 0; k--)
    for (let vector = k; vector < count; vector++) reflect(q, vector * length, reflections[k], taus[k], k);
  if (rows <= columns) return q;
  const transposed = new Float64Array(q.length);
  for (let c = 0; c < count; c++) for (let r = 0; r < rows; r++) transposed[r * columns + c] = q[c * length + r];
  return transposed;
}

/** x -= tau v (vᵀ x) for entries from `k` on of the vector x at `at`; four sums, so that additions do not wait. */
function reflect(q: Float64Array, at: number, v: Float64Array, tau: number, k: number): void {
  const length = v.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = k;
  for (; i + 3 < length; i += 4) {
    s0 += v[i] * q[at + i];
    s1 += v[i + 1] * q[at + i + 1];
    s2 += v[i + 2] * q[at + i + 2];
    s3 += v[i + 3] * q[at + i + 3];
  }
  for (; i < length; i++) s0 += v[i] * q[at + i];
  const factor = tau * (s0 + s1 + (s2 + s3));
  for (i = k; i < length; i++) q[at + i] -= factor * v[i];
}
