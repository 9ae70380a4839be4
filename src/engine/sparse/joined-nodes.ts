/** Where what flows through a network parts and joins: residuals, squeeze and excitation, attention. */
import { attendFloats, attendParts } from '../../core/kernels/attend';
import type { Buffer, Buffers, Scratch } from './buffers';
import { Node } from './node';
import type { Chain, Pass } from './node';
import type { Laid } from './simple-nodes';

/** The sum of two ways; one of them may be none, which gives what came in. */
export class ResidualNode extends Node {
  private gradients: readonly [Buffer, Buffer] | undefined;
  private copy: Buffer | undefined;

  constructor(
    private readonly ways: readonly [Chain, Chain],
    private readonly results: readonly [Buffer, Buffer],
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  override plan(buffers: Buffers, gradient: Buffer, wanted: boolean): Buffer | undefined {
    const [first, second] = this.ways;
    this.gradientOut = gradient;
    // Each way has a gradient to write over.
    const apart = first.overwritesGradient || second.overwritesGradient;
    this.copy = apart ? buffers.borrow(gradient.perExample) : undefined;
    const a = first.plan(buffers, this.copy ?? gradient, wanted);
    if (this.copy && this.copy !== a) buffers.giveBack(this.copy);
    const b = second.plan(buffers, gradient, wanted);
    if (!a || !b) return undefined;
    this.gradients = [a, b];
    if (a !== gradient) {
      if (b !== gradient) buffers.giveBack(b);
      this.gradientIn = a;
    } else this.gradientIn = b === gradient ? buffers.borrow(this.input.perExample) : b;
    return this.gradientIn;
  }

  forward(pass: Pass): void {
    for (const way of this.ways) way.forward(pass);
    const [a, b] = this.results;
    pass.kernels.add(a.array, b.array, this.out.array, 0, this.out.perExample * pass.batch);
  }

  backward(pass: Pass): void {
    const [first, second] = this.ways;
    const count = this.out.perExample * pass.batch;
    if (this.copy) this.copy.array.set(this.gradientOut!.array.subarray(0, count));
    first.backward(pass);
    second.backward(pass);
    if (!this.gradients || !this.gradientIn) return;
    const [a, b] = this.gradients;
    pass.kernels.add(a.array, b.array, this.gradientIn.array, 0, this.input.perExample * pass.batch);
  }
}

/** Scales each channel by what `scales` gives, (channels), which is made of the same input. */
export class ScalePlacesNode extends Node {
  private scaleGradients: Buffer | undefined;
  private meanGradients: Buffer | undefined;

  /** `way`: from the means of the channels to `scales`. */
  constructor(
    private readonly way: Chain,
    private readonly means: Buffer,
    private readonly scales: Buffer,
    private readonly laid: Laid,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  override plan(buffers: Buffers, gradient: Buffer): Buffer {
    const into = super.plan(buffers, gradient, true)!;
    this.scaleGradients = buffers.borrow(this.laid.channels);
    this.meanGradients = this.way.plan(buffers, this.scaleGradients, true);
    if (this.meanGradients && this.meanGradients !== this.scaleGradients) buffers.giveBack(this.meanGradients);
    buffers.giveBack(this.scaleGradients);
    return into;
  }

  forward(pass: Pass): void {
    const { kernels, batch } = pass;
    const { channels, places } = this.laid;
    kernels.meanOfPlaces(this.input.array, this.means.array, places, batch, 0, channels);
    this.way.forward(pass);
    kernels.scalePlaces(this.input.array, this.scales.array, this.out.array, places, batch, 0, channels);
  }

  backward(pass: Pass): void {
    const { kernels, batch } = pass;
    const { channels, places } = this.laid;
    const into = this.gradientIn!.array;
    kernels.scalePlacesBack(
      ...([this.input.array, this.scales.array, this.gradientOut!.array, into, this.scaleGradients!.array] as const),
      ...([places, batch, 0, channels] as const),
    );
    this.way.backward(pass);
    kernels.meanOfPlacesBack(this.meanGradients!.array, into, 1, places, batch, 0, channels);
  }
}

/** Attention between its two linear layers. */
export class AttendNode extends Node {
  private readonly attention: Buffer;
  private readonly scratch: Scratch;

  constructor(
    buffers: Buffers,
    private readonly laid: { heads: number; each: number; tokens: number },
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
    this.attention = buffers.need(laid.heads * laid.tokens ** 2);
    this.scratch = buffers.scratch(attendFloats(laid.each, laid.tokens));
  }

  forward({ kernels, batch }: Pass): void {
    const { heads, each, tokens } = this.laid;
    const range = [heads, each, tokens, batch, 0, attendParts(heads, batch)] as const;
    kernels.attend(this.input.array, this.attention.array, this.out.array, this.scratch.array, ...range);
  }

  backward({ kernels, batch }: Pass): void {
    const { heads, each, tokens } = this.laid;
    const [gradient, into] = [this.gradientOut!.array, this.gradientIn!.array];
    const range = [heads, each, tokens, batch, 0, attendParts(heads, batch)] as const;
    kernels.attendBack(this.input.array, this.attention.array, gradient, into, this.scratch.array, ...range);
  }
}
