/** Windows of `size` x `size` places without padding, `stride` apart, over each of the channels `from` to `to`. */
export type PoolArguments = [
  size: number,
  stride: number,
  height: number,
  width: number,
  rows: number,
  columns: number,
  batch: number,
  from: number,
  to: number,
];

/** x: (channels, height, width, batch); y: (channels, rows, columns, batch). */
export interface PoolKernels {
  poolMax(x: Float32Array, y: Float32Array, ...range: PoolArguments): void;
  /** Of equal values in a window the first takes the gradient. */
  poolMaxBack(x: Float32Array, y: Float32Array, dy: Float32Array, dx: Float32Array, ...range: PoolArguments): void;
  poolMean(x: Float32Array, y: Float32Array, ...range: PoolArguments): void;
  poolMeanBack(dy: Float32Array, dx: Float32Array, ...range: PoolArguments): void;
}
