/** Products of matrices in the memory of TensorFlow.js, row-major as there. */
export interface ProductKernels {
  /**
   * c = a b: a (rows, count), b (count, columns), c (rows, columns). Where `turnedA` is 1, a lies (count, rows), and where `turnedB`
   * is 1, b lies (columns, count).
   */
  product(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    rows: number,
    count: number,
    columns: number,
    turnedA: number,
    turnedB: number,
  ): void;
}
