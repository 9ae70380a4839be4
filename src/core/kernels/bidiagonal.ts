/**
 * Steps of a reduction to bidiagonal form (core/linalg/bidiagonal.ts). The matrix lies column after column, `stride`
 * values from one to the next; vectors of a column's length have `stride` values, too. `rows` is a multiple of as many
 * values as 32 bytes are, `columns` of 4, and what is there only for that is zero, as v, z and nextV are before row k.
 */

/** Columns whose products are summed by themselves, so that a sum does not depend on how many threads make it. */
const group = 32;

/** The groups with columns behind column k: which may be computed by themselves. */
export const groupsBehind = (k: number, columns: number): [from: number, to: number] => [
  Math.floor((k + 1) / group),
  Math.ceil(columns / group),
];

/** The columns of group g that are behind column k. */
export const columnsOfGroup = (g: number, k: number, columns: number): [from: number, to: number] => [
  Math.max(g * group, k + 1),
  Math.min((g + 1) * group, columns),
];

/**
 * Column k's step over groups `from` to `to` of the columns behind it.
 *
 * Column j is brought up to date, a_j -= v w_j + z u_j (rows k..), and while it is in the nearest cache both products
 * that the step needs are made of it (one pass over the matrix instead of LAPACK's two; the idea is that of Howell,
 * Demmel, Fulton, Hammarling and Marmol, "Cache efficient bidiagonalization using BLAS 2.5 operators", ACM TOMS 34
 * (2008)): nextW_j = tau a_jᵀ nextV, row_j = a_kj - nextW_j, and, but for column k + 1, y_g += a_j row_j from zero on,
 * g its group.
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
  stride: number,
  k: number,
  columns: number,
  from: number,
  to: number,
) => void;

/**
 * z = tau (a_(k + 1) + y / pivot - along v) behind row k, with y the sum of the groups behind column k; zero before.
 */
type Column<A> = (
  a: A,
  v: A,
  z: A,
  y: A,
  tau: number,
  pivot: number,
  along: number,
  rows: number,
  stride: number,
  k: number,
  columns: number,
) => void;

export interface BidiagonalKernels {
  bidiagonalStep: Step<Float64Array>;
  bidiagonalColumn: Column<Float64Array>;
  /** The same in single precision. */
  bidiagonalStep32: Step<Float32Array>;
  bidiagonalColumn32: Column<Float32Array>;
}
