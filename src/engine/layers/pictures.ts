/** What the tensors executor does to pictures, (channels, height, width, batch), apart from convolutions. */
import * as tf from '@tensorflow/tfjs';
import type { PoolLayer, SqueezeExciteLayer } from '../../core/network';
import { activate } from './activations';
import { windows } from './convolution';

/** Of equal values in a window the first takes the gradient, as in PyTorch. */
export function pool(x: tf.Tensor4D, { of, size, stride }: PoolLayer): tf.Tensor4D {
  const { taps, height, width } = windows(x, { kernel: [size, size], stride, padding: 'none' });
  const [first, ...others] = taps;
  const joined =
    of === 'max'
      ? others.reduce((best, tap) => tf.maximum(best, tap), first)
      : tf.div<tf.Tensor3D>(others.length > 0 ? tf.addN(taps) : first, taps.length);
  return tf.reshape(joined, [x.shape[0], height, width, x.shape[3]]);
}

/** Of each channel, (batch, channels). */
export const meanOfPlaces = (x: tf.Tensor4D): tf.Tensor2D => tf.transpose(tf.mean<tf.Tensor2D>(x, [1, 2]));

/** Places in rows as tokens, (batch, places, channels). */
export function placesAsTokens(x: tf.Tensor4D): tf.Tensor3D {
  const [channels, height, width, batch] = x.shape;
  return tf.transpose(tf.reshape(x, [channels, height * width, batch]), [2, 1, 0]);
}

/** `linear` by name: `reduce` and `expand` are layers like any other. Hu, Shen, Sun (2018). */
export function squeezeExcite(
  x: tf.Tensor4D,
  { reduce, expand }: SqueezeExciteLayer,
  linear: (name: string, x: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor4D {
  const squeezed = activate.silu(linear(reduce.name, meanOfPlaces(x))) as tf.Tensor2D;
  const shares = tf.sigmoid(linear(expand.name, squeezed));
  return tf.mul(x, tf.reshape(tf.transpose(shares), [x.shape[0], 1, 1, x.shape[3]]));
}
