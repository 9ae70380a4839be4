/**
 * Batch norm of values whose channels lie beside each other, as TensorFlow.js has them: x (rows, columns), a row is a
 * place of an example. The gradients are those of Ioffe and Szegedy (2015), section 3; inverse = 1 / sqrt(variance +
 * 1e-5).
 */
export interface ColumnKernels {
  /** moments (2, columns): the mean and the variance of each column. */
  columnMoments(x: Float32Array, moments: Float32Array, rows: number, columns: number): void;
  /** y = scale (x - mean) inverse + shift. */
  columnNorm(
    x: Float32Array,
    moments: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    rows: number,
    columns: number,
  ): void;
  /** sums (2, columns): the gradients by scale and by shift. */
  columnNormSums(
    x: Float32Array,
    moments: Float32Array,
    dy: Float32Array,
    sums: Float32Array,
    rows: number,
    columns: number,
  ): void;
  /** The gradient by x, of what `columnNormSums` gives. */
  columnNormBack(
    x: Float32Array,
    moments: Float32Array,
    scale: Float32Array,
    sums: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    rows: number,
    columns: number,
  ): void;
}
