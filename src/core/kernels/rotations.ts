/**
 * Givens rotations of axes whose zeros are known, many a call: see core/axes.ts, whose arithmetic this is. Entries of 32
 * different positions an axis lie together, and of those the rotations never mix two, so blocks of 32 are independent.
 */
type RotateBlock<A> = (
  /** axes x 32 values, axis after axis. */
  values: A,
  /** A bit for each of the 32, by axis: where it is not set, the value is 0. */
  supports: Uint32Array,
  first: Uint32Array,
  second: Uint32Array,
  cos: Float64Array,
  sin: Float64Array,
  steps: number,
) => void;

export interface RotationKernels {
  /** The rotations in order; computed in double precision, rounded once by the store. */
  rotateBlock: RotateBlock<Float32Array>;
  rotateBlock64: RotateBlock<Float64Array>;
  /**
   * ORs the supports, `words` words each, of the axes of pairs `from`, ... below `to`, until at least `wanted` non-zeros;
   * `counts`: how many there are, before and after the last pair. Returns the pairs done.
   */
  mergePairs: (
    supports: Uint32Array,
    words: number,
    first: Uint32Array,
    second: Uint32Array,
    from: number,
    to: number,
    wanted: number,
    counts: Uint32Array,
  ) => number;
}
