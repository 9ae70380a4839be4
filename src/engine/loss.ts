/** What classifiers are trained by and judged by, on logits. */
import * as tf from '@tensorflow/tfjs';
import type { Labels } from './data/data-set';

/**
 * Rows of targets: 1 at the label; smoothed by s: 1 - s + s / classes there, s / classes elsewhere (Szegedy et al.
 * 2016).
 */
export function targets(labels: Labels, classes: number, smoothing = 0): Float32Array {
  const target = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, i) => (target[i * classes + label] += 1 - smoothing));
  return target;
}

/** Examples whose largest logit is that of their label; the first wins a tie. */
export function countCorrect(logits: ArrayLike<number>, labels: Labels, classes: number): number {
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    if (best === labels[i]) correct++;
  }
  return correct;
}

/** Summed cross-entropy of softmax(logits) against rows of targets. */
export const crossEntropy = (logits: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar =>
  tf.neg(tf.sum<tf.Scalar>(tf.mul(tf.logSoftmax(logits), target)));
