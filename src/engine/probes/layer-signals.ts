/** What goes through the layers of a network for one batch: preactivations, activations and gradients. */
import * as tf from '@tensorflow/tfjs';
import { actualGains } from '../../core/init/mean-field-layers';
import type { Gains } from '../../core/init/mean-field';
import type { Activation, Layer, Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import type { LayerSignals } from '../../protocol/run';
import { activate } from '../layers/activations';
import { crossEntropy } from '../loss';
import { forward } from '../network';
import type { Pass } from '../network';
import type { NetworkTensors } from '../parameters';

/** What is recorded of a layer as it was measured. */
export type Figures = Pick<
  LayerSignals,
  'weightNorm' | 'gradientNorm' | 'meanSquare' | 'variance' | 'activationVariance' | 'units' | 'dead'
>;

export interface Measured {
  figures: Figures;
  /** The sum of the squared gradients by the preactivations. */
  squaredGradients: number;
  /** Of the layer as it is. */
  gains: Gains;
  /** 0 or 1 per weight, row-major. */
  mask: Uint8Array;
}

type Forward = Omit<Figures, 'weightNorm' | 'gradientNorm'>;

interface Backward {
  gradientNorm: number;
  squaredGradients: number;
}

export interface BatchTensors {
  x: tf.Tensor2D;
  /** Probabilities, (size, classes). */
  target: tf.Tensor2D;
}

/** An activation whose derivative is below this for all examples passes nothing on: tanh beyond 4.2. */
const flat = 1e-3;

/**
 * Of each activation, in the order of `everyLayer`, what it is and the layer whose preactivations it takes, if it does.
 */
export function* activationOwners(layers: readonly Layer[]): Generator<{ fn: Activation; of?: string }> {
  let of: string | undefined;
  for (const layer of layers) {
    if (layer.kind === 'linear' || layer.kind === 'conv') of = layer.name;
    else if (layer.kind === 'activation') {
      yield { fn: layer.fn, of };
      of = undefined;
    } else if (layer.kind === 'residual') {
      yield* activationOwners(layer.branch);
      yield* activationOwners(layer.shortcut);
      of = undefined;
    }
    // Through norms and pools a unit stays itself.
    else if (layer.kind !== 'norm' && layer.kind !== 'pool') of = undefined;
  }
}

const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;

const numberOf = (scalar: tf.Tensor): number => read(scalar)[0];

/** One row an example or place, one column a unit. */
const byUnit = (values: tf.Tensor): tf.Tensor2D => tf.reshape(values, [-1, values.shape[values.rank - 1]]);

const meanVariance = (values: tf.Tensor): number => numberOf(tf.mean(tf.moments(byUnit(values), 0).variance));

const squares = (values: tf.Tensor): number => numberOf(tf.sum(tf.square(values)));

/** How many units are 0 everywhere, or have an activation that is flat everywhere. */
function countDead(fn: Activation, values: tf.Tensor, activated: tf.Tensor): number {
  const largest = (of: tf.Tensor): Float32Array => read(tf.max(tf.abs(byUnit(of)), 0));
  const outputs = largest(activated);
  const derivatives = largest(tf.grad((x) => tf.sum(activate[fn](x)))(values));
  return outputs.filter((output, unit) => output === 0 || derivatives[unit] < flat).length;
}

function forwardSignals(network: Network, pass: Pass, x: tf.Tensor2D): Map<string, Forward> {
  const found = new Map<string, Forward>();
  const owners = [...activationOwners(network.layers)];
  let next = 0;
  const looking: Pass = {
    ...pass,
    onPreactivations: (name, values) => {
      tf.tidy(() => {
        const units = values.shape[values.rank - 1];
        const meanSquare = squares(values) / values.size;
        found.set(name, { meanSquare, variance: meanVariance(values), activationVariance: null, units, dead: null });
      });
      return values;
    },
    onActivation: (values, activated) => {
      const { fn, of } = owners[next++];
      const own = of === undefined ? undefined : found.get(of);
      if (own)
        tf.tidy(() => {
          own.activationVariance = meanVariance(activated);
          own.dead = countDead(fn, values, activated);
        });
    },
  };
  tf.tidy(() => void forward(network, looking, x));
  return found;
}

/** Gradients of the mean loss: by kept weights their norm, by preactivations the sum of squares. */
function backwardSignals(
  network: Network,
  tensors: NetworkTensors,
  pass: Pass,
  { x, target }: BatchTensors,
): Map<string, Backward> {
  const back = new Map<string, number>();
  const looking: Pass = {
    ...pass,
    onPreactivations: (name, values) =>
      tf.customGrad((input) => ({
        value: tf.clone(input as tf.Tensor),
        gradFunc: (gradient: tf.Tensor) => {
          back.set(name, squares(gradient));
          return gradient;
        },
      }))(values),
  };
  const norms = new Map<string, Backward>();
  tf.tidy(() => {
    const { grads } = tf.variableGrads(
      () => tf.div<tf.Scalar>(crossEntropy(forward(network, looking, x), target), x.shape[0]),
      tensors.layers.map(({ weight }) => weight),
    );
    for (const { name, weight, mask } of tensors.layers) {
      const gradient = grads[weight.name];
      const gradientNorm = Math.sqrt(squares(mask ? tf.mul(gradient, mask) : gradient));
      norms.set(name, { gradientNorm, squaredGradients: back.get(name)! });
    }
  });
  return norms;
}

/**
 * By layer, first to last. Batch norms take the statistics of this batch, as in training, and their running averages
 * stay as they are; nothing else is changed either. A part is one way through the network.
 */
export function* layerSignals(
  network: Network,
  tensors: NetworkTensors,
  pass: Pass,
  batch: BatchTensors,
): Parts<Map<string, Measured>> {
  const asInTraining: Pass = { ...pass, onBatch: () => undefined };
  const onward = forwardSignals(network, asInTraining, batch.x);
  yield;
  const back = backwardSignals(network, tensors, asInTraining, batch);
  yield;
  return new Map(
    tensors.layers.map(({ name, weight, bias, mask }) => {
      const rows = weight.shape[0];
      const gains = actualGains(read(weight), rows, bias && read(bias));
      const { gradientNorm, squaredGradients } = back.get(name)!;
      const figures = { weightNorm: gains.weight * Math.sqrt(rows), gradientNorm, ...onward.get(name)! };
      const kept = mask ? Uint8Array.from(mask.dataSync()) : new Uint8Array(weight.size).fill(1);
      return [name, { figures, squaredGradients, gains, mask: kept }];
    }),
  );
}
