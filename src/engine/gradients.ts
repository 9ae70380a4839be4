/** Gradients of the loss by the weights of a network that is not trained yet: what pruning at initialisation scores by. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../core/network';
import { forward } from './network';
import type { LayerWeights } from './network';
import { freshOther, otherLayers } from './states';
import type { Batch } from './trainer';
import { crossEntropy, targets } from './loss';

/** A layer's dense weights, (rows, columns) row-major, and its bias. */
export interface DenseLayer {
  name: string;
  rows: number;
  columns: number;
  /** Default 1. */
  groups?: number;
  weights: Float32Array;
  /** Absent where the layer has none. */
  bias?: Float32Array;
}

/** Norms and positions as they begin. */
const othersOf = (network: Network): [string, LayerWeights][] =>
  otherLayers(network).map((layer) => {
    const { name, shape, weight, bias } = freshOther(layer, ({ tokens, size }) => new Float32Array(tokens * size));
    return [name, { weight: tf.tensor(weight, [...shape]), ...(bias && { bias: tf.tensor1d(bias) }) }];
  });

/** Mean cross-entropy of the logits, as a function of all weights; batch norms see the batch, as in training. */
function lossOf(network: Network, layers: readonly DenseLayer[], batch: Batch): (...weights: tf.Tensor[]) => tf.Scalar {
  const x = tf.tensor2d(batch.x, [batch.size, network.inputs]);
  const target = tf.tensor2d(targets(batch.labels, network.classes), [batch.size, network.classes]);
  const biases = layers.map(({ bias }) => bias && tf.tensor1d(bias));
  const others = othersOf(network);
  return (...tensors) => {
    const own = layers.map(({ name }, l): [string, LayerWeights] => {
      const bias = biases[l];
      return [name, { weight: tensors[l], ...(bias && { bias }) }];
    });
    const pass = { weights: new Map([...own, ...others]), onBatch: () => undefined };
    return tf.div<tf.Scalar>(crossEntropy(forward(network, pass, x), target), batch.size);
  };
}

const tensorsOf = (layers: readonly DenseLayer[]): tf.Tensor2D[] =>
  layers.map(({ weights, rows, columns }) => tf.tensor2d(weights, [rows, columns]));

const arraysOf = (tensors: readonly tf.Tensor[]): Float32Array[] =>
  tensors.map((tensor) => Float32Array.from(tensor.dataSync()));

/** g = dL/dW of each layer, pruned weights included; L the mean cross-entropy of the batch on the logits. */
export const weightGradients = (network: Network, layers: readonly DenseLayer[], batch: Batch): Float32Array[] =>
  tf.tidy(() => arraysOf(tf.grads(lossOf(network, layers, batch))(tensorsOf(layers))));
