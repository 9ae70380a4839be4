/** Activations of the tensors executor, with the constants of PyTorch. */
import * as tf from '@tensorflow/tfjs';
import { leak } from '../../core/activations';
import type { Activation } from '../../core/network';

export const activate: Record<Activation, (x: tf.Tensor) => tf.Tensor> = {
  linear: (x) => x,
  tanh: (x) => tf.tanh(x),
  'hard-tanh': (x) => tf.clipByValue(x, -1, 1),
  relu: (x) => tf.relu(x),
  'leaky-relu': (x) => tf.leakyRelu(x, leak),
  selu: (x) => tf.selu(x),
  // x times the normal distribution function: exact, not the tanh formula.
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
};
