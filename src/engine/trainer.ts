/** Trains a masked network step by step. Plain arrays in and out; nothing asynchronous, nothing left on the backend. */
import * as tf from '@tensorflow/tfjs';
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
import type { Pass } from './network';
import { slotNames, update } from './optimizer';
import type { OptimizerSettings } from './optimizer';
import { disposeNetwork, downloadNetwork, maskTensor, passOf, replaceParameters, uploadNetwork } from './parameters';
import type { LayerTensors, NetworkTensors, ParameterTensors } from './parameters';
import { layerSignals } from './probes/layer-signals';
import type { Measured } from './probes/layer-signals';
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
}

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
  /** Of the weights kept, zero elsewhere. */
  weight: tf.Tensor;
  bias?: tf.Tensor;
}

export class Trainer {
  private readonly tensors: NetworkTensors;
  private readonly variables: tf.Variable[];
  /** Without a batch: each example by itself. */
  private readonly pass: Pass;

  /** `state` is copied. */
  constructor(
    private readonly network: Network,
    state: NetworkState,
    private readonly settings: TrainerSettings,
  ) {
    this.tensors = uploadNetwork(network, state, slotNames(settings.optimizer).length);
    this.variables = this.all.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]));
    this.pass = passOf(this.tensors);
  }

  private get all(): ParameterTensors[] {
    return [...this.tensors.layers, ...this.tensors.others];
  }

  /** One update. A loss that is not finite is answered like any other: the caller decides. */
  step(batch: Batch, stride: Stride): StepResult {
    return this.backward(batch, (slopes, norm) => {
      const { clipNorm } = this.settings;
      const factor = clipNorm === undefined || !(norm > clipNorm) ? 1 : clipNorm / norm;
      const clipped = (gradient: tf.Tensor): tf.Tensor => (factor === 1 ? gradient : tf.mul(gradient, factor));
      for (const { tensors, weight, bias } of slopes) {
        // Weight decay pulls the weights of layers only, never biases, norms or positions.
        const decays = 'mask' in tensors;
        this.move(tensors.weight, tensors.weightSlots, clipped(weight), stride, decays);
        if (tensors.bias && bias) this.move(tensors.bias, tensors.biasSlots, clipped(bias), stride, false);
      }
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

  /** The gradients of all weights of a batch, pruned ones included, (out, in) row-major by layer; nothing is updated. */
  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] } {
    let gradients: Float32Array[] = [];
    const result = this.backward(batch, (slopes) => {
      gradients = slopes.slice(0, this.tensors.layers.length).map(({ dense }) => Float32Array.from(dense.dataSync()));
    });
    return { result, gradients };
  }

  /** Takes over the state of one maskable layer, the network's `index`th. */
  replace(index: number, state: LayerState): void {
    const tensors = this.tensors.layers[index];
    replaceParameters(tensors, state);
    tensors.mask.dispose();
    tensors.mask = maskTensor(state.mask, tensors.mask.shape);
  }

  /** Takes over the state of the layers that are never masked. */
  replaceOthers(others: readonly OtherState[]): void {
    this.tensors.others.forEach((tensors, index) => replaceParameters(tensors, others[index]));
  }

  /**
   * `use` is called with the gradients of every layer, maskable ones first, on the backend, before they are gone. The mean over
   * a batch is the sum over its parts, each divided by all examples; batch norms see one part at a time.
   */
  private backward(batch: Batch, use: (slopes: readonly Slope[], norm: number) => void): StepResult {
    let gradients: tf.Tensor[] = [];
    let [loss, correct] = [0, 0];
    for (const part of this.partsOf(batch)) {
      const found = this.partialGradients(part, batch.size, gradients);
      tf.dispose(gradients);
      gradients = found.gradients;
      loss += found.loss;
      correct += found.correct;
    }
    const gradientNorm = tf.tidy(() => {
      const byName = new Map(this.variables.map(({ name }, i) => [name, gradients[i]]));
      const slopes = this.all.map((tensors): Slope => {
        const dense = byName.get(tensors.weight.name)!;
        const weight = 'mask' in tensors ? tf.mul(dense, (tensors as LayerTensors).mask) : dense;
        const bias = tensors.bias && byName.get(tensors.bias.name);
        return { tensors, dense, weight, ...(bias && { bias }) };
      });
      const trained = slopes.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]));
      const norm = Math.sqrt(sumOfSquares(trained, valuesInPlace()));
      use(slopes, norm);
      return norm;
    });
    tf.dispose(gradients);
    return { loss, accuracy: correct / batch.size, gradientNorm };
  }

  private partsOf(batch: Batch): Iterable<Batch> {
    return partsOf(batch, this.network.inputs, this.settings.microBatch);
  }

  /** What a part adds to the loss of `examples` and to its gradients `before`, which are empty at first; none is disposed of. */
  private partialGradients(
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
        logits = tf.keep(forward(this.network, { ...this.pass, onBatch }, x));
        return tf.div<tf.Scalar>(crossEntropy(logits, target), examples);
      }, this.variables);
      loss = value.dataSync()[0];
      correct = countCorrect(logits!.dataSync(), part.labels, this.network.classes);
      logits!.dispose();
      const own = this.variables.map(({ name }) => grads[name]);
      return before.length === 0 ? own : own.map((gradient, i) => tf.add(gradient, before[i]));
    });
    for (const { name, found } of seen) {
      follow(this.tensors.others.find((other) => other.name === name)!.running!, found);
      tf.dispose([found.mean, found.variance]);
    }
    return { gradients, loss, correct };
  }

  evaluate(batch: Batch): Evaluation {
    const sum = { loss: 0, correct: 0 };
    for (const part of this.partsOf(batch)) {
      const { loss, correct } = this.evaluatePart(part);
      sum.loss += loss;
      sum.correct += correct;
    }
    return sum;
  }

  private evaluatePart(part: Batch): Evaluation {
    return tf.tidy(() => {
      const { x, target } = this.upload(part);
      const logits = this.logits(x);
      return {
        loss: crossEntropy(logits, target).dataSync()[0],
        correct: countCorrect(logits.dataSync(), part.labels, this.network.classes),
      };
    });
  }

  /** Each example by itself: norms take their running averages. */
  private logits(x: tf.Tensor2D): tf.Tensor2D {
    return forward(this.network, this.pass, x);
  }

  /**
   * d logits / d inputs of each example, by one batched gradient per class: an example's logits depend on its own
   * inputs only, so the gradient of a class's logit summed over the batch holds every example's row at once.
   * Answers one (classes, inputs) row-major matrix per example; of an embedding the inputs are what its table gives.
   * A part is one class of the examples of a micro-batch.
   */
  *jacobians(batch: Batch): Parts<Float32Array[]> {
    const matrices: Float32Array[] = [];
    for (const part of this.partsOf(batch)) matrices.push(...(yield* this.partialJacobians(part)));
    return matrices;
  }

  private *partialJacobians(part: Batch): Parts<Float32Array[]> {
    const { inputs, classes } = this.network;
    const byClass: Float32Array[] = [];
    for (let k = 0; k < classes; k++) {
      const rows = tf.tidy(() => {
        const selector = new Float32Array(classes);
        selector[k] = 1;
        const pick = tf.tensor2d(selector, [classes, 1]);
        const { network, x } = smooth(this.network, this.pass, tf.tensor2d(part.x, [part.size, inputs]));
        const ofInput = tf.grad((at) => tf.sum(tf.matMul(forward(network, this.pass, at as typeof x), pick)));
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
    try {
      return yield* layerSignals(this.network, this.tensors, this.pass, tensors);
    } finally {
      tf.dispose([tensors.x, tensors.target]);
    }
  }

  /** A copy of everything that is needed to go on. */
  state(): NetworkState {
    return downloadNetwork(this.tensors);
  }

  /** Weights of each maskable layer, rows x columns, and its biases. */
  weights(): (LayerShape & { weight: Float32Array; bias?: Float32Array })[] {
    return this.tensors.layers.map(({ layer, weight, bias }) => ({
      ...weightShape(layer),
      weight: Float32Array.from(weight.dataSync()),
      ...(bias && { bias: Float32Array.from(bias.dataSync()) }),
    }));
  }

  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined {
    for (const { name, weight, mask } of this.tensors.layers) {
      const kept = mask.dataSync();
      let count = 0;
      weight.dataSync().forEach((value, i) => (count += Number(kept[i] === 0 && value !== 0)));
      if (count > 0) return { layer: name, count };
    }
    return undefined;
  }

  dispose(): void {
    disposeNetwork(this.tensors);
  }

  private upload(batch: Batch, smoothing?: number): { x: tf.Tensor2D; target: tf.Tensor2D } {
    const { inputs, classes } = this.network;
    return {
      x: tf.tensor2d(batch.x, [batch.size, inputs]),
      target: tf.tensor2d(targets(batch.labels, classes, smoothing), [batch.size, classes]),
    };
  }
}
