import * as tf from '@tensorflow/tfjs';
import type { AttentionLayer } from '../../core/network';

/**
 * Multi-head self-attention: Vaswani et al., "Attention Is All You Need" (2017), section 3.2, with the layout of
 * torch.nn.MultiheadAttention: `input` gives query, key and value one after the other. x: (batch, tokens, size).
 */
export function attend(
  x: tf.Tensor3D,
  { heads, input, output }: AttentionLayer,
  linear: (name: string, x: tf.Tensor) => tf.Tensor,
): tf.Tensor3D {
  const [batch, tokens, size] = x.shape;
  const each = size / heads;
  const [query, key, value] = tf
    .split(linear(input.name, x) as tf.Tensor3D, 3, 2)
    .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, each]), [0, 2, 1, 3]));
  const likeness = tf.softmax(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(each)));
  const gathered = tf.transpose(tf.matMul(likeness, value), [0, 2, 1, 3]);
  return linear(output.name, tf.reshape(gathered, [batch, tokens, size])) as tf.Tensor3D;
}
