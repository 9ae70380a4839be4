import * as tf from '@tensorflow/tfjs';
import type { AttentionLayer } from '../../core/network';

/** Query, key and value by head, (batch, heads, tokens, size of a head), of what the input layer gives. */
export function headsOf(made: tf.Tensor3D, heads: number): tf.Tensor[] {
  const [batch, tokens, size] = made.shape;
  return tf
    .split(made, 3, 2)
    .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, size / 3 / heads]), [0, 2, 1, 3]));
}

/** (batch, heads, tokens, size of a head) as (batch, tokens, size). */
export function joinedHeads(gathered: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, tokens, each] = gathered.shape;
  return tf.reshape(tf.transpose(gathered, [0, 2, 1, 3]), [batch, tokens, heads * each]);
}

/**
 * Multi-head self-attention: Vaswani et al., "Attention Is All You Need" (2017), section 3.2, with the layout of
 * torch.nn.MultiheadAttention: `input` gives query, key and value one after the other. x: (batch, tokens, size).
 */
export function attend(
  x: tf.Tensor3D,
  { heads, input, output }: AttentionLayer,
  linear: (name: string, x: tf.Tensor) => tf.Tensor,
): tf.Tensor3D {
  const [query, key, value] = headsOf(linear(input.name, x) as tf.Tensor3D, heads);
  const attention = tf.softmax(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(input.in / heads)));
  return linear(output.name, joinedHeads(tf.matMul<tf.Tensor4D>(attention, value))) as tf.Tensor3D;
}
