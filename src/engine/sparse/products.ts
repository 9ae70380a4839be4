/** The products of a layer with its kept weights: forward, by the weights, and by what came in. */
import type { PlaceArguments } from '../../core/kernels/correlate';
import type { DensePart, DenseTaps, Geometry, LayerTaps } from '../../core/kernels/taps';
import { denseTaps, layerTaps } from '../../core/kernels/taps';
import type { Mask } from '../../core/mask';
import { weightShape } from '../../core/network';
import type { MaskableLayer } from '../../core/network';
import type { ComputeContext } from './parameter';

/** `x` and `dy` lie in the frames of the geometry; places are those of the pass. */
export interface Product {
  forward(
    weights: Float32Array,
    bias: Float32Array | undefined,
    x: Float32Array,
    y: Float32Array,
    places: PlaceArguments,
  ): void;
  /** dL/dW of the kept weights. */
  weightGradient(x: Float32Array, dy: Float32Array, into: Float32Array, places: PlaceArguments): void;
  /** dL/dx, or dL/dframe of a strided layer. */
  backward(weights: Float32Array, dy: Float32Array, into: Float32Array, places: PlaceArguments): void;
  /** To be called when the weights are no longer those of the last call. */
  weightsMoved(): void;
  dispose(): void;
}

/** Of kept weights alone: the cost goes with their number. */
export class SparseProduct implements Product {
  private readonly taps: LayerTaps;
  /** The kept weights in the order of the backward pass. */
  private readonly transposed: Float32Array;
  private stale = true;
  private readonly planes: { forward: number; backward: number };

  constructor(
    private readonly context: ComputeContext,
    layer: MaskableLayer,
    geometry: Geometry,
    mask: Mask,
  ) {
    const { room } = context.kernels;
    this.taps = layerTaps(layer, geometry, mask, room);
    // Who asks for the product knows them already.
    room.free(this.taps.indices);
    this.transposed = room.float32(mask.count());
    this.planes = { forward: geometry.forward.planes, backward: geometry.backward.planes };
  }

  forward(...[weights, bias, x, y, places]: Parameters<Product['forward']>): void {
    const { starts, taps } = this.taps.forward;
    this.context.kernels.correlate(starts, taps, weights, bias, x, y, ...places, 0, this.planes.forward);
  }

  weightGradient(...[x, dy, into, places]: Parameters<Product['weightGradient']>): void {
    const { starts, taps } = this.taps.forward;
    this.context.kernels.correlateWeights(starts, taps, into, x, dy, ...places, 0, this.planes.forward);
  }

  backward(...[weights, dy, into, places]: Parameters<Product['backward']>): void {
    const { starts, taps, from } = this.taps.backward;
    const { kernels } = this.context;
    if (this.stale) kernels.gather(weights, from, this.transposed, 0, from.length);
    this.stale = false;
    kernels.correlate(starts, taps, this.transposed, undefined, dy, into, ...places, 0, this.planes.backward);
  }

  weightsMoved(): void {
    this.stale = true;
  }

  dispose(): void {
    const { forward, backward } = this.taps;
    for (const array of [forward.starts, forward.taps, backward.starts, backward.taps, backward.from, this.transposed])
      this.context.kernels.room.free(array);
  }
}

/** Of all weights, `indices` of which are kept: absent where all are. */
export class DenseProduct implements Product {
  private readonly taps: DenseTaps;
  private readonly transposed: Float32Array;
  /** With zeros for pruned weights. */
  private readonly whole: Float32Array | undefined;
  private stale = true;

  constructor(
    private readonly context: ComputeContext,
    layer: MaskableLayer,
    geometry: Geometry,
    private readonly indices: Int32Array | undefined,
  ) {
    const { rows, columns } = weightShape(layer);
    this.taps = denseTaps(layer, geometry, context.kernels.room);
    this.transposed = context.kernels.room.float32(rows * columns);
    this.whole = indices && context.zeros(rows * columns);
  }

  forward(...[weights, bias, x, y, places]: Parameters<Product['forward']>): void {
    const all = this.expanded(weights);
    for (const { taps, from, to, weight } of this.taps.forward)
      this.context.kernels.correlateDense(
        taps,
        all.subarray(weight),
        bias,
        x,
        y,
        taps.length,
        from,
        ...places,
        from,
        to,
      );
  }

  weightGradient(...[x, dy, into, places]: Parameters<Product['weightGradient']>): void {
    const { kernels } = this.context;
    // The transposed weights are made again after every update.
    const all = this.indices ? this.transposed : into;
    for (const { taps, from, to, weight } of this.taps.forward)
      kernels.correlateDenseWeights(taps, all.subarray(weight), x, dy, taps.length, from, ...places, from, to);
    if (!this.indices) return;
    kernels.gather(all, this.indices, into, 0, this.indices.length);
    this.stale = true;
  }

  backward(...[weights, dy, into, places]: Parameters<Product['backward']>): void {
    const { kernels } = this.context;
    if (this.stale) kernels.gather(this.expanded(weights), this.taps.from, this.transposed, 0, this.transposed.length);
    this.stale = false;
    for (const part of this.taps.backward) this.backwardPart(part, dy, into, places);
  }

  weightsMoved(): void {
    this.stale = true;
  }

  dispose(): void {
    const { forward, backward, from } = this.taps;
    const arrays = [...forward.map(({ taps }) => taps), ...backward.map(({ taps }) => taps), from, this.transposed];
    for (const array of this.whole ? [...arrays, this.whole] : arrays) this.context.kernels.room.free(array);
  }

  private backwardPart(part: DensePart, dy: Float32Array, into: Float32Array, places: PlaceArguments): void {
    const { taps, from, to, weight } = part;
    const own = this.transposed.subarray(weight);
    this.context.kernels.correlateDense(
      ...([taps, own, undefined, dy, into, taps.length, from, ...places, from, to] as const),
    );
  }

  private expanded(weights: Float32Array): Float32Array {
    const { indices, whole } = this;
    if (!indices || !whole) return weights;
    for (let k = 0; k < indices.length; k++) whole[indices[k]] = weights[k];
    return whole;
  }
}
