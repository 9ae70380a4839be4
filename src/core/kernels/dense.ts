/**
 * Layers dense enough that each product is made: as correlate.ts, where all outputs of a call meet the same features.
 */
import type { PlaceArguments } from './correlate';

/**
 * The weights of output o are the `count` floats from (o - first) * count; weight k of each meets the feature taps[k].
 * Outputs `from` to `to` (last arguments) of each; the others are left as they are.
 */
export interface DenseKernels {
  /** y = W x + b; bias and y by all outputs. */
  correlateDense(
    taps: Int32Array,
    values: Float32Array,
    bias: Float32Array | undefined,
    x: Float32Array,
    y: Float32Array,
    count: number,
    first: number,
    ...range: [...PlaceArguments, from: number, to: number]
  ): void;
  /** dValues = dL/dW from dL/dy, laid out as the weights. */
  correlateDenseWeights(
    taps: Int32Array,
    dValues: Float32Array,
    x: Float32Array,
    dy: Float32Array,
    count: number,
    first: number,
    ...range: [...PlaceArguments, from: number, to: number]
  ): void;
}
