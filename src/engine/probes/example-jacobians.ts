/** The input-output Jacobian of each example of a batch. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import { forward, smooth } from '../network';
import type { Pass } from '../network';
import type { Batch } from '../training';

/**
 * d logits / d inputs of each example, by one batched gradient per class: an example's logits depend on its own
 * inputs only, so the gradient of a class's logit summed over the batch holds every example's row at once.
 * Answers one (classes, inputs) row-major matrix per example; of an embedding the inputs are what its table gives.
 * A part is one class.
 */
export function* exampleJacobians(network: Network, pass: Pass, batch: Batch): Parts<Float32Array[]> {
  const { inputs, classes } = network;
  const byClass: Float32Array[] = [];
  for (let k = 0; k < classes; k++) {
    const rows = tf.tidy(() => {
      const selector = new Float32Array(classes);
      selector[k] = 1;
      const pick = tf.tensor2d(selector, [classes, 1]);
      const { network: rest, x } = smooth(network, pass, tf.tensor2d(batch.x, [batch.size, inputs]));
      const ofInput = tf.grad((at) => tf.sum(tf.matMul(forward(rest, pass, at as typeof x), pick)));
      return Float32Array.from(ofInput(x).dataSync());
    });
    byClass.push(rows);
    yield;
  }
  const values = byClass[0].length / batch.size;
  return Array.from({ length: batch.size }, (_, i) => {
    const matrix = new Float32Array(classes * values);
    byClass.forEach((rows, k) => matrix.set(rows.subarray(i * values, (i + 1) * values), k * values));
    return matrix;
  });
}
