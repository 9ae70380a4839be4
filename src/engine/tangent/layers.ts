/** How what each layer gives changes, but for activations and norms. */
import * as tf from '@tensorflow/tfjs';
import type { AttentionLayer, ConvLayer, PoolLayer, SqueezeExciteLayer } from '../../core/network';
import { headsOf, joinedHeads } from '../layers/attention';
import { convolve } from '../layers/convolution';
import { multiply } from '../layers/linear';
import { meanOfPlaces, pool, tapsOf } from '../layers/pictures';
import { activated, sigmoid, softmax } from './activations';
import { linearly, productOf, sumOf } from './dual';
import type { Dual } from './dual';

export interface DualWeights {
  weight: Dual;
  bias?: Dual;
}

const withBias = (x: Dual, { bias }: DualWeights): Dual => (bias ? sumOf(x, bias) : x);

export const multiplied = (x: Dual, own: DualWeights): Dual => withBias(productOf(x, own.weight, multiply), own);

export const convolved = (x: Dual, layer: ConvLayer, own: DualWeights): Dual =>
  withBias(
    productOf(x, own.weight, (values, weight) => convolve(values as tf.Tensor4D, layer, weight as tf.Tensor2D)),
    own,
  );

/** Of the largest values of a window the first moves. */
export function pooled(x: Dual, layer: PoolLayer): Dual {
  if (layer.of === 'average' || layer.size === 1 || !x.tangent)
    return linearly(x, (values) => pool(values as tf.Tensor4D, layer));
  const { taps, shape } = tapsOf(x.value as tf.Tensor4D, layer);
  const split = (values: tf.Tensor): tf.Tensor[] => tf.split(values, layer.size ** 2, 1);
  const [values, tangents] = [split(taps), split(tapsOf(x.tangent as tf.Tensor4D, layer).taps)];
  let [value, tangent] = [values[0], tangents[0]];
  for (let tap = 1; tap < values.length; tap++) {
    const larger = tf.step(tf.sub(values[tap], value));
    tangent = tf.add(tangent, tf.mul(larger, tf.sub(tangents[tap], tangent)));
    value = tf.maximum(value, values[tap]);
  }
  return linearly({ value, tangent }, (joined) => tf.reshape(joined, shape));
}

/** `linear` by name, as in the executor. */
export function attended(
  x: Dual,
  { heads, input, output }: AttentionLayer,
  linear: (name: string, x: Dual) => Dual,
): Dual {
  const made = linear(input.name, x);
  const values = headsOf(made.value as tf.Tensor3D, heads);
  const tangents = made.tangent && headsOf(made.tangent as tf.Tensor3D, heads);
  const [query, key, value] = values.map((part, i): Dual => ({ value: part, tangent: tangents?.[i] }));
  const scale = 1 / Math.sqrt(input.in / heads);
  const scores = productOf(query, key, (a, b) => tf.mul(tf.matMul(a, b, false, true), scale));
  const gathered = productOf(softmax(scores), value, (a, b) => tf.matMul(a, b));
  return linear(
    output.name,
    linearly(gathered, (each) => joinedHeads(each as tf.Tensor4D)),
  );
}

export function excited(
  x: Dual,
  { reduce, expand }: SqueezeExciteLayer,
  linear: (name: string, x: Dual) => Dual,
): Dual {
  const means = linearly(x, (values) => meanOfPlaces(values as tf.Tensor4D));
  const shares = sigmoid(linear(expand.name, activated(linear(reduce.name, means), 'silu')));
  return productOf(x, shares, (values, share) =>
    tf.mul(values, tf.reshape(share, [share.shape[0], 1, 1, share.shape[1]!])),
  );
}
