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
  weights: Float32Array;
  bias: Float32Array;
}

/** Mean cross-entropy of softmax(logits / temperature), as a function of all weights. */
function lossOf(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  temperature: number,
): (...weights: tf.Tensor[]) => tf.Scalar {
  const x = tf.tensor2d(batch.x, [batch.size, network.inputs]);
  const target = tf.tensor2d(oneHot(batch.labels, network.classes), [batch.size, network.classes]);
  const biases = layers.map(({ bias }) => tf.tensor1d(bias));
  return (...weights) => {
    const tensors = weights.map((weight, l) => ({ weight: weight as tf.Tensor2D, bias: biases[l] }));
    const logits = tf.div<tf.Tensor2D>(forward(network, tensors, x), temperature);
    return tf.div<tf.Scalar>(crossEntropy(logits, target), batch.size);
  };
}

const tensorsOf = (layers: readonly DenseLayer[]): tf.Tensor2D[] =>
  layers.map(({ weights, rows, columns }) => tf.tensor2d(weights, [rows, columns]));

const arraysOf = (tensors: readonly tf.Tensor[]): Float32Array[] =>
  tensors.map((tensor) => Float32Array.from(tensor.dataSync()));

/** g = dL/dW of each layer, pruned weights included; L the mean cross-entropy of the batch on the logits. */
export const weightGradients = (network: Network, layers: readonly DenseLayer[], batch: Batch): Float32Array[] =>
  tf.tidy(() => arraysOf(tf.grads(lossOf(network, layers, batch, 1))(tensorsOf(layers))));

/**
 * H g of each layer: the Hessian of the loss times its gradient, by differentiating <g(W), g> with the second g held
 * fixed. `temperature` divides the logits (GraSP takes 200, so that the softmax of an untrained network is not flat).
 */
export const hessianGradients = (
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  temperature: number,
): Float32Array[] =>
  tf.tidy(() => {
    const weights = tensorsOf(layers);
    const gradient = tf.grads(lossOf(network, layers, batch, temperature));
    const fixed = gradient(weights).map((g) => tf.tensor(g.dataSync(), g.shape));
    const along = (...at: tf.Tensor[]): tf.Scalar =>
      tf.addN(gradient(at).map((g, l) => tf.sum<tf.Scalar>(tf.mul(g, fixed[l]))));
    return arraysOf(tf.grads(along)(weights));
  });
