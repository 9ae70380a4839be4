/**
 * Steps of a reduction to an upper band and from there to bidiagonal form (core/linalg/band.ts). Matrices lie column
 * after column, `stride` values from one to the next, as vectors of a column's length do. `rows` is a multiple of
 * `panelWidth`, `columns` of 4.
 */

/** Columns, or rows, that are reduced at a time: as many diagonals the band has above the main one. */
export const panelWidth = 16;
/** Columns, and bytes of rows, that are brought up to date at a time, so that they stay in cache: each by itself. */
export const [columnGroup, rowGroupBytes] = [32, 256];
/** Values of `t` of a panel: the last row is scratch. */
export const triangleSize = (panelWidth + 1) * panelWidth;
/**
 * Values from a column of the band to the next: entry (i, j) is at i + j bandStride, and what is not there lies
 * nowhere.
 */
export const bandStride = 3 * panelWidth - 1;
/** Values of a band of so many columns, with the zeros behind it that the last reflections reach. */
export const bandSize = (columns: number): number => (columns + 2 * panelWidth) * (bandStride + 1);

/**
 * The reflections Q = I - V T Vᵀ (Schreiber and Van Loan, "A storage-efficient WY representation for products of
 * Householder transformations" (1989)) that make a panel, with entry (i, j) at a[i along + j across], the triangle R =
 * Qᵀ A.
 *
 * Gives v = V, column after column; r = -V, row after row; t = T, row after row, of which only the upper triangle
 * counts; and to[i toAlong + j toAcross] = R_ij, i <= j.
 */
type Panel<A> = (
  a: A,
  along: number,
  across: number,
  v: A,
  r: A,
  t: A,
  to: A,
  toAlong: number,
  toAcross: number,
  stride: number,
  rows: number,
) => void;

/** a = Qᵀ a in groups `from` to `to` of the columns, in place. w: 16 x 32 values of scratch for each group. */
type Left<A> = (
  a: A,
  v: A,
  t: A,
  w: A,
  stride: number,
  rows: number,
  columns: number,
  from: number,
  to: number,
) => void;

/** a = a Q in groups `from` to `to` of the rows, in place. x: scratch, 16 columns. */
type Right<A> = (
  a: A,
  v: A,
  r: A,
  t: A,
  x: A,
  stride: number,
  rows: number,
  columns: number,
  from: number,
  to: number,
) => void;

/**
 * Makes rows `from` to `to` of a band bidiagonal, the ones before being so already: each by a reflection of its
 * columns, and what that puts below the diagonal and above the band is chased down and out by further ones (Bischof,
 * Lang, Sun, "A framework for symmetric band reduction" (2000), here for a band of two sides). v: scratch, 32 values.
 */
type Chase<A> = (band: A, v: A, columns: number, from: number, to: number) => void;

export interface BandKernels {
  bandPanel: Panel<Float64Array>;
  bandLeft: Left<Float64Array>;
  bandRight: Right<Float64Array>;
  bandChase: Chase<Float64Array>;
  /** The same in single precision. */
  bandPanel32: Panel<Float32Array>;
  bandLeft32: Left<Float32Array>;
  bandRight32: Right<Float32Array>;
  bandChase32: Chase<Float32Array>;
}
