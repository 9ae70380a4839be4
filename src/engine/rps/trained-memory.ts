/**
 * A shared memory in training: recovers the weights of a step, gathers their gradients and moves itself. Desai,
 * Shrivastava, "In defense of parameter sharing for model-compression" (2024), section 3; in the normalised form plain
 * steps are its steps.
 */
import { kernels } from '../../core/kernels/current';
import { RentedRoom } from '../../core/kernels/room';
import type { Room } from '../../core/kernels/room';
import { divide, eachStretch } from '../../core/rps/location-values';
import { gather, recover, recoverRange } from '../../core/rps/recover';
import { slotNames, updateInPlace } from '../optimizer';
import type { OptimizerSettings, Rates } from '../optimizer';
import type { SharedState } from '../states';
import type { Stride } from '../training';
import { blocksOf } from './rest-moves';
import type { Moved } from './rest-moves';
import type { SharingRule } from './rule';

/** What one step did. */
export interface MemoryMove {
  /**
   * In the order of the sharing. Norms of large layers are estimated from blocks, evenly spread: within a percent, at
   * the cost of a small layer.
   */
  layers: Moved[];
  /** Euclidean norm of the memory after it. */
  memoryNorm: number;
}

const squares = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
};
const norm = (values: Float32Array): number => Math.sqrt(squares(values));

export class TrainedMemory {
  /** Names of the layers whose weights are recovered. */
  readonly layers: ReadonlySet<string>;
  lastMove: MemoryMove | undefined;
  private readonly memory: Float32Array;
  private readonly slots: Float32Array[];
  private readonly indexOf: ReadonlyMap<string, number>;
  /** Where compiled kernels recover from and gather to. */
  private readonly room: RentedRoom;
  /** Rᵀ dL/dW so far, from the first gradient of a step to the step. */
  private gradient: Float64Array | undefined;

  /** `state` is copied. `room`: until `dispose` it holds what it needs of that of the process. */
  constructor(
    private readonly rule: SharingRule,
    private readonly optimizer: OptimizerSettings,
    state: SharedState | undefined,
    room: Room = kernels().room,
  ) {
    const { layers, m } = rule.sharing;
    if (state?.memory.length !== m) throw new Error(`the state has no memory of ${m} numbers`);
    this.indexOf = new Map(layers.map(({ name }, l) => [name, l]));
    this.layers = new Set(this.indexOf.keys());
    this.room = new RentedRoom(room);
    this.memory = this.copy(state.memory);
    this.slots = slotNames(optimizer).map((_, slot) => state.slots.at(slot)?.slice() ?? new Float32Array(m));
  }

  /** The weights of a layer, row-major, into an array of theirs. */
  recover(name: string, out: Float32Array): void {
    if (this.suits(out)) this.recoverTo(name, out);
    else this.recovered(name, (weights) => out.set(weights));
  }

  /** What `use` makes of the weights of a layer, which it is lent. */
  recovered<T>(name: string, use: (weights: Float32Array) => T): T {
    const layer = this.rule.sharing.layers[this.indexOf.get(name)!];
    return this.withScratch(layer.weights, (own) => {
      this.recoverTo(name, own);
      return use(own);
    });
  }

  beginGradient(): void {
    this.gradient ??= this.room.float64(this.memory.length);
    this.gradient.fill(0);
  }

  /** `gradient`: by the weights of a layer. */
  gather(name: string, gradient: Float32Array): void {
    const { sharing, scales } = this.rule;
    const add = (own: Float32Array): void => gather(sharing, scales, this.indexOf.get(name)!, own, this.begun());
    if (this.suits(gradient)) add(gradient);
    else
      this.withScratch(gradient.length, (own) => {
        own.set(gradient);
        add(own);
      });
  }

  /**
   * The square of the norm that clipping looks at: of the gradient by coordinates in which a step of gradient descent
   * is the scaled one, g_j / sqrt(scaler_j). Of the gradient itself the largest factors would have nearly all of it.
   */
  squaredGradient(): number {
    const gradient = this.begun();
    const { scaler } = this.rule;
    let sum = 0;
    if (!scaler) for (let j = 0; j < gradient.length; j++) sum += gradient[j] * gradient[j];
    else
      eachStretch(scaler, (divisor, from, to) => {
        for (let j = from; j < to; j++) sum += (gradient[j] * gradient[j]) / divisor;
      });
    return sum;
  }

  /**
   * One update by what was gathered, times `factor`. Weight decay acts on the memory, and so on the weights by the same
   * factor.
   */
  move(factor: number, { learningRate, count }: Stride): void {
    const { scaler, sharing } = this.rule;
    const gradient = this.begun();
    if (scaler) divide(gradient, scaler);
    // A loop: of millions of values `from` with a function takes several times as long.
    const scaled = new Float32Array(gradient.length);
    for (let j = 0; j < scaled.length; j++) scaled[j] = factor * gradient[j];
    this.room.free(gradient);
    this.gradient = undefined;
    const before = this.copy(this.memory);
    this.update(scaled, { ...this.optimizer, learningRate, count });
    const step = this.room.float32(before.length);
    for (let j = 0; j < step.length; j++) step[j] = this.memory[j] - before[j];
    this.lastMove = {
      layers: sharing.layers.map(({ name }, l) => ({
        layer: name,
        update: this.normOf(l, step),
        weight: this.normOf(l, before),
      })),
      memoryNorm: norm(this.memory),
    };
    this.room.free(step);
    this.room.free(before);
  }

  /** As it is, without a step. */
  look(): MemoryMove {
    const { layers } = this.rule.sharing;
    const norms = layers.map(({ name }, l) => ({ layer: name, update: 0, weight: this.normOf(l, this.memory) }));
    return { layers: norms, memoryNorm: norm(this.memory) };
  }

  /** A copy. */
  state(): SharedState {
    return { memory: this.memory.slice(), slots: this.slots.map((slot) => slot.slice()) };
  }

  /** Gives back what it holds; it must not be used after. */
  dispose(): void {
    this.room.freeAll();
  }

  private begun(): Float64Array {
    if (!this.gradient) throw new Error('no gradient was begun');
    return this.gradient;
  }

  private copy(values: Float32Array): Float32Array {
    const own = this.room.float32(values.length);
    own.set(values);
    return own;
  }

  /** Whether kernels would gain nothing by a copy in their room: they compute where it is, or not at all. */
  private suits(array: Float32Array): boolean {
    return this.rule.sharing.spec.kind !== 'fold' || this.room.holds(array);
  }

  private recoverTo(name: string, out: Float32Array): void {
    const { sharing, scales } = this.rule;
    recover(sharing, scales, this.memory, this.indexOf.get(name)!, out);
  }

  /** `use` is lent an array of the room, of any content. */
  private withScratch<T>(length: number, use: (own: Float32Array) => T): T {
    const own = this.room.float32(length);
    try {
      return use(own);
    } finally {
      this.room.free(own);
    }
  }

  private update(scaled: Float32Array, rates: Rates): void {
    const { own } = this.rule;
    if (!own) updateInPlace(this.memory, this.slots, scaled, rates);
    else if (!own.factors.ends)
      updateInPlace(this.memory, this.slots, scaled, {
        ...rates,
        own: { factors: own.factors.values, units: own.units?.values },
      });
    else
      eachStretch(own.factors, (factors, from, to, k) => {
        const part = (values: Float32Array): Float32Array => values.subarray(from, to);
        updateInPlace(part(this.memory), this.slots.map(part), part(scaled), {
          ...rates,
          own: { factors, units: own.units?.values[k] },
        });
      });
  }

  /**
   * Of the weights of a layer by any memory: recovery is linear, so that of a step of it that is the step of the
   * weights.
   */
  private normOf(layer: number, memory: Float32Array): number {
    const { sharing, scales } = this.rule;
    const { weights } = sharing.layers[layer];
    const { from, length } = blocksOf(weights);
    let sum = 0;
    this.withScratch(length, (out) => {
      for (const first of from) {
        recoverRange(sharing, scales, memory, { layer, from: first, to: first + length }, out);
        sum += squares(out);
      }
    });
    return Math.sqrt((sum * weights) / (from.length * length));
  }
}
