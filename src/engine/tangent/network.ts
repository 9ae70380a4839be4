/** How what a network gives changes as its weights or its inputs move: the forward pass in forward mode. */
import * as tf from '@tensorflow/tfjs';
import type { Layer, Network } from '../../core/network';
import { takenRows } from '../backends/rows';
import type { Running } from '../layers/norm';
import { placesAsTokens } from '../layers/pictures';
import { asValues, meanOf, shaped } from '../network';
import { activated } from './activations';
import { attended, convolved, excited, multiplied, pooled } from './layers';
import type { DualWeights } from './layers';
import { linearly, sumOf } from './dual';
import type { Dual } from './dual';
import { normalised } from './norm';

export interface DualPass {
  weights: ReadonlyMap<string, DualWeights & { running?: Running }>;
  /** Batch norms take the statistics of these examples, else their running averages. */
  training: boolean;
}

function through(layer: Layer, x: Dual, pass: DualPass): Dual {
  const own = (name: string): DualWeights & { running?: Running } => {
    const found = pass.weights.get(name);
    if (!found) throw new Error(`${name} has no weights`);
    return found;
  };
  const byName = (name: string, values: Dual): Dual => multiplied(values, own(name));
  switch (layer.kind) {
    case 'linear':
      return byName(layer.name, linearly(x, asValues));
    case 'conv':
      return convolved(x, layer, own(layer.name));
    case 'again':
      return through(layer.of, x, pass);
    case 'activation':
      return activated(x, layer.fn);
    case 'norm':
      return normalised(x, layer, own(layer.name), pass.training);
    case 'pool':
      return pooled(x, layer);
    case 'mean':
      return linearly(x, meanOf);
    case 'flatten':
      return linearly(x, asValues);
    case 'tokens':
      return linearly(x, (values) => placesAsTokens(values as tf.Tensor4D));
    case 'embedding':
      return linearly(own(layer.name).weight, (table) => takenRows(table as tf.Tensor2D, x.value as tf.Tensor2D));
    case 'position':
      return sumOf(x, own(layer.name).weight);
    case 'attention':
      return attended(x, layer, byName);
    case 'squeeze-excite':
      return excited(x, layer, byName);
    case 'residual':
      return sumOf(along(layer.branch, x, pass), along(layer.shortcut, x, pass));
  }
}

/** What no gradient needs of a layer is given back before the next. */
const along = (layers: readonly Layer[], x: Dual, pass: DualPass): Dual =>
  layers.reduce<Dual>((value, layer) => tf.tidy(() => through(layer, value, pass)), x);

/** x: (batch, inputs), or of a network that goes on from tokens these. Answers what the last layer gives. */
export const forwardDual = (network: Network, pass: DualPass, x: Dual): Dual =>
  along(
    network.layers,
    linearly(x, (values) => shaped(network, values)),
    pass,
  );
