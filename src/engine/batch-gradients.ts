/** The gradients of one batch by everything that is trained, part after part. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../core/network';
import type { Lent } from './held-network';
import { follow } from './layers/norm';
import type { BatchStatistics } from './layers/norm';
import { countCorrect, crossEntropy, targets } from './loss';
import { partsOf } from './micro-batches';
import { forward } from './network';
import type { BatchTensors } from './probes/layer-signals';
import type { Batch, TrainerSettings } from './training';

/** The caller disposes of both. `smoothing`: share of each target that is spread over all classes. */
export const uploadBatch = ({ inputs, classes }: Network, batch: Batch, smoothing?: number): BatchTensors => ({
  x: tf.tensor2d(batch.x, [batch.size, inputs]),
  target: tf.tensor2d(targets(batch.labels, classes, smoothing), [batch.size, classes]),
});

interface Found {
  /** In the order of the variables. */
  gradients: tf.Tensor[];
  loss: number;
  correct: number;
}

/**
 * The mean over a batch is the sum over its parts, each divided by all examples; batch norms see one part at a time.
 * The caller disposes of the gradients.
 */
export function batchGradients(
  network: Network,
  lent: Lent,
  batch: Batch,
  settings: Pick<TrainerSettings, 'labelSmoothing' | 'microBatch'>,
): Found {
  let gradients: tf.Tensor[] = [];
  let [loss, correct] = [0, 0];
  for (const part of partsOf(batch, network.inputs, settings.microBatch)) {
    const found = partialGradients(network, lent, part, {
      examples: batch.size,
      before: gradients,
      smoothing: settings.labelSmoothing,
    });
    tf.dispose(gradients);
    gradients = found.gradients;
    loss += found.loss;
    correct += found.correct;
  }
  return { gradients, loss, correct };
}

/**
 * What a part adds to the loss of `examples` and to its gradients `before`, which are empty at first; none is disposed
 * of.
 */
function partialGradients(
  network: Network,
  { tensors, variables, pass }: Lent,
  part: Batch,
  p: { examples: number; before: readonly tf.Tensor[]; smoothing: number | undefined },
): Found {
  const seen: { name: string; found: BatchStatistics }[] = [];
  const onBatch = (name: string, { mean, variance, count }: BatchStatistics): void => {
    seen.push({ name, found: { mean: tf.keep(mean), variance: tf.keep(variance), count } });
  };
  let [loss, correct] = [0, 0];
  const gradients = tf.tidy(() => {
    const { x, target } = uploadBatch(network, part, p.smoothing);
    let logits: tf.Tensor2D | undefined;
    const { value, grads } = tf.variableGrads(() => {
      logits = tf.keep(forward(network, { ...pass, onBatch }, x));
      return tf.div<tf.Scalar>(crossEntropy(logits, target), p.examples);
    }, variables);
    loss = value.dataSync()[0];
    correct = countCorrect(logits!.dataSync(), part.labels, network.classes);
    logits!.dispose();
    const own = variables.map(({ name }) => grads[name]);
    return p.before.length === 0 ? own : own.map((gradient, i) => tf.add(gradient, p.before[i]));
  });
  for (const { name, found } of seen) {
    follow(tensors.others.find((other) => other.name === name)!.running!, found);
    tf.dispose([found.mean, found.variance]);
  }
  return { gradients, loss, correct };
}
