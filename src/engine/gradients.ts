/** Gradients of the loss by the weights of a network that is not trained yet: what pruning at initialisation scores by. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../core/network';
import { forward } from './network';
import type { Batch } from './trainer';
import { crossEntropy, oneHot } from './trainer';

/** A layer's dense weights, (rows, columns) row-major, and its bias. */
export interface DenseLayer {
  rows: number;
  columns: number;
  /** Default 1. */
  groups?: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** Mean cross-entropy of the logits, as a function of all weights. */
function lossOf(network: Network, layers: readonly DenseLayer[], batch: Batch): (...weights: tf.Tensor[]) => tf.Scalar {
  const x = tf.tensor2d(batch.x, [batch.size, network.inputs]);
  const target = tf.tensor2d(oneHot(batch.labels, network.classes), [batch.size, network.classes]);
  const biases = layers.map(({ bias }) => tf.tensor1d(bias));
  return (...weights) => {
    const tensors = weights.map((weight, l) => ({ weight: weight as tf.Tensor2D, bias: biases[l] }));
    return tf.div<tf.Scalar>(crossEntropy(forward(network, tensors, x), target), batch.size);
  };
}

const tensorsOf = (layers: readonly DenseLayer[]): tf.Tensor2D[] =>
  layers.map(({ weights, rows, columns }) => tf.tensor2d(weights, [rows, columns]));

const arraysOf = (tensors: readonly tf.Tensor[]): Float32Array[] =>
  tensors.map((tensor) => Float32Array.from(tensor.dataSync()));

/** g = dL/dW of each layer, pruned weights included; L the mean cross-entropy of the batch on the logits. */
export const weightGradients = (network: Network, layers: readonly DenseLayer[], batch: Batch): Float32Array[] =>
  tf.tidy(() => arraysOf(tf.grads(lossOf(network, layers, batch))(tensorsOf(layers))));
