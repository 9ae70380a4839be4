/** Parameters of the sparse executor: what is trained, what the optimizer remembers of it, and its gradient. */
import type { Kernels } from '../../core/kernels/kernels';
import type { OptimizerSettings, Rates } from '../optimizer';
import { slotNames } from '../optimizer';

/** Of adam and adamw: see ../optimizer.ts. */
const [beta1, beta2] = [0.9, 0.999];

/** What the parameters and products of one network compute with: kernels, settings of the optimizer, scratch. */
export class ComputeContext {
  private readonly scratch: Float32Array[] = [];

  constructor(
    readonly kernels: Kernels,
    readonly optimizer: OptimizerSettings,
  ) {}

  /** An array of the room with these values. */
  copy(values: Float32Array): Float32Array {
    const own = this.kernels.room.float32(values.length);
    own.set(values);
    return own;
  }

  zeros(length: number): Float32Array {
    const own = this.kernels.room.float32(length);
    this.kernels.clear(own, own.byteLength);
    return own;
  }

  /** `use` is lent an array of any content; another where it asks for one itself. */
  withScratch(length: number, use: (scratch: Float32Array) => void): void {
    const { room } = this.kernels;
    let own = this.scratch.pop();
    if (own && own.length < length) {
      room.free(own);
      own = undefined;
    }
    own ??= room.float32(length);
    use(own);
    this.scratch.push(own);
  }
}

/** A parameter of so many numbers. */
export class Parameter {
  readonly values: Float32Array;
  readonly slots: Float32Array[];
  /** dL/dvalues, the sum over the parts of a batch and the places where the parameter stands. */
  readonly gradient: Float32Array;
  private begun = false;

  /**
   * Copies. `slots`: zeros where there are none; 'recovered': none, as it is a memory that is moved. `decays`: whether
   * weight decay pulls it, where that does not pull all.
   */
  constructor(
    private readonly context: ComputeContext,
    values: Float32Array,
    slots: readonly Float32Array[] | 'recovered',
    private readonly decays: boolean,
  ) {
    this.values = context.copy(values);
    const slotOf = (given: Float32Array | undefined): Float32Array =>
      given ? context.copy(given) : context.zeros(values.length);
    this.slots = slots === 'recovered' ? [] : slotNames(context.optimizer).map((_, slot) => slotOf(slots.at(slot)));
    this.gradient = context.zeros(values.length);
  }

  beginGradient(): void {
    this.begun = false;
  }

  /** `write` fills an array with a gradient, which is added to what came before it in this step. */
  addGradient(write: (into: Float32Array) => void): void {
    const { gradient, context } = this;
    if (!this.begun) {
      this.begun = true;
      write(gradient);
      return;
    }
    context.withScratch(gradient.length, (more) => {
      write(more);
      context.kernels.add(gradient, more, gradient, 0, gradient.length);
    });
  }

  squares(): number {
    return this.context.kernels.sumOfSquares(this.gradient, 0, this.gradient.length);
  }

  /** One update by the gradient times `factor`. */
  move(factor: number, { learningRate, count }: Pick<Rates, 'learningRate' | 'count'>): void {
    const { values, slots, gradient, context } = this;
    const { name, momentum, nesterov, weightDecay, decayAll } = context.optimizer;
    const decay = this.decays || decayAll ? weightDecay : 0;
    const range = [0, values.length] as const;
    if (name === 'sgd') {
      context.kernels.moveBySgd(
        ...[values, slots[0], gradient, factor, decay, momentum, Number(nesterov), learningRate, ...range],
      );
      return;
    }
    const [own, pull] = name === 'adam' ? [decay, 1] : [0, 1 - learningRate * decay];
    const rate = learningRate / (1 - beta1 ** count);
    const deviation = Math.sqrt(1 - beta2 ** count);
    context.kernels.moveByAdam(values, slots[0], slots[1], gradient, factor, own, pull, rate, deviation, ...range);
  }

  /** Takes over values of the same number; slots as at the beginning. */
  replace(values: Float32Array, slots: readonly Float32Array[]): void {
    this.values.set(values);
    this.slots.forEach((slot, i) => {
      const given = slots.at(i);
      if (given) slot.set(given);
      else this.context.kernels.clear(slot, slot.byteLength);
    });
  }

  /** Copies. */
  state(): { values: Float32Array; slots: Float32Array[] } {
    return { values: Float32Array.from(this.values), slots: this.slots.map((slot) => Float32Array.from(slot)) };
  }

  dispose(): void {
    for (const array of [this.values, ...this.slots, this.gradient]) this.context.kernels.room.free(array);
  }
}
