/** Linear layers of the tensors executor. */
import * as tf from '@tensorflow/tfjs';

/** x Wᵀ along the last axis. weight: (out, in). */
export function multiply(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  if (x.rank === 2) return tf.matMul(x, weight, false, true);
  const product = tf.matMul(tf.reshape(x, [-1, x.shape[x.rank - 1]]), weight, false, true);
  return tf.reshape(product, [...x.shape.slice(0, -1), weight.shape[0]]);
}
