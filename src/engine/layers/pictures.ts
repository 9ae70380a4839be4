/** What the tensors executor does to pictures, (batch, height, width, channels), apart from convolutions. */
import * as tf from '@tensorflow/tfjs';
import { hasPooledWindows, pooledWindows } from '../backends/windows';
import type { PoolLayer, SqueezeExciteLayer } from '../../core/network';
import { activate } from './activations';
import { windows } from './convolution';

/** What each window sees, (windows, size * size, channels), and the shape of what is made of them. */
export function tapsOf(
  x: tf.Tensor4D,
  { size, stride }: PoolLayer,
): { taps: tf.Tensor3D; shape: [number, number, number, number] } {
  const [batch, , , channels] = x.shape;
  const { patches, height, width } = windows(x, { kernel: [size, size], stride, padding: 'none' });
  return { taps: tf.reshape(patches, [-1, size * size, channels]), shape: [batch, height, width, channels] };
}

/** Of equal values in a window the first takes the gradient, as in PyTorch. */
export function pool(x: tf.Tensor4D, layer: PoolLayer): tf.Tensor4D {
  const { of, size } = layer;
  if (hasPooledWindows()) return pooledWindows(x, layer);
  const { taps, shape } = tapsOf(x, layer);
  // TensorFlow.js has no gradient of a split into one.
  const joined =
    of === 'average' || size === 1
      ? tf.mean(taps, 1)
      : tf.split(taps, size * size, 1).reduce((best, tap) => tf.maximum(best, tap));
  return tf.reshape(joined, shape);
}

/** Of each channel, (batch, channels). */
export const meanOfPlaces = (x: tf.Tensor4D): tf.Tensor2D => tf.mean<tf.Tensor2D>(x, [1, 2]);

/** Places in rows as tokens, (batch, places, channels). */
export function placesAsTokens(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape;
  return tf.reshape(x, [batch, height * width, channels]);
}

/** `linear` by name: `reduce` and `expand` are layers like any other. Hu, Shen, Sun (2018). */
export function squeezeExcite(
  x: tf.Tensor4D,
  { reduce, expand }: SqueezeExciteLayer,
  linear: (name: string, x: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor4D {
  const squeezed = activate.silu(linear(reduce.name, meanOfPlaces(x))) as tf.Tensor2D;
  const shares = tf.sigmoid(linear(expand.name, squeezed));
  return tf.mul(x, tf.reshape(shares, [x.shape[0], 1, 1, x.shape[3]]));
}
