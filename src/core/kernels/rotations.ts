/**
 * Givens rotations of axes whose zeros are known, many a call, of one or several matrices of one shape: see
 * core/axes.ts, whose arithmetic this is. The rotations never mix two entries of an axis, so blocks of 64 of them are
 * independent. Computed in double precision, rounded once by the store.
 */
export type RotateBlocks<A> = (
  first: Uint32Array,
  second: Uint32Array,
  cos: Float64Array,
  sin: Float64Array,
  /** Where each matrix's rotations begin, in their order, and where the last one's end. */
  begins: Uint32Array,
  /**
   * The axis at which each entry begins, and the value, 1 or -1, matrix after matrix; by default entry k at axis k, and
   * 1.
   */
  start: Uint32Array | undefined,
  signs: Int32Array | undefined,
  axes: number,
  /** Entries of an axis. */
  length: number,
  /** Whether the axes are the rows of the matrix, 1 or 0. */
  tall: number,
  /**
   * A block for each of the instances of the kernels: its entries `pitch` values apart, or where tall its axes. `pitch`
   * is a multiple of 16, so that no two blocks share a line of the cache, which is cleared whole. Of one instance and a
   * block by itself it may be `values`, and any `pitch`.
   */
  scratch: A,
  pitch: number,
  /** 128 * ceil(axes / 32) for each of the instances. */
  supports: Uint32Array,
  /**
   * Rows (tall: columns) of the matrix from the first entry of block `firstBlock` on, row-major, `stride` a row. Of
   * several whole matrices, one after the other.
   */
  values: A,
  firstBlock: number,
  stride: number,
  /**
   * Of the whole matrix, as Mask; unless that is tall of all rows of all blocks, the last of which may reach beyond it.
   * Of several, one after the other.
   */
  mask: Uint32Array,
  /** Blocks, matrix after matrix. */
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
  /** As core/cos-sin.ts. */
  cosSin: (angle: Float64Array, cos: Float64Array, sin: Float64Array, from: number, to: number) => void;
  /**
   * Draws pairs of different axes for each of several matrices of one shape, each pair as likely, and ORs their
   * supports, from entry k at axis k on, until at least the wanted non-zeros or until the matrix' slot is full; the
   * lower axis first.
   */
  drawPairs: (
    /** Of the generators (core/rng.ts), four words each, which are read only. */
    states: Uint32Array,
    /** Non-zeros. */
    wanted: Float64Array,
    axes: number,
    /** Entries of an axis. */
    length: number,
    /** Pairs there is room for, of each. */
    slot: number,
    /** `supportWords` for each of the instances. */
    supports: Uint32Array,
    first: Uint32Array,
    second: Uint32Array,
    /** Three for each: the pairs drawn, and the non-zeros before and after the last of them. */
    counts: Uint32Array,
    /** Matrices. */
    from: number,
    to: number,
  ) => void;
}

/** Of the supports of all axes: whole lines of the cache. */
export const supportWords = (axes: number, length: number): number =>
  16 * Math.ceil((axes * Math.ceil(length / 32)) / 16);
