/**
 * Stochastic gradient descent with the semantics of torch.optim.SGD: g += weightDecay * w; v = momentum * v + g;
 * w -= learningRate * (nesterov ? g + momentum * v : v). Zero dampening; v starts as zero.
 */
import * as tf from '@tensorflow/tfjs';

export interface SgdSettings {
  momentum: number;
  nesterov: boolean;
  weightDecay: number;
}

/**
 * Updates `variable` and `velocity` in place. A weight that is zero with a zero gradient and velocity stays exactly zero.
 * Call it inside a tidy.
 */
export function sgdUpdate<R extends tf.Rank>(
  variable: tf.Variable<R>,
  velocity: tf.Variable<R>,
  gradient: tf.Tensor<R>,
  learningRate: number,
  { momentum, nesterov, weightDecay }: SgdSettings,
): void {
  const slope = weightDecay === 0 ? gradient : tf.add<tf.Tensor<R>>(gradient, tf.mul(variable, weightDecay));
  let direction = slope;
  if (momentum !== 0) {
    velocity.assign(tf.add<tf.Tensor<R>>(tf.mul(velocity, momentum), slope));
    direction = nesterov ? tf.add<tf.Tensor<R>>(slope, tf.mul(velocity, momentum)) : velocity;
  }
  variable.assign(tf.sub<tf.Tensor<R>>(variable, tf.mul(direction, learningRate)));
}
