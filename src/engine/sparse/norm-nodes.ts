/** Batch and layer norm, forward and backward. */
import type { Buffer, Buffers } from './buffers';
import { Node } from './node';
import type { Pass } from './node';
import type { Parameter } from './parameter';
import type { Laid } from './simple-nodes';

/** The parameters of a norm, and of a batch norm its running averages. */
export interface NormParameters {
  scale: Parameter;
  shift: Parameter;
  running?: { mean: Float32Array; variance: Float32Array };
}

/** Share of the running average that a batch replaces, as in PyTorch. */
const share = 0.1;

export class BatchNormNode extends Node {
  private readonly mean: Float32Array;
  private readonly variance: Float32Array;

  constructor(
    buffers: Buffers,
    private readonly own: NormParameters,
    private readonly laid: Laid,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
    [this.mean, this.variance] = [buffers.fixed(laid.channels), buffers.fixed(laid.channels)];
  }

  /** The gradients of its parameters come with that of the input. */
  override plan(buffers: Buffers, gradient: Buffer): Buffer | undefined {
    return super.plan(buffers, gradient, true);
  }

  forward({ kernels, batch, training }: Pass): void {
    const { scale, shift, running } = this.own;
    const count = this.laid.places * batch;
    const [mean, variance] = training ? [this.mean, this.variance] : [running!.mean, running!.variance];
    const own = [this.input.array, scale.values, shift.values, this.out.array, mean, variance] as const;
    const range = [count, 0, this.laid.channels] as const;
    if (training) kernels.batchNorm(...own, ...range);
    else kernels.scaleRows(...own, ...range);
    if (training) this.follow(count);
  }

  backward({ kernels, batch }: Pass): void {
    const { scale, shift } = this.own;
    const { channels, places } = this.laid;
    const gradient = this.gradientOut!.array;
    const into = this.gradientIn!.array;
    scale.addGradient((byScale) => {
      shift.addGradient((byShift) => {
        kernels.batchNormBack(
          ...([this.input.array, scale.values, this.mean, this.variance, gradient, into, byScale, byShift] as const),
          ...([places * batch, 0, channels] as const),
        );
      });
    });
  }

  /** Moves the running averages towards the batch's, whose variance counts as an estimate: by count - 1. */
  private follow(count: number): void {
    const { mean, variance } = this.own.running!;
    const estimate = count / Math.max(1, count - 1);
    for (let c = 0; c < mean.length; c++) {
      mean[c] = mean[c] * (1 - share) + this.mean[c] * share;
      variance[c] = variance[c] * (1 - share) + this.variance[c] * estimate * share;
    }
  }
}

export class LayerNormNode extends Node {
  private readonly mean: Buffer;
  private readonly inverse: Buffer;

  constructor(
    buffers: Buffers,
    private readonly own: NormParameters,
    private readonly laid: Laid,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
    [this.mean, this.inverse] = [buffers.need(laid.places), buffers.need(laid.places)];
  }

  forward({ kernels, batch }: Pass): void {
    const { scale, shift } = this.own;
    const inner = this.laid.places * batch;
    kernels.layerNorm(
      ...([this.input.array, scale.values, shift.values, this.out.array, this.mean.array, this.inverse.array] as const),
      ...([this.laid.channels, inner, 0, inner] as const),
    );
  }

  backward({ kernels, batch }: Pass): void {
    const { scale, shift } = this.own;
    const { channels, places } = this.laid;
    const inner = places * batch;
    const [x, mean, inverse] = [this.input.array, this.mean.array, this.inverse.array];
    const gradient = this.gradientOut!.array;
    scale.addGradient((byScale) => {
      shift.addGradient((byShift) => {
        kernels.layerNormScaleBack(x, mean, inverse, gradient, byScale, byShift, inner, 0, channels);
      });
    });
    if (!this.gradientIn) return;
    const into = this.gradientIn.array;
    kernels.layerNormBack(x, scale.values, mean, inverse, gradient, into, channels, inner, 0, inner);
  }
}
