/** The transforms by which singular values of a bidiagonal matrix are found (core/linalg/bidiagonal-values.ts). */

/**
 * Nothing beside the square of what counts as zero. Where all of a row's squares have underflowed it keeps the next
 * row's from being lost.
 */
export const trifle = 1e-300;

/** Where a transform puts what it tells: values of `trace`. */
export const traced = {
  /** The first transform's remainder in the last row. */
  first: 0,
  /** The second one's in the last row, the one before and the one before that. */
  last: 1,
  before: 2,
  beforeThat: 3,
  /** The least of the rows before these. */
  least: 4,
  /** 1 where what is above the diagonal is less than `negligible`, but in the last two rows. */
  loose: 5,
  size: 6,
} as const;

/**
 * Two qd transforms of rows `start` to `end`, that one included, of squares (of row k on the diagonal at 2 k, behind it
 * at 2 k + 1), the first less `less`, the second, a row behind the first in time that its divisions leave, not
 * (Fernando and Parlett, "Accurate singular values and differential qd algorithms" (1994)). Answers 0 where a remainder
 * before the last row is negative, and `to` worth nothing, else 1; all but the last row is written then.
 */
type TransformTwice = (
  from: Float64Array,
  to: Float64Array,
  trace: Float64Array,
  start: number,
  end: number,
  less: number,
  negligible: number,
) => number;

export interface QdKernels {
  qdTwice: TransformTwice;
}
