/** The tensors executor of a network: the forward pass, layer after layer, by TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { ConvLayer, Layer, Network } from '../core/network';
import { activate } from './layers/activations';
import { takenRows } from './backends/rows';
import { attend } from './layers/attention';
import { convolve, fromPictures, toPictures } from './layers/convolution';
import { multiply } from './layers/linear';
import { normalise } from './layers/norm';
import type { BatchStatistics, Running } from './layers/norm';
import { meanOfPlaces, placesAsTokens, pool, squeezeExcite } from './layers/pictures';

/** What the forward pass takes of a layer. */
export interface LayerWeights {
  /** rows x columns of a maskable layer, else as PyTorch has it. */
  weight: tf.Tensor;
  bias?: tf.Tensor;
  running?: Running;
}

export interface Pass {
  weights: ReadonlyMap<string, LayerWeights>;
  /** In training: what a batch norm found. Without it the running averages count, and no example sees another. */
  onBatch?: (name: string, statistics: BatchStatistics) => void;
  /** To look at what a layer gives before its activation; what it answers goes on in place of it. */
  onPreactivations?: ((name: string, values: tf.Tensor) => tf.Tensor) | undefined;
  /** To look at an activation, first to last as `everyLayer` has them. */
  onActivation?: (values: tf.Tensor, activated: tf.Tensor) => void;
}

/** Values are (batch, n), tokens (batch, tokens, size), pictures (batch, height, width, channels). */
const isPictures = (x: tf.Tensor): x is tf.Tensor4D => x.rank === 4;

export const asValues = (x: tf.Tensor): tf.Tensor => (isPictures(x) ? fromPictures(x) : x);

/** Of each channel over the places of a picture, or of each value over tokens. */
export const meanOf = (x: tf.Tensor): tf.Tensor => (isPictures(x) ? meanOfPlaces(x) : tf.mean(x, 1));

/** x Wᵀ + b along the last axis. */
function linear({ weight, bias }: LayerWeights, x: tf.Tensor): tf.Tensor {
  const product = multiply(x, weight);
  return bias ? tf.add(product, bias) : product;
}

function weightsOf({ weights }: Pass, name: string): LayerWeights {
  const own = weights.get(name);
  if (!own) throw new Error(`${name} has no weights`);
  return own;
}

function convolution(x: tf.Tensor, layer: ConvLayer, pass: Pass): tf.Tensor {
  const { weight, bias } = weightsOf(pass, layer.name);
  const values = convolve(x as tf.Tensor4D, layer, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined);
  return pass.onPreactivations?.(layer.name, values) ?? values;
}

function through(layer: Layer, x: tf.Tensor, pass: Pass): tf.Tensor {
  const byName = (name: string, value: tf.Tensor): tf.Tensor => {
    const values = linear(weightsOf(pass, name), value);
    return pass.onPreactivations?.(name, values) ?? values;
  };
  switch (layer.kind) {
    case 'linear':
      return byName(layer.name, asValues(x));
    case 'conv':
      return convolution(x, layer, pass);
    case 'again':
      // What is looked at is the layer where it stands first.
      return through(layer.of, x, { ...pass, onPreactivations: undefined });
    case 'activation': {
      const activated = activate[layer.fn](x);
      pass.onActivation?.(x, activated);
      return activated;
    }
    case 'norm': {
      const { onBatch } = pass;
      return normalise(x, layer, weightsOf(pass, layer.name), onBatch && ((found) => onBatch(layer.name, found)));
    }
    case 'pool':
      return pool(x as tf.Tensor4D, layer);
    case 'mean':
      return meanOf(x);
    case 'flatten':
      return asValues(x);
    case 'tokens':
      return placesAsTokens(x as tf.Tensor4D);
    case 'embedding':
      return takenRows(weightsOf(pass, layer.name).weight as tf.Tensor2D, x as tf.Tensor2D);
    case 'position':
      return tf.add(x, weightsOf(pass, layer.name).weight);
    case 'attention':
      return attend(x as tf.Tensor3D, layer, byName);
    case 'squeeze-excite':
      return squeezeExcite(x as tf.Tensor4D, layer, (name, value) => byName(name, value) as tf.Tensor2D);
    case 'residual':
      return tf.add(along(layer.branch, x, pass), along(layer.shortcut, x, pass));
  }
}

/** What no gradient needs of a layer is given back before the next. */
const along = (layers: readonly Layer[], x: tf.Tensor, pass: Pass): tf.Tensor =>
  layers.reduce((value, layer) => tf.tidy(() => through(layer, value, pass)), x);

/** The values of the data as the first layer takes them: pictures, unless it is linear or there is none. */
export function shaped({ picture, layers }: Pick<Network, 'picture' | 'layers'>, x: tf.Tensor): tf.Tensor {
  return !picture || layers[0]?.kind === 'linear' ? x : toPictures(x as tf.Tensor2D, picture);
}

/** x: (batch, inputs), or of a network that goes on from tokens these. Answers the logits, (batch, classes). */
export const forward = (network: Network, pass: Pass, x: tf.Tensor2D | tf.Tensor3D): tf.Tensor2D =>
  along(network.layers, shaped(network, x), pass) as tf.Tensor2D;

/**
 * What a small change of the input is a change of: the values, or, where they are looked up in a table, the rows they
 * stand for.
 */
export function smooth(
  network: Network,
  pass: Pass,
  x: tf.Tensor2D,
): { network: Network; x: tf.Tensor2D | tf.Tensor3D } {
  const first = network.layers.at(0);
  if (first?.kind !== 'embedding') return { network, x };
  const layers = network.layers.slice(1);
  return { network: { ...network, layers }, x: through(first, x, pass) as tf.Tensor3D };
}
