/**
 * Sparse linear layers and convolutions, as one computation.
 *
 * Values lie feature by feature, the examples of a batch beside each other: feature f of example b is x[f * batch + b].
 * Pictures are channels x height x width features, padded before; so whatever a weight meets along a row of the output
 * is one run of floats, and no patches are ever built. A linear layer is the case of one place.
 *
 * The kept weights of output o are those from starts[o] to starts[o + 1]. `taps[k]` is the feature of x that weight k
 * meets at the first place of the output: (channel * height + ky) * width + kx of the padded picture, or the column of
 * a matrix.
 */
export interface Places {
  /** Examples. */
  batch: number;
  /** Rows of the output, in each of which there are `segments` runs of `run` floats, without gaps. */
  height: number;
  segments: number;
  run: number;
  /** Floats of x from one row, and from one run, to the next. */
  rowStep: number;
  segmentStep: number;
}

export type PlaceArguments = [
  batch: number,
  height: number,
  segments: number,
  run: number,
  rowStep: number,
  segmentStep: number,
];

export const placeArguments = (p: Places): PlaceArguments => [
  p.batch,
  p.height,
  p.segments,
  p.run,
  p.rowStep,
  p.segmentStep,
];

/** Outputs `from` to `to` (last arguments) of each; the others are left as they are. */
export interface CorrelateKernels {
  /** y = W x + b; y: outputs x height x segments x run. */
  correlate(
    starts: Int32Array,
    taps: Int32Array,
    values: Float32Array,
    bias: Float32Array | undefined,
    x: Float32Array,
    y: Float32Array,
    ...range: [...PlaceArguments, from: number, to: number]
  ): void;
  /** dValues[k] = dL/dW of each kept weight, from dL/dy. */
  correlateWeights(
    starts: Int32Array,
    taps: Int32Array,
    dValues: Float32Array,
    x: Float32Array,
    dy: Float32Array,
    ...range: [...PlaceArguments, from: number, to: number]
  ): void;
}
