/**
 * Dual numbers, values with how they change as weights or inputs move along a direction: differentiation in forward
 * mode (Griewank, Walther, "Evaluating Derivatives" (2008), section 3.1). All of it is written in operations that have
 * a gradient, so that the gradient of a tangent is a second derivative: TensorFlow.js takes what an operation has saved
 * for its own gradient as constant, which makes its gradient of a gradient wrong, and its gradient of a tangent right.
 */
import * as tf from '@tensorflow/tfjs';

/** No interface: only a type can be handed out of `tf.tidy`. */
export type Dual = {
  value: tf.Tensor;
  /** Of the shape of the value; absent where it is 0. */
  tangent?: tf.Tensor | undefined;
};

type Op = (x: tf.Tensor) => tf.Tensor;

/** Of an operation that is linear. */
export const linearly = (x: Dual, op: Op): Dual => ({ value: op(x.value), tangent: x.tangent && op(x.tangent) });

const together = (a: tf.Tensor | undefined, b: tf.Tensor | undefined): tf.Tensor | undefined =>
  a && b ? tf.add(a, b) : (a ?? b);

/** One may be a vector or table that is added to each example. */
export function sumOf(a: Dual, b: Dual): Dual {
  const value = tf.add(a.value, b.value);
  const tangent = together(a.tangent, b.tangent);
  return { value, tangent: tangent && tangent.rank < value.rank ? tf.add(tangent, tf.zerosLike(value)) : tangent };
}

/** Of an operation that is linear in each of two. */
export const productOf = (a: Dual, b: Dual, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Dual => ({
  value: op(a.value, b.value),
  tangent: together(a.tangent && op(a.tangent, b.value), b.tangent && op(a.value, b.tangent)),
});
