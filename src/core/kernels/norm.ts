/**
 * Batch and layer norm, with the gradients of Ioffe and Szegedy (2015), section 3. A row is a channel with all its
 * places and examples: x[row * count ...]; over tokens or values `inner` counts places times examples.
 */
export interface NormKernels {
  /**
   * y = scale (x - mean) inverse + shift, by the row's own mean and variance, which are told; inverse = 1 /
   * sqrt(variance + 1e-5).
   */
  batchNorm(
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    count: number,
    from: number,
    to: number,
  ): void;
  /** Of `batchNorm`: the gradients by scale, shift and x. */
  batchNormBack(
    x: Float32Array,
    scale: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    dScale: Float32Array,
    dShift: Float32Array,
    count: number,
    from: number,
    to: number,
  ): void;
  /** The same by averages that are given. */
  scaleRows(
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    count: number,
    from: number,
    to: number,
  ): void;
  /** As `batchNorm`, each of the columns `from` to `to` of x, (size, inner), by itself; mean and inverse: (inner). */
  layerNorm(
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    mean: Float32Array,
    inverse: Float32Array,
    size: number,
    inner: number,
    from: number,
    to: number,
  ): void;
  /** The gradient of `layerNorm` by x. */
  layerNormBack(
    x: Float32Array,
    scale: Float32Array,
    mean: Float32Array,
    inverse: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    size: number,
    inner: number,
    from: number,
    to: number,
  ): void;
  /** The gradients of `layerNorm` by scale and shift, of the rows `from` to `to`. */
  layerNormScaleBack(
    x: Float32Array,
    mean: Float32Array,
    inverse: Float32Array,
    dy: Float32Array,
    dScale: Float32Array,
    dShift: Float32Array,
    inner: number,
    from: number,
    to: number,
  ): void;
}
