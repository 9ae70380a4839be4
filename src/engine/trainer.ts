/** Trains a masked network step by step. Plain arrays in and out; nothing asynchronous, nothing left on the backend. */
import * as tf from '@tensorflow/tfjs';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import type { LayerShape } from '../core/density/layer-shape';
import { weightShape } from '../core/network';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import { sumOfSquares, valuesInPlace } from './backends/in-place';
import { follow } from './layers/norm';
import type { BatchStatistics } from './layers/norm';
import type { Labels } from './data/data-set';
import { countCorrect, crossEntropy, targets } from './loss';
import { partsOf } from './micro-batches';
import { forward, smooth } from './network';
import { slotNames, update } from './optimizer';
import type { OptimizerSettings } from './optimizer';
import { HeldNetwork, isLayer, maskOf } from './held-network';
import type { Lent } from './held-network';
import type { ParameterTensors } from './parameters';
import { layerSignals } from './probes/layer-signals';
import type { Measured } from './probes/layer-signals';
import { TrainedMemory } from './rps/trained-memory';
import type { MemoryMove } from './rps/trained-memory';
import type { SharingRule } from './rps/rule';
import type { LayerState, NetworkState, OtherState } from './states';

export interface Batch {
  size: number;
  /** (size, inputs), row-major. */
  x: Float32Array;
  /** Class of each example. */
  labels: Labels;
}

export interface StepResult {
  /** Mean cross-entropy, nats, before the update. */
  loss: number;
  /** Share classified right, before the update. */
  accuracy: number;
  /** Euclidean norm over the gradients of all that is trained, kept weights only, without weight decay and before clipping. */
  gradientNorm: number;
}

export interface Evaluation {
  /** Sum, not mean, so that batches add up. */
  loss: number;
  correct: number;
}

export interface TrainerSettings {
  optimizer: OptimizerSettings;
  /** Share of each target that is spread over all classes, in training only; default 0. */
  labelSmoothing?: number;
  /** Gradients are scaled down to this norm, of all of them together; default: they are not. */
  clipNorm?: number;
  /** Examples whose gradient is computed at a time; default: all of the batch. */
  microBatch?: number;
  /** How the weights of some layers are recovered from a memory, which the state then has. */
  sharing?: SharingRule;
}

/** How a config trains its network. `rule`: where it shares weights. */
export const trainingSettings = (p: {
  config: Pick<Config, 'train'>;
  plan: Pick<NetworkPlan, 'step'>;
  rule?: SharingRule | undefined;
}): TrainerSettings => ({
  ...p.config.train,
  microBatch: p.plan.step.microBatch,
  ...(p.rule && { sharing: p.rule }),
});

/** How far one update goes. */
export interface Stride {
  learningRate: number;
  /** Updates since the optimizer began, this one included. */
  count: number;
}

interface Slope {
  tensors: ParameterTensors;
  /** Of all weights. */
  dense: tf.Tensor;
  /** Of the weights kept, zero elsewhere; nothing where a memory stands for them. */
  weight?: tf.Tensor;
  bias?: tf.Tensor;
}

/** The gradients of everything there is, on the backend, and their norm. */
interface Slopes {
  all: readonly Slope[];
  norm: number;
}

export class Trainer {
  private readonly held: HeldNetwork;
  private readonly memory: TrainedMemory | undefined;

  /** `state` is copied. */
  constructor(
    private readonly network: Network,
    state: NetworkState,
    private readonly settings: TrainerSettings,
  ) {
    const { sharing, optimizer } = settings;
    if (sharing) this.memory = new TrainedMemory(sharing, optimizer, state.shared);
    this.held = new HeldNetwork(network, state, slotNames(optimizer).length, this.memory);
  }

  /** One update. A loss that is not finite is answered like any other: the caller decides. */
  step(batch: Batch, stride: Stride): StepResult {
    return this.backward(batch, ({ all, norm }) => {
      const { clipNorm } = this.settings;
      const factor = clipNorm === undefined || !(norm > clipNorm) ? 1 : clipNorm / norm;
      const clipped = (gradient: tf.Tensor): tf.Tensor => (factor === 1 ? gradient : tf.mul(gradient, factor));
      for (const { tensors, weight, bias } of all) {
        // Weight decay pulls the weights of layers only, never biases, norms or positions.
        if (weight)
          this.move(tensors.weight, tensors.weightSlots, clipped(weight), stride, maskOf(tensors) !== undefined);
        if (tensors.bias && bias) this.move(tensors.bias, tensors.biasSlots, clipped(bias), stride, false);
      }
      this.memory?.move(factor, stride);
    });
  }

  private move(
    variable: tf.Variable,
    slots: readonly tf.Variable[],
    gradient: tf.Tensor,
    { learningRate, count }: Stride,
    decays: boolean,
  ): void {
    const { optimizer } = this.settings;
    const settings = decays ? optimizer : { ...optimizer, weightDecay: 0 };
    tf.tidy(() => update({ variable, slots, gradient }, settings, learningRate, count, valuesInPlace()));
  }

  /** What the last `step` did to a shared memory and what is recovered from it; nothing without one. */
  get lastMove(): MemoryMove | undefined {
    return this.memory?.lastMove;
  }

  /** A shared memory as it is, and what is recovered from it; nothing without one. */
  lookAtMemory(): MemoryMove | undefined {
    return this.memory?.look();
  }

  /** The gradients of all weights of a batch, pruned ones included, (out, in) row-major by layer; nothing is updated. */
  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] } {
    let gradients: Float32Array[] = [];
    const result = this.backward(batch, ({ all }) => {
      gradients = all.flatMap(({ tensors, dense }) => (isLayer(tensors) ? [Float32Array.from(dense.dataSync())] : []));
    });
    return { result, gradients };
  }

  /** Takes over the state of one maskable layer, the network's `index`th. */
  replace(index: number, state: LayerState): void {
    this.held.replace(index, state);
  }

  /** Takes over the state of the layers that are never masked. */
  replaceOthers(others: readonly OtherState[]): void {
    this.held.replaceOthers(others);
  }

  /** `use` is called with the gradients of every layer, maskable ones first, on the backend, before they are gone. */
  private backward(batch: Batch, use: (slopes: Slopes) => void): StepResult {
    const lent = this.held.lend();
    try {
      const { gradients, loss, correct } = this.gradients(lent, batch);
      const gradientNorm = tf.tidy(() => {
        const slopes = this.slopesOf(lent, gradients);
        use(slopes);
        return slopes.norm;
      });
      tf.dispose(gradients);
      return { loss, accuracy: correct / batch.size, gradientNorm };
    } finally {
      lent.giveBack();
    }
  }

  /**
   * The mean over a batch is the sum over its parts, each divided by all examples; batch norms see one part at a time.
   * In the order of the variables.
   */
  private gradients(lent: Lent, batch: Batch): { gradients: tf.Tensor[]; loss: number; correct: number } {
    let gradients: tf.Tensor[] = [];
    let [loss, correct] = [0, 0];
    for (const part of this.partsOf(batch)) {
      const found = this.partialGradients(lent, part, batch.size, gradients);
      tf.dispose(gradients);
      gradients = found.gradients;
      loss += found.loss;
      correct += found.correct;
    }
    return { gradients, loss, correct };
  }

  private slopesOf({ all: layers, variables }: Lent, gradients: readonly tf.Tensor[]): Slopes {
    const byName = new Map(variables.map(({ name }, i) => [name, gradients[i]]));
    const read = valuesInPlace();
    this.memory?.beginGradient();
    const all = layers.map((tensors): Slope => {
      const dense = byName.get(tensors.weight.name)!;
      const bias = tensors.bias && byName.get(tensors.bias.name);
      const own = { tensors, dense, ...(bias && { bias }) };
      if (this.memory?.layers.has(tensors.name)) {
        this.memory.gather(tensors.name, read ? read(dense) : (dense.dataSync() as Float32Array));
        return own;
      }
      const mask = maskOf(tensors);
      return { ...own, weight: mask ? tf.mul(dense, mask) : dense };
    });
    const trained = all.flatMap(({ weight, bias }) => [weight, bias].filter((each) => each !== undefined));
    const squares = (trained.length > 0 ? sumOfSquares(trained, read) : 0) + (this.memory?.squaredGradient() ?? 0);
    return { all, norm: Math.sqrt(squares) };
  }

  private partsOf(batch: Batch): Iterable<Batch> {
    return partsOf(batch, this.network.inputs, this.settings.microBatch);
  }

  /** What a part adds to the loss of `examples` and to its gradients `before`, which are empty at first; none is disposed of. */
  private partialGradients(
    { tensors, variables, pass }: Lent,
    part: Batch,
    examples: number,
    before: readonly tf.Tensor[],
  ): { gradients: tf.Tensor[]; loss: number; correct: number } {
    const seen: { name: string; found: BatchStatistics }[] = [];
    const onBatch = (name: string, { mean, variance, count }: BatchStatistics): void => {
      seen.push({ name, found: { mean: tf.keep(mean), variance: tf.keep(variance), count } });
    };
    let [loss, correct] = [0, 0];
    const gradients = tf.tidy(() => {
      const { x, target } = this.upload(part, this.settings.labelSmoothing);
      let logits: tf.Tensor2D | undefined;
      const { value, grads } = tf.variableGrads(() => {
        logits = tf.keep(forward(this.network, { ...pass, onBatch }, x));
        return tf.div<tf.Scalar>(crossEntropy(logits, target), examples);
      }, variables);
      loss = value.dataSync()[0];
      correct = countCorrect(logits!.dataSync(), part.labels, this.network.classes);
      logits!.dispose();
      const own = variables.map(({ name }) => grads[name]);
      return before.length === 0 ? own : own.map((gradient, i) => tf.add(gradient, before[i]));
    });
    for (const { name, found } of seen) {
      follow(tensors.others.find((other) => other.name === name)!.running!, found);
      tf.dispose([found.mean, found.variance]);
    }
    return { gradients, loss, correct };
  }

  evaluate(batch: Batch): Evaluation {
    const sum = { loss: 0, correct: 0 };
    const lent = this.held.lend();
    try {
      for (const part of this.partsOf(batch)) {
        const { loss, correct } = this.evaluatePart(lent, part);
        sum.loss += loss;
        sum.correct += correct;
      }
      return sum;
    } finally {
      lent.giveBack();
    }
  }

  /** Each example by itself: norms take their running averages. */
  private evaluatePart({ pass }: Lent, part: Batch): Evaluation {
    return tf.tidy(() => {
      const { x, target } = this.upload(part);
      const logits = forward(this.network, pass, x);
      return {
        loss: crossEntropy(logits, target).dataSync()[0],
        correct: countCorrect(logits.dataSync(), part.labels, this.network.classes),
      };
    });
  }

  /**
   * d logits / d inputs of each example, by one batched gradient per class: an example's logits depend on its own
   * inputs only, so the gradient of a class's logit summed over the batch holds every example's row at once.
   * Answers one (classes, inputs) row-major matrix per example; of an embedding the inputs are what its table gives.
   * A part is one class of the examples of a micro-batch.
   */
  *jacobians(batch: Batch): Parts<Float32Array[]> {
    const matrices: Float32Array[] = [];
    const lent = this.held.lend();
    try {
      for (const part of this.partsOf(batch)) matrices.push(...(yield* this.partialJacobians(lent, part)));
      return matrices;
    } finally {
      lent.giveBack();
    }
  }

  private *partialJacobians({ pass }: Lent, part: Batch): Parts<Float32Array[]> {
    const { inputs, classes } = this.network;
    const byClass: Float32Array[] = [];
    for (let k = 0; k < classes; k++) {
      const rows = tf.tidy(() => {
        const selector = new Float32Array(classes);
        selector[k] = 1;
        const pick = tf.tensor2d(selector, [classes, 1]);
        const { network, x } = smooth(this.network, pass, tf.tensor2d(part.x, [part.size, inputs]));
        const ofInput = tf.grad((at) => tf.sum(tf.matMul(forward(network, pass, at as typeof x), pick)));
        return Float32Array.from(ofInput(x).dataSync());
      });
      byClass.push(rows);
      yield;
    }
    const values = byClass[0].length / part.size;
    return Array.from({ length: part.size }, (_, i) => {
      const matrix = new Float32Array(classes * values);
      byClass.forEach((rows, k) => matrix.set(rows.subarray(i * values, (i + 1) * values), k * values));
      return matrix;
    });
  }

  /** What goes through each maskable layer for this batch, as in training; nothing is changed. */
  *signals(batch: Batch): Parts<Map<string, Measured>> {
    const tensors = this.upload(batch, this.settings.labelSmoothing);
    const lent = this.held.lend();
    try {
      return yield* layerSignals(this.network, lent.tensors, lent.pass, tensors);
    } finally {
      lent.giveBack();
      tf.dispose([tensors.x, tensors.target]);
    }
  }

  /** A copy of everything that is needed to go on; of layers that a memory stands for without weight and mask. */
  state(): NetworkState {
    return this.held.state();
  }

  /** Weights of each maskable layer, rows x columns, and its biases. */
  weights(): (LayerShape & { weight: Float32Array; bias?: Float32Array })[] {
    const lent = this.held.lend();
    try {
      return lent.tensors.layers.map(({ layer, weight, bias }) => ({
        ...weightShape(layer),
        weight: Float32Array.from(weight.dataSync()),
        ...(bias && { bias: Float32Array.from(bias.dataSync()) }),
      }));
    } finally {
      lent.giveBack();
    }
  }

  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined {
    return this.held.firstChangedMask();
  }

  dispose(): void {
    this.held.dispose();
  }

  private upload(batch: Batch, smoothing?: number): { x: tf.Tensor2D; target: tf.Tensor2D } {
    const { inputs, classes } = this.network;
    return {
      x: tf.tensor2d(batch.x, [batch.size, inputs]),
      target: tf.tensor2d(targets(batch.labels, classes, smoothing), [batch.size, classes]),
    };
  }
}
