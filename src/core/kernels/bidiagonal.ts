/**
 * One column's step of a reduction to bidiagonal form (core/linalg/bidiagonal.ts) over columns `from` to `to` of those
 * behind column `k`. The matrix lies column after column, `rows` values each.
 *
 * Column j is brought up to date, a_j -= v w_j + z u_j (rows k..), and while it is in the nearest cache both products that
 * the step needs are made of it (one pass over the matrix instead of LAPACK's two; the idea is that of Howell, Demmel,
 * Fulton, Hammarling and Marmol, "Cache efficient bidiagonalization using BLAS 2.5 operators", ACM TOMS 34 (2008)):
 * nextW_j = tau x_jᵀ nextV, row_j = a_kj - nextW_j, and, but for column k + 1, y += a_j row_j.
 */
type Step<A> = (
  a: A,
  v: A,
  z: A,
  nextV: A,
  w: A,
  u: A,
  nextW: A,
  row: A,
  y: A,
  tau: number,
  rows: number,
  k: number,
  from: number,
  to: number,
) => void;

export interface BidiagonalKernels {
  bidiagonalStep: Step<Float64Array>;
  /** The same in single precision. */
  bidiagonalStep32: Step<Float32Array>;
}
