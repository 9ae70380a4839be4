/** How what each layer gives changes, but for activations and norms. */
import * as tf from '@tensorflow/tfjs';
import type { AttentionLayer, ConvLayer, PoolLayer, SqueezeExciteLayer } from '../../core/network';
import { headsOf, joinedHeads } from '../layers/attention';
import { convolve } from '../layers/convolution';
import { multiply } from '../layers/linear';
import { meanOfPlaces, pool, tapsOf } from '../layers/pictures';
import { activated, sigmoid, softmax } from './activations';
import { linearly, productOf, sumOf } from './moving';
import type { Moving } from './moving';

export interface MovingWeights {
  weight: Moving;
  bias?: Moving;
}

const withBias = (x: Moving, { bias }: MovingWeights): Moving => (bias ? sumOf(x, bias) : x);

export const multiplied = (x: Moving, own: MovingWeights): Moving => withBias(productOf(x, own.weight, multiply), own);

export const convolved = (x: Moving, layer: ConvLayer, own: MovingWeights): Moving =>
  withBias(
    productOf(x, own.weight, (values, weight) => convolve(values as tf.Tensor4D, layer, weight as tf.Tensor2D)),
    own,
  );

/** Of the largest values of a window the first moves. */
export function pooled(x: Moving, layer: PoolLayer): Moving {
  if (layer.of === 'average' || layer.size === 1 || !x.change)
    return linearly(x, (values) => pool(values as tf.Tensor4D, layer));
  const { taps, shape } = tapsOf(x.value as tf.Tensor4D, layer);
  const split = (values: tf.Tensor): tf.Tensor[] => tf.split(values, layer.size ** 2, 1);
  const [values, changes] = [split(taps), split(tapsOf(x.change as tf.Tensor4D, layer).taps)];
  let [value, change] = [values[0], changes[0]];
  for (let tap = 1; tap < values.length; tap++) {
    const larger = tf.step(tf.sub(values[tap], value));
    change = tf.add(change, tf.mul(larger, tf.sub(changes[tap], change)));
    value = tf.maximum(value, values[tap]);
  }
  return linearly({ value, change }, (joined) => tf.reshape(joined, shape));
}

/** `linear` by name, as in the executor. */
export function attended(
  x: Moving,
  { heads, input, output }: AttentionLayer,
  linear: (name: string, x: Moving) => Moving,
): Moving {
  const made = linear(input.name, x);
  const values = headsOf(made.value as tf.Tensor3D, heads);
  const changes = made.change && headsOf(made.change as tf.Tensor3D, heads);
  const [query, key, value] = values.map((part, i): Moving => ({ value: part, change: changes?.[i] }));
  const scale = 1 / Math.sqrt(input.in / heads);
  const scores = productOf(query, key, (a, b) => tf.mul(tf.matMul(a, b, false, true), scale));
  const gathered = productOf(softmax(scores), value, (a, b) => tf.matMul(a, b));
  return linear(
    output.name,
    linearly(gathered, (each) => joinedHeads(each as tf.Tensor4D)),
  );
}

export function excited(
  x: Moving,
  { reduce, expand }: SqueezeExciteLayer,
  linear: (name: string, x: Moving) => Moving,
): Moving {
  const means = linearly(x, (values) => meanOfPlaces(values as tf.Tensor4D));
  const shares = sigmoid(linear(expand.name, activated(linear(reduce.name, means), 'silu')));
  return productOf(x, shares, (values, share) =>
    tf.mul(values, tf.reshape(share, [share.shape[0], 1, 1, share.shape[1]!])),
  );
}
