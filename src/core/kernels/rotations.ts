/**
 * Givens rotations of axes whose zeros are known, many a call: see core/axes.ts, whose arithmetic this is. The
 * rotations never mix two entries of an axis, so blocks of 64 of them are independent. Computed in double precision,
 * rounded once by the store.
 */
export type RotateBlocks<A> = (
  first: Uint32Array,
  second: Uint32Array,
  cos: Float64Array,
  sin: Float64Array,
  /** Rotations, in this order. */
  steps: number,
  /** The axis at which each entry begins, and the value, 1 or -1; by default entry k at axis k, and 1. */
  start: Uint32Array | undefined,
  signs: Int32Array | undefined,
  axes: number,
  /** Entries of an axis. */
  length: number,
  /** Whether the axes are the rows of the matrix, 1 or 0. */
  tall: number,
  /**
   * A block for each of the instances of the kernels: its entries `pitch` values apart, or where tall its axes. Of one
   * instance and a block by itself it may be `values`.
   */
  scratch: A,
  pitch: number,
  /** 128 * ceil(axes / 32) for each of the instances. */
  supports: Uint32Array,
  /** Rows (tall: columns) of the matrix from the first entry of block `firstBlock` on, row-major, `stride` a row. */
  values: A,
  firstBlock: number,
  stride: number,
  /**
   * Of the whole matrix, as Mask; unless that is tall of all rows of all blocks, the last of which may reach beyond it.
   */
  mask: Uint32Array,
  /** Blocks. */
  from: number,
  to: number,
) => void;

/** Entries of a block. */
export const blockEntries = 64;

export interface RotationKernels {
  /** Zeros all of an array: what JavaScript's own `fill` takes about eight times as long for where memory is shared. */
  clear: (array: Float32Array | Float64Array | Uint32Array, bytes: number) => void;
  /** Makes the blocks of a matrix and of its mask, from their beginning. */
  rotateBlocks: RotateBlocks<Float32Array>;
  rotateBlocks64: RotateBlocks<Float64Array>;
  /**
   * Draws pairs of different axes, each as likely, and ORs their supports, `words` words each, until at least `wanted`
   * non-zeros or until there are pairs `from`, ... below `to`, the lower axis first. `counts`: non-zeros before and
   * after the last pair; `state`: the four words of the generator (core/rng.ts). Both are moved on. Returns the pairs
   * drawn.
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
