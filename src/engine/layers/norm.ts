/** Batch and layer norm of the tensors executor: Ioffe and Szegedy (2015), Ba, Kiros, Hinton (2016), as in PyTorch. */
import * as tf from '@tensorflow/tfjs';
import type { NormLayer } from '../../core/network';

/** Below the root, as in PyTorch. */
const epsilon = 1e-5;

/** Share of the running average that a batch replaces, as in PyTorch. */
const share = 0.1;

/** What a batch came to: of each channel or value the mean and the variance, by `count` values each. */
export interface BatchStatistics {
  mean: tf.Tensor;
  /** Divided by `count`. */
  variance: tf.Tensor;
  count: number;
}

interface NormWeights {
  weight: tf.Tensor;
  bias?: tf.Tensor;
  running?: { mean: tf.Tensor; variance: tf.Tensor };
}

/** Along the last axis: values, channels, or the values of a token. */
function scaled(x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, { weight, bias }: NormWeights): tf.Tensor {
  const slope = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), weight);
  const centred = tf.mul(tf.sub(x, mean), slope);
  return bias ? tf.add(centred, bias) : centred;
}

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
  if (over === 'layer') {
    const { mean, variance } = tf.moments(x, -1, true);
    return scaled(x, mean, variance, weights);
  }
  if (!onBatch) {
    const { mean, variance } = weights.running!;
    return scaled(x, mean, variance, weights);
  }
  const { mean, variance } = tf.moments(x, [...Array(x.rank - 1).keys()]);
  const count = x.size / mean.size;
  onBatch({ mean, variance, count });
  return scaled(x, mean, variance, weights);
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
