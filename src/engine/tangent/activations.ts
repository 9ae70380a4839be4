/** Derivatives of the activations, in operations whose gradient is the second derivative; at a kink that is 0. */
import * as tf from '@tensorflow/tfjs';
import { leak, selu } from '../../core/activations';
import type { Activation } from '../../core/network';
import { activate } from '../layers/activations';
import type { Dual } from './dual';

/** 1 above 0, else `below`: as TensorFlow.js differentiates what has a kink there. */
const above = (x: tf.Tensor, below = 0): tf.Tensor =>
  below === 0 ? tf.step(x) : tf.add(tf.mul(tf.step(x), 1 - below), below);

const opposite = (x: tf.Tensor): tf.Tensor => tf.sub(1, x);

/** At x, where the activation is y. */
const derivatives: Record<Exclude<Activation, 'linear'>, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
  tanh: (_, y) => opposite(tf.square(y)),
  'hard-tanh': (x) => opposite(tf.step(tf.sub(tf.abs(x), 1))),
  relu: (x) => above(x),
  'leaky-relu': (x) => above(x, leak),
  // Below 0 the derivative is how far the value is from its limit.
  selu: (x, y) => {
    const positive = tf.step(x);
    const below = tf.mul(opposite(positive), tf.add(y, selu.scale * selu.alpha));
    return tf.add(tf.mul(positive, selu.scale), below);
  },
  gelu: (x) => {
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.add(cumulative, tf.mul(x, density));
  },
  silu: (x) => {
    const share = tf.sigmoid(x);
    return tf.mul(share, tf.add(tf.mul(x, opposite(share)), 1));
  },
};

export function activated(x: Dual, fn: Activation): Dual {
  const value = activate[fn](x.value);
  if (fn === 'linear' || !x.tangent) return { value, tangent: x.tangent };
  return { value, tangent: tf.mul(derivatives[fn](x.value, value), x.tangent) };
}

export function sigmoid({ value, tangent }: Dual): Dual {
  const share = tf.sigmoid(value);
  return { value: share, tangent: tangent && tf.mul(tf.mul(share, opposite(share)), tangent) };
}

/** Along the last axis. */
export function softmax({ value, tangent }: Dual): Dual {
  const shares = tf.softmax(value);
  if (!tangent) return { value: shares };
  const mean = tf.sum(tf.mul(shares, tangent), -1, true);
  return { value: shares, tangent: tf.mul(shares, tf.sub(tangent, mean)) };
}
