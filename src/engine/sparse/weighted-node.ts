/** Linear layers and convolutions, forward and backward. */
import { placeArguments } from '../../core/kernels/correlate';
import { frameArguments } from '../../core/kernels/frames';
import type { Kernels } from '../../core/kernels/kernels';
import type { Pass as Looking } from '../../core/kernels/taps';
import { frameLength, placesOf } from '../../core/kernels/taps';
import type { Buffer, Buffers } from './buffers';
import { Node } from './node';
import type { Pass } from './node';
import type { Use, Weighted } from './weighted';

/** `x` in its frame, or as it is where that is the same. */
function framed(kernels: Kernels, looking: Looking, x: Buffer, frame: Buffer | undefined, batch: number): Float32Array {
  if (!frame) return x.array;
  const { channels } = looking;
  kernels.pad(x.array, frame.array, ...frameArguments(channels, batch, looking.frame), 0, channels);
  return frame.array;
}

export class WeightedNode extends Node {
  private readonly use: Use;
  /** Of the input, kept for the gradient of the weights. */
  private readonly frame: Buffer | undefined;
  /** Of dL/dout. */
  private gradientFrame: Buffer | undefined;
  /** dL/dframe of a strided layer. */
  private byFrame: Buffer | undefined;

  /** `size`: places of the input. */
  constructor(
    private readonly weighted: Weighted,
    size: readonly [height: number, width: number],
    buffers: Buffers,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
    this.use = weighted.useOn(size);
    const length = frameLength(this.use.geometry.forward, 1);
    this.frame = length > 0 ? buffers.need(length) : undefined;
  }

  override plan(buffers: Buffers, gradient: Buffer, wanted: boolean): Buffer | undefined {
    const found = super.plan(buffers, gradient, wanted);
    if (!wanted) return found;
    const { forward, backward, framed: byFrame } = this.use.geometry;
    const length = frameLength(backward, 1);
    this.gradientFrame = length > 0 ? buffers.borrow(length) : undefined;
    this.byFrame = byFrame ? buffers.borrow(frameLength(forward, 1) || this.input.perExample) : undefined;
    if (this.gradientFrame) buffers.giveBack(this.gradientFrame);
    if (this.byFrame) buffers.giveBack(this.byFrame);
    return found;
  }

  forward({ kernels, batch }: Pass): void {
    const { weight, bias } = this.weighted;
    const { geometry, product } = this.use;
    const x = framed(kernels, geometry.forward, this.input, this.frame, batch);
    const places = placeArguments(placesOf(geometry.forward, batch));
    product.forward(weight.values, bias?.values, x, this.out.array, places);
  }

  backward(pass: Pass): void {
    const { kernels, batch } = pass;
    const { weight, bias, layer } = this.weighted;
    const { geometry, product } = this.use;
    const { planes, height, width } = geometry.forward;
    const x = (this.frame ?? this.input).array;
    const gradient = this.gradientOut!.array;
    const places = placeArguments(placesOf(geometry.forward, batch));
    bias?.addGradient((into) => kernels.sumRows(gradient, into, height * width * batch, 0, planes));
    weight.addGradient((into) => product.weightGradient(x, gradient, into, places));
    const dense = pass.dense?.get(layer.name);
    if (dense) this.weighted.addDenseGradient(this.use, dense, x, gradient, batch);
    if (this.gradientIn) this.backwardInput(pass, this.gradientIn.array);
  }

  private backwardInput({ kernels, batch }: Pass, into: Float32Array): void {
    const { geometry, product } = this.use;
    const { forward, backward } = geometry;
    const gradient = framed(kernels, backward, this.gradientOut!, this.gradientFrame, batch);
    const to = this.byFrame?.array ?? into;
    product.backward(this.weighted.weight.values, gradient, to, placeArguments(placesOf(backward, batch)));
    if (!this.byFrame) return;
    const { channels, frame } = forward;
    kernels.unpad(to, into, ...frameArguments(channels, batch, frame), 0, channels);
  }
}
