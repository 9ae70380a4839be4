/**
 * Gradients of the loss by the parameters of a network, and how they change: what pruning at initialisation scores by.
 */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import { crossEntropy, targets } from './loss';
import { partsOf } from './micro-batches';
import { forward } from './network';
import { byLayer, tensorsOf } from './parameter-tensors';
import type { Parameters } from './parameter-tensors';
import { softmax } from './tangent/activations';
import type { Dual } from './tangent/dual';
import { forwardDual } from './tangent/network';
import type { Batch } from './training';

/**
 * L: the mean cross-entropy of softmax(logits / temperature) over the batch, batch norms by the examples of a part, as
 * in training.
 */
interface LossSettings {
  /** Examples at a time, by default all. Where there is no batch norm the result depends on it by rounding only. */
  microBatch?: number | undefined;
  /** Default 1. */
  temperature?: number;
}

/** By the name of a parameter, as `tensorsOf` has them: values of its size, row-major. */
export type ByParameter = ReadonlyMap<string, Float32Array | Float64Array>;

/** Sums over the parts of a batch, in float64. */
function* summed(
  network: Network,
  batch: Batch,
  { microBatch }: LossSettings,
  gradients: (part: Batch) => ReadonlyMap<string, tf.Tensor>,
): Parts<Map<string, Float64Array>> {
  const sums = new Map<string, Float64Array>();
  for (const part of partsOf(batch, network.inputs, microBatch)) {
    tf.tidy(() => {
      for (const [key, gradient] of gradients(part)) {
        const sum = sums.get(key) ?? new Float64Array(gradient.size);
        sums.set(key, sum);
        gradient.dataSync().forEach((value, i) => (sum[i] += value));
      }
    });
    yield;
  }
  return sums;
}

/** Gradients of a scalar by the tensors with these names. */
function gradientsBy(
  names: readonly string[],
  tensors: ReadonlyMap<string, tf.Tensor>,
  scalar: (all: ReadonlyMap<string, tf.Tensor>) => tf.Tensor,
): Map<string, tf.Tensor> {
  const own = names.map((name) => tensors.get(name)!);
  const found = tf.grads((...moved: tf.Tensor[]) =>
    scalar(new Map([...tensors, ...names.map((name, i): [string, tf.Tensor] => [name, moved[i]])])),
  )(own);
  return new Map(names.map((name, i) => [name, found[i]]));
}

const inputsOf = ({ inputs }: Network, { x, size }: Batch): tf.Tensor2D => tf.tensor2d(x, [size, inputs]);

const targetsOf = ({ classes }: Network, { labels, size }: Batch): tf.Tensor2D =>
  tf.tensor2d(targets(labels, classes), [size, classes]);

/** L. A part is a micro-batch. */
export function* meanLoss(
  network: Network,
  parameters: Parameters,
  batch: Batch,
  { microBatch, temperature = 1 }: LossSettings = {},
): Parts<number> {
  let sum = 0;
  for (const part of partsOf(batch, network.inputs, microBatch)) {
    sum += tf.tidy(() => {
      const pass = { weights: byLayer(tensorsOf(parameters)), onBatch: () => undefined };
      const logits = forward(network, pass, inputsOf(network, part));
      return crossEntropy(tf.div(logits, temperature), targetsOf(network, part)).dataSync()[0];
    });
    yield;
  }
  return sum / batch.size;
}

/** dL/dp for each parameter p of `names`, pruned weights included. A part is a micro-batch. */
export function* lossGradients(
  network: Network,
  parameters: Parameters,
  batch: Batch,
  names: readonly string[],
  settings: LossSettings = {},
): Parts<Map<string, Float64Array>> {
  const { temperature = 1 } = settings;
  return yield* summed(network, batch, settings, (part) => {
    const target = targetsOf(network, part);
    const x = inputsOf(network, part);
    return gradientsBy(names, tensorsOf(parameters), (all) => {
      const logits = forward(network, { weights: byLayer(all), onBatch: () => undefined }, x);
      return tf.div(crossEntropy(tf.div(logits, temperature), target), batch.size);
    });
  });
}

/**
 * H v by the parameters that `direction` names, v, the others held: H the Hessian of L by them. The gradient of how L
 * changes along v (Pearlmutter, "Fast exact multiplication by the Hessian" (1994), section 2, in reverse over forward
 * mode). Computed in float32: docs/methods.md says how near that is. A part is a micro-batch, which takes some three
 * times the memory of its training step.
 */
export function* hessianVectorProduct(
  network: Network,
  parameters: Parameters,
  batch: Batch,
  direction: ByParameter,
  settings: LossSettings = {},
): Parts<Map<string, Float64Array>> {
  const { temperature = 1 } = settings;
  const names = [...direction.keys()];
  if (names.length === 0) return new Map();
  // Float32 holds what is neither near its smallest nor near its largest.
  const size = largest(direction);
  const product = yield* summed(network, batch, settings, (part) => {
    const target = targetsOf(network, part);
    const x = inputsOf(network, part);
    const tensors = tensorsOf(parameters);
    const tangents = new Map(
      [...direction].map(([name, values]) => [
        name,
        tf.tensor(
          Float32Array.from(values, (value) => value / size),
          tensors.get(name)!.shape,
        ),
      ]),
    );
    return gradientsBy(names, tensors, (all) => {
      const dual = new Map(
        [...all].map(([name, value]): [string, Dual] => [name, { value, tangent: tangents.get(name) }]),
      );
      const logits = forwardDual(network, { weights: byLayer(dual), training: true }, { value: x });
      return tf.div(tangentOfLoss(logits, target, temperature), batch.size);
    });
  });
  for (const values of product.values()) for (let i = 0; i < values.length; i++) values[i] *= size;
  return product;
}

/** In size; 1 where all are 0. */
function largest(of: ByParameter): number {
  let most = 0;
  for (const values of of.values()) for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
}

/** Of the summed cross-entropy of softmax(logits / temperature). */
function tangentOfLoss({ value, tangent }: Dual, target: tf.Tensor, temperature: number): tf.Tensor {
  const { value: shares } = softmax({ value: tf.div(value, temperature) });
  return tf.div(tf.sum(tf.mul(tf.sub(shares, target), tangent!)), temperature);
}
