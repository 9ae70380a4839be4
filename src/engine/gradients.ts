/** Gradients of the loss by the weights of a network that is not trained yet: what pruning at initialisation scores by. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import { forward } from './network';
import type { LayerWeights } from './network';
import type { OtherState } from './states';
import type { Batch } from './trainer';
import { partsOf } from './micro-batches';
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

/** How a gradient is computed beside its layers. */
interface Around {
  /** Norms and tables as they begin. */
  others?: readonly OtherState[];
  /** Examples at a time, by default all: as in a training step, batch norms see one part. */
  microBatch?: number;
}

/** Their mean cross-entropy times their share of `examples`, as a function of all weights; batch norms see these, as in training. */
function lossOf(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  { others, examples }: { others: readonly OtherState[]; examples: number },
): (...weights: tf.Tensor[]) => tf.Scalar {
  const x = tf.tensor2d(batch.x, [batch.size, network.inputs]);
  const target = tf.tensor2d(targets(batch.labels, network.classes), [batch.size, network.classes]);
  const biases = layers.map(({ bias }) => bias && tf.tensor1d(bias));
  const fixed = others.map(({ name, shape, weight, bias }): [string, LayerWeights] => [
    name,
    { weight: tf.tensor(weight, [...shape]), ...(bias && { bias: tf.tensor1d(bias) }) },
  ]);
  return (...tensors) => {
    const own = layers.map(({ name }, l): [string, LayerWeights] => {
      const bias = biases[l];
      return [name, { weight: tensors[l], ...(bias && { bias }) }];
    });
    const pass = { weights: new Map([...own, ...fixed]), onBatch: () => undefined };
    return tf.div<tf.Scalar>(crossEntropy(forward(network, pass, x), target), examples);
  };
}

const tensorsOf = (layers: readonly DenseLayer[]): tf.Tensor2D[] =>
  layers.map(({ weights, rows, columns }) => tf.tensor2d(weights, [rows, columns]));

/**
 * g = dL/dW of each layer, pruned weights included; L the mean cross-entropy of the batch on the logits: the sum over its parts.
 * A part is one of them.
 */
export function* weightGradients(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  { others = [], microBatch }: Around = {},
): Parts<Float32Array[]> {
  const sums = layers.map(({ weights }) => new Float32Array(weights.length));
  for (const part of partsOf(batch, network.inputs, microBatch)) {
    tf.tidy(() => {
      const loss = lossOf(network, layers, part, { others, examples: batch.size });
      tf.grads(loss)(tensorsOf(layers)).forEach((gradient, l) => {
        gradient.dataSync().forEach((value, i) => (sums[l][i] += value));
      });
    });
    yield;
  }
  return sums;
}
