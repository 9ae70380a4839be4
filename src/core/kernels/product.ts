/** Products of matrices in the memory of TensorFlow.js, row-major as there. */
export interface ProductKernels {
  /**
   * c = a b: a (rows, count), b (count, columns), c (rows, columns). Where `transposedA` is 1, a lies (count, rows),
   * and where `transposedB` is 1, b lies (columns, count).
   */
  product(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    rows: number,
    count: number,
    columns: number,
    transposedA: number,
    transposedB: number,
  ): void;
}
