/**
 * Givens rotations of axes whose zeros are known, many a call: see core/axes.ts, whose arithmetic this is. The
 * rotations never mix two entries of an axis, so blocks of 32 of them are independent.
 */
export type RotateBlock<A> = (
  /** Of 32 entries of all axes: entry k of axis a at [a * axisStride + k * entryStride]. */
  values: A,
  axisStride: number,
  entryStride: number,
  /** A bit for each of the 32, by axis: where it is not set, the value is 0. */
  supports: Uint32Array,
  first: Uint32Array,
  second: Uint32Array,
  cos: Float64Array,
  sin: Float64Array,
  steps: number,
) => void;

export interface RotationKernels {
  /** Zeros all of an array: what JavaScript's own `fill` takes about eight times as long for where memory is shared. */
  clear: (array: Float32Array | Float64Array | Uint32Array, bytes: number) => void;
  /** The rotations in order; computed in double precision, rounded once by the store. */
  rotateBlock: RotateBlock<Float32Array>;
  rotateBlock64: RotateBlock<Float64Array>;
  /**
   * 32 rows of a mask, `words` words each, whose columns the axes are: bit a of row k is bit k of supports[a], of which
   * there are 32 * words.
   */
  transposeBits: (supports: Uint32Array, words: number, bits: Uint32Array) => void;
  /**
   * Draws pairs of different axes, each as likely, and ORs their supports, `words` words each, until at least `wanted`
   * non-zeros or until there are pairs `from`, ... below `to`, the lower axis first. `counts`: non-zeros before and after
   * the last pair; `state`: the four words of the generator (core/rng.ts). Both are moved on. Returns the pairs drawn.
   */
  drawPairs: (
    state: Uint32Array,
    supports: Uint32Array,
    axes: number,
    words: number,
    first: Uint32Array,
    second: Uint32Array,
    from: number,
    to: number,
    wanted: number,
    counts: Uint32Array,
  ) => number;
}
