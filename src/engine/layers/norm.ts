/** Batch and layer norm of the tensors executor: Ioffe and Szegedy (2015), Ba, Kiros, Hinton (2016), as in PyTorch. */
import * as tf from '@tensorflow/tfjs';
import type { NormLayer } from '../../core/network';
import { columnNorm, hasColumnNorm } from '../backends/column-norm';

/** Below the root, as in PyTorch. */
export const epsilon = 1e-5;

/** Share of the running average that a batch replaces, as in PyTorch. */
const share = 0.1;

/** What a batch came to: of each channel or value the mean and the variance, by `count` values each. */
export interface BatchStatistics {
  mean: tf.Tensor;
  /** Divided by `count`. */
  variance: tf.Tensor;
  count: number;
}

/** Averages over many batches. */
export interface Running {
  mean: tf.Tensor;
  variance: tf.Tensor;
}

interface NormWeights {
  weight: tf.Tensor;
  bias?: tf.Tensor;
  running?: Running;
}

/** By averages that are given, along the last axis: values, channels, or the values of a token. */
function scaled(x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, { weight, bias }: NormWeights): tf.Tensor {
  const slope = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), weight);
  const centred = tf.mul(tf.sub(x, mean), slope);
  return bias ? tf.add(centred, bias) : centred;
}

/**
 * By the mean and the variance of x itself over `axes`. With a gradient of its own, Ioffe and Szegedy (2015), section
 * 3, which keeps one tensor of the size of x; op by op TensorFlow.js keeps five, and as many gradients.
 */
function standardised(
  x: tf.Tensor,
  axes: number[],
  { weight, bias }: NormWeights,
  onFound?: (mean: tf.Tensor, variance: tf.Tensor) => void,
): tf.Tensor {
  const others = [...Array(x.rank - 1).keys()];
  const op = tf.customGrad((...given) => {
    const [values, scale, shift, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { mean, variance } = tf.moments(values, axes, true);
    onFound?.(mean, variance);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const unit = tf.mul(tf.sub(values, mean), inverse);
    save([unit, inverse, scale]);
    return {
      value: tf.add(tf.mul(unit, scale), shift),
      gradFunc: (dy, saved) => gradientsOf(dy, saved, axes, others),
    };
  });
  return op(x, weight, bias ?? tf.zerosLike(weight));
}

/** By the values, the scale and the shift. */
const gradientsOf = (dy: tf.Tensor, saved: readonly tf.Tensor[], axes: number[], others: number[]): tf.Tensor[] =>
  tf.tidy(() => {
    const [unit, inverse, scale] = saved;
    const byUnit = tf.mul(dy, scale);
    const along = tf.mul(unit, tf.mean(tf.mul(byUnit, unit), axes, true));
    const byValues = tf.mul(tf.sub(tf.sub(byUnit, tf.mean(byUnit, axes, true)), along), inverse);
    return [byValues, tf.sum(tf.mul(dy, unit), others), tf.sum(dy, others)];
  });

/**
 * `onBatch` is called with the statistics that a batch norm has normalised by; without it the running averages count,
 * and every example stands for itself.
 */
export function normalise(
  x: tf.Tensor,
  { over }: NormLayer,
  weights: NormWeights,
  onBatch?: (statistics: BatchStatistics) => void,
): tf.Tensor {
  if (over === 'layer') return standardised(x, [x.rank - 1], weights);
  if (!onBatch) {
    const { mean, variance } = weights.running!;
    return scaled(x, mean, variance, weights);
  }
  const told = (mean: tf.Tensor, variance: tf.Tensor): void =>
    onBatch({ mean: tf.reshape(mean, [-1]), variance: tf.reshape(variance, [-1]), count: x.size / mean.size });
  const { weight, bias } = weights;
  if (hasColumnNorm()) return columnNorm(x, weight, bias ?? tf.zerosLike(weight), told);
  return standardised(x, [...Array(x.rank - 1).keys()], weights, told);
}

/** Moves the running averages towards the batch's, whose variance counts as an estimate: by count - 1. */
export function follow(
  running: { mean: tf.Variable; variance: tf.Variable },
  { mean, variance, count }: BatchStatistics,
): void {
  tf.tidy(() => {
    const towards = (average: tf.Variable, value: tf.Tensor): void =>
      average.assign(tf.add(tf.mul(average, 1 - share), tf.mul(value, share)));
    towards(running.mean, mean);
    towards(running.variance, tf.mul(variance, count / Math.max(1, count - 1)));
  });
}
