/** Trains a masked network step by step. Plain arrays in and out; nothing asynchronous, nothing left on the backend. */
import * as tf from '@tensorflow/tfjs';
import type { LayerShape } from '../core/density/layer-shape';
import { weightShape } from '../core/network';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import type { LayerState, LayerTensors } from './network';
import { disposeLayers, forward, layerTensors } from './network';
import type { SgdSettings } from './optimizer';
import { sgdUpdate } from './optimizer';

export interface Batch {
  size: number;
  /** (size, inputs), row-major. */
  x: Float32Array;
  /** Class of each example. */
  labels: Uint8Array;
}

export interface StepResult {
  /** Mean cross-entropy, nats, before the update. */
  loss: number;
  /** Share classified right, before the update. */
  accuracy: number;
  /** Euclidean norm over the gradients of kept weights and of biases, without weight decay. */
  gradientNorm: number;
}

export interface Evaluation {
  /** Sum, not mean, so that batches add up. */
  loss: number;
  correct: number;
}

export const oneHot = (labels: Uint8Array, classes: number): Float32Array => {
  const target = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (target[i * classes + label] = 1));
  return target;
};

/** Examples whose largest logit is that of their label; the first wins a tie. */
const countCorrect = (logits: ArrayLike<number>, labels: Uint8Array, classes: number): number => {
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    if (best === labels[i]) correct++;
  }
  return correct;
};

/** Summed cross-entropy of softmax(logits) against one-hot targets. */
export const crossEntropy = (logits: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar =>
  tf.neg(tf.sum<tf.Scalar>(tf.mul(tf.logSoftmax(logits), target)));

interface Slope {
  layer: LayerTensors;
  /** Of all weights. */
  dense: tf.Tensor2D;
  /** Of the weights kept, zero elsewhere. */
  weightGradient: tf.Tensor2D;
  biasGradient: tf.Tensor1D;
}

export class Trainer {
  private readonly layers: LayerTensors[];
  private readonly variables: tf.Variable[];

  /** `states`: one per maskable layer, in the network's order; copied. */
  constructor(
    private readonly network: Network,
    states: readonly LayerState[],
    private readonly settings: SgdSettings,
  ) {
    this.layers = layerTensors(network, states);
    this.variables = this.layers.flatMap(({ weight, bias }) => [weight, bias]);
  }

  /** One update. A loss that is not finite is answered like any other: the caller decides. */
  step(batch: Batch, learningRate: number): StepResult {
    return this.backward(batch, (slopes) => {
      for (const { layer, weightGradient, biasGradient } of slopes) {
        const { weight, bias, weightMomentum, biasMomentum } = layer;
        sgdUpdate(weight, weightMomentum, weightGradient, learningRate, this.settings);
        // Weight decay pulls weights only, never biases.
        sgdUpdate(bias, biasMomentum, biasGradient, learningRate, { ...this.settings, weightDecay: 0 });
      }
    });
  }

  /** The gradients of all weights of a batch, pruned ones included, (out, in) row-major by layer; nothing is updated. */
  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] } {
    let gradients: Float32Array[] = [];
    const result = this.backward(batch, (slopes) => {
      gradients = slopes.map(({ dense }) => Float32Array.from(dense.dataSync()));
    });
    return { result, gradients };
  }

  /** Takes over weights, masks and momentum of one layer, the network's `index`th. */
  replace(
    index: number,
    state: Pick<LayerState, 'weight' | 'mask' | 'bias' | 'weightMomentum' | 'biasMomentum'>,
  ): void {
    const tensors = this.layers[index];
    const shape = tensors.weight.shape;
    tf.tidy(() => {
      tensors.weight.assign(tf.tensor2d(state.weight, shape));
      tensors.weightMomentum.assign(tf.tensor2d(state.weightMomentum, shape));
      tensors.bias.assign(tf.tensor1d(state.bias));
      tensors.biasMomentum.assign(tf.tensor1d(state.biasMomentum));
    });
    tensors.mask.dispose();
    tensors.mask = tf.tensor2d(Float32Array.from(state.mask), shape);
  }

  /** `use` is called with the gradients of every layer, on the backend, before they are gone. */
  private backward(batch: Batch, use: (slopes: readonly Slope[]) => void): StepResult {
    return tf.tidy(() => {
      const { x, target } = this.upload(batch);
      let logits: tf.Tensor2D | undefined;
      const { value, grads } = tf.variableGrads(() => {
        logits = tf.keep(forward(this.network, this.layers, x));
        return tf.div<tf.Scalar>(crossEntropy(logits, target), batch.size);
      }, this.variables);
      const slopes = this.layers.map((layer): Slope => {
        const dense = grads[layer.weight.name] as tf.Tensor2D;
        const biasGradient = grads[layer.bias.name] as tf.Tensor1D;
        return { layer, dense, weightGradient: tf.mul<tf.Tensor2D>(dense, layer.mask), biasGradient };
      });
      const squares = slopes.flatMap(({ weightGradient, biasGradient }) => [
        tf.sum<tf.Scalar>(tf.square(weightGradient)),
        tf.sum<tf.Scalar>(tf.square(biasGradient)),
      ]);
      use(slopes);
      const outputs = logits!.dataSync();
      logits!.dispose();
      return {
        loss: value.dataSync()[0],
        accuracy: countCorrect(outputs, batch.labels, this.network.classes) / batch.size,
        gradientNorm: Math.sqrt(tf.addN(squares).dataSync()[0]),
      };
    });
  }

  evaluate(batch: Batch): Evaluation {
    return tf.tidy(() => {
      const { x, target } = this.upload(batch);
      const logits = forward(this.network, this.layers, x);
      return {
        loss: crossEntropy(logits, target).dataSync()[0],
        correct: countCorrect(logits.dataSync(), batch.labels, this.network.classes),
      };
    });
  }

  /**
   * d logits / d inputs of each example, by one batched gradient per class: an example's logits depend on its own
   * inputs only, so the gradient of a class's logit summed over the batch holds every example's row at once.
   * Answers one (classes, inputs) row-major matrix per example. A part is one class.
   */
  *jacobians(batch: Batch): Parts<Float32Array[]> {
    const { inputs, classes } = this.network;
    const result = Array.from({ length: batch.size }, () => new Float32Array(classes * inputs));
    for (let k = 0; k < classes; k++) {
      const rows = tf.tidy(() => {
        const selector = new Float32Array(classes);
        selector[k] = 1;
        const pick = tf.tensor2d(selector, [classes, 1]);
        const ofInput = tf.grad((x) => tf.sum(tf.matMul(forward(this.network, this.layers, x as tf.Tensor2D), pick)));
        return ofInput(tf.tensor2d(batch.x, [batch.size, inputs])).dataSync();
      });
      result.forEach((matrix, i) => matrix.set(rows.slice(i * inputs, (i + 1) * inputs), k * inputs));
      yield;
    }
    return result;
  }

  /** A copy of everything that is needed to go on. */
  state(): LayerState[] {
    return this.layers.map(({ layer, weight, mask, bias, weightMomentum, biasMomentum }) => ({
      ...weightShape(layer),
      weight: Float32Array.from(weight.dataSync()),
      mask: Uint8Array.from(mask.dataSync()),
      bias: Float32Array.from(bias.dataSync()),
      weightMomentum: Float32Array.from(weightMomentum.dataSync()),
      biasMomentum: Float32Array.from(biasMomentum.dataSync()),
    }));
  }

  /** Weights of each layer, rows x columns. */
  weights(): (LayerShape & { weight: Float32Array })[] {
    return this.layers.map(({ layer, weight }) => ({
      ...weightShape(layer),
      weight: Float32Array.from(weight.dataSync()),
    }));
  }

  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined {
    for (const { layer, weight, mask } of this.layers) {
      const kept = mask.dataSync();
      let count = 0;
      weight.dataSync().forEach((value, i) => (count += Number(kept[i] === 0 && value !== 0)));
      if (count > 0) return { layer: layer.name, count };
    }
    return undefined;
  }

  dispose(): void {
    disposeLayers(this.layers);
  }

  private upload(batch: Batch): { x: tf.Tensor2D; target: tf.Tensor2D } {
    const { inputs, classes } = this.network;
    return {
      x: tf.tensor2d(batch.x, [batch.size, inputs]),
      target: tf.tensor2d(oneHot(batch.labels, classes), [batch.size, classes]),
    };
  }
}
