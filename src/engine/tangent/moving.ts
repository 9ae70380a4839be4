/**
 * Values with how they change as weights or inputs move along a direction: differentiation in forward mode (Griewank, Walther,
 * "Evaluating Derivatives" (2008), section 3.1). All of it is written in operations that have a gradient, so that the gradient
 * of a change is a second derivative: TensorFlow.js takes what an operation has saved for its own gradient as constant, which
 * makes its gradient of a gradient wrong, and its gradient of a change right.
 */
import * as tf from '@tensorflow/tfjs';

/** No interface: only a type can be handed out of `tf.tidy`. */
export type Moving = {
  value: tf.Tensor;
  /** Of the shape of the value; absent where it is 0. */
  change?: tf.Tensor | undefined;
};

type Op = (x: tf.Tensor) => tf.Tensor;

/** Of an operation that is linear. */
export const linearly = (x: Moving, op: Op): Moving => ({ value: op(x.value), change: x.change && op(x.change) });

const together = (a: tf.Tensor | undefined, b: tf.Tensor | undefined): tf.Tensor | undefined =>
  a && b ? tf.add(a, b) : (a ?? b);

/** One may be a vector or table that is added to each example. */
export function sumOf(a: Moving, b: Moving): Moving {
  const value = tf.add(a.value, b.value);
  const change = together(a.change, b.change);
  return { value, change: change && change.rank < value.rank ? tf.add(change, tf.zerosLike(value)) : change };
}

/** Of an operation that is linear in each of two. */
export const productOf = (a: Moving, b: Moving, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Moving => ({
  value: op(a.value, b.value),
  change: together(a.change && op(a.change, b.value), b.change && op(a.value, b.change)),
});
