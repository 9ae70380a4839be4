/** What is done to values without weights to mask: activations, pools, means, tables. */
import { activationCodes, derivativeByValue } from '../../core/kernels/activate';
import type { ActivationKernel } from '../../core/kernels/activate';
import type { Buffer, Buffers } from './buffers';
import { Node } from './node';
import type { Pass } from './node';
import type { Parameter } from './parameter';

export class ActivationNode extends Node {
  private readonly code: number;

  /** `out` may be `input` where the derivative is told by the value. */
  constructor(fn: ActivationKernel, input: Buffer, out: Buffer) {
    super(input, out);
    this.code = activationCodes[fn];
    if (input === out && !derivativeByValue(fn)) throw new Error(`${fn} needs what it is the value at`);
  }

  override get keepsOut(): boolean {
    return true;
  }

  override get overwritesGradient(): boolean {
    return true;
  }

  override plan(_: Buffers, gradient: Buffer): Buffer {
    this.gradientOut = gradient;
    this.gradientIn = gradient;
    return gradient;
  }

  forward({ kernels, batch }: Pass): void {
    kernels.activate(this.code, this.input.array, this.out.array, 0, this.out.perExample * batch);
  }

  backward({ kernels, batch }: Pass): void {
    const gradient = this.gradientOut!.array;
    kernels.activateBack(
      this.code,
      this.input.array,
      this.out.array,
      gradient,
      gradient,
      0,
      this.out.perExample * batch,
    );
  }
}

/** Channels of so many places each. */
export interface Laid {
  channels: number;
  places: number;
}

/** Of a pool: size, stride, height, width, rows, columns. */
export type Window = [size: number, stride: number, height: number, width: number, rows: number, columns: number];

export class PoolNode extends Node {
  constructor(
    private readonly of: 'max' | 'average',
    private readonly window: Window,
    private readonly channels: number,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  override get keepsOut(): boolean {
    return this.of === 'max';
  }

  forward({ kernels, batch }: Pass): void {
    const range = [...this.window, batch, 0, this.channels] as const;
    if (this.of === 'max') kernels.poolMax(this.input.array, this.out.array, ...range);
    else kernels.poolMean(this.input.array, this.out.array, ...range);
  }

  backward({ kernels, batch }: Pass): void {
    if (!this.gradientIn) return;
    const gradient = this.gradientOut!.array;
    const into = this.gradientIn.array;
    const range = [...this.window, batch, 0, this.channels] as const;
    if (this.of === 'max') kernels.poolMaxBack(this.input.array, this.out.array, gradient, into, ...range);
    else kernels.poolMeanBack(gradient, into, ...range);
  }
}

export class MeanNode extends Node {
  constructor(
    private readonly laid: Laid,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  forward({ kernels, batch }: Pass): void {
    kernels.meanOfPlaces(this.input.array, this.out.array, this.laid.places, batch, 0, this.laid.channels);
  }

  backward({ kernels, batch }: Pass): void {
    const { channels, places } = this.laid;
    if (this.gradientIn)
      kernels.meanOfPlacesBack(this.gradientOut!.array, this.gradientIn.array, 0, places, batch, 0, channels);
  }
}

/** A vector for each token: the table lies transposed, (size, tokens), as tokens lie. */
export class PositionNode extends Node {
  constructor(
    private readonly table: Parameter,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  override plan(_: Buffers, gradient: Buffer): Buffer {
    this.gradientOut = gradient;
    return gradient;
  }

  forward({ kernels, batch }: Pass): void {
    const { values } = this.table;
    kernels.addToRows(this.input.array, values, this.out.array, batch, 0, values.length);
  }

  backward({ kernels, batch }: Pass): void {
    const gradient = this.gradientOut!.array;
    this.table.addGradient((into) => kernels.sumRows(gradient, into, batch, 0, into.length));
  }
}

/** A row of a table for each number. The numbers are values of the data: nothing flows back to them. */
export class EmbeddingNode extends Node {
  constructor(
    private readonly table: Parameter,
    private readonly width: number,
    input: Buffer,
    out: Buffer,
  ) {
    super(input, out);
  }

  override plan(_: Buffers, gradient: Buffer): undefined {
    this.gradientOut = gradient;
  }

  forward({ batch }: Pass): void {
    const { array } = this.out;
    const { values } = this.table;
    this.eachValue(batch, (at, row) => (array[at] = values[row]));
  }

  backward({ kernels, batch }: Pass): void {
    const gradient = this.gradientOut!.array;
    this.table.addGradient((into) => {
      kernels.clear(into, into.byteLength);
      this.eachValue(batch, (at, row) => (into[row] += gradient[at]));
    });
  }

  /** `at`: of the output, (width, tokens, batch); `row`: of the table, (rows, width). */
  private eachValue(batch: number, use: (at: number, row: number) => void): void {
    const numbers = this.input.array;
    const count = this.input.perExample * batch;
    for (let w = 0; w < this.width; w++)
      for (let i = 0; i < count; i++) use(w * count + i, numbers[i] * this.width + w);
  }
}
