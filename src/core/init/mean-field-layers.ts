/**
 * Mean-field theory layer by layer, for networks that are a plain chain of weights and activations: Poole et al. (NIPS
 * 2016), equation 3, for the mean square of the preactivations, and Schoenholz et al. (ICLR 2017), section 3, for chi.
 * Both hold for sparse layers with the mean square of the kept weights times their number by output as sigma_w^2.
 */
import type { LayerShape } from '../density/layer-shape';
import { through, valuesIn } from '../flow';
import type { Flow } from '../flow';
import { isMaskable } from '../network';
import type { Activation, MaskableLayer, Network } from '../network';
import { meanSquare, sumOfSquares } from '../stats';
import { fans, partLayer } from './fan';
import { moments } from './gaussian-moments';
import type { Gains } from './mean-field';
import type { BaseInit } from './registry';

export interface FieldLayer {
  /** The mean square of the preactivations. */
  q: number;
  /**
   * By how much the layer, and the activation before it, multiply the mean square of a gradient on its way back, sums
   * over units; null for the first layer, which has no preactivations before it.
   */
  chi: number | null;
}

/** Below this mean square an activation is its derivative at 0. */
const least = 1e-16;

/**
 * `input`: the mean square of the inputs. `gains`: sigma_w and sigma_b of each layer. Layers behind a residual, a norm,
 * attention, a pool, a mean or squeeze and excitation are left out, and so are those whose q is no finite number.
 */
export function meanFieldLayers(
  { layers }: Pick<Network, 'layers'>,
  input: number,
  gains: (layer: MaskableLayer) => Gains,
): Map<string, FieldLayer> {
  const found = new Map<string, FieldLayer>();
  let [q, first] = [input, true];
  let activation: Activation = 'linear';
  for (const layer of layers) {
    if (layer.kind === 'flatten') continue;
    // Neither inputs nor what comes out of an activation are normal variables.
    if (layer.kind === 'activation' && activation === 'linear' && !first) activation = layer.fn;
    else if (isMaskable(layer)) {
      const { weight, bias } = gains(layer);
      // Inputs are what they are: nothing is taken of them but their mean square.
      const { square, derivative } = first ? { square: q, derivative: 1 } : moments[activation](Math.max(q, least));
      q = weight ** 2 * square + bias ** 2;
      if (!Number.isFinite(q)) return found;
      found.set(layer.name, { q, chi: first ? null : weight ** 2 * derivative });
      [first, activation] = [false, 'linear'];
    } else return found;
  }
  return found;
}

/**
 * The mean squared singular value of the Jacobian d preactivations / d inputs by layer, as far as theory goes: the mean
 * square of a row's length is sigma_w^2 of the first layer, times the chi of each one since (Pennington, Schoenholz,
 * Ganguli 2017, section 2.3, where it is chi^L). Of weights that are independent of what comes before: it holds at
 * random weights.
 *
 * `field`: of `meanFieldLayers` with these gains. It ends at zeros around a picture, which no place of theory has.
 */
export function meanFieldJacobian(
  { layers, inputs, picture }: Pick<Network, 'layers' | 'inputs' | 'picture'>,
  field: ReadonlyMap<string, FieldLayer>,
  gains: (layer: MaskableLayer) => Gains,
): Map<string, number> {
  const found = new Map<string, number>();
  let flow: Flow = picture ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  let row = 1;
  for (const layer of layers) {
    if (layer.kind === 'residual') break;
    const { after } = through(layer, flow);
    const own = isMaskable(layer) ? field.get(layer.name) : undefined;
    if (!after || (isMaskable(layer) && (!own || hasEdge(layer)))) break;
    flow = after;
    if (!isMaskable(layer) || !own) continue;
    row *= own.chi ?? gains(layer).weight ** 2;
    // Singular values are as many as the shorter side of the Jacobian, the sum of their squares that of all rows.
    found.set(layer.name, row * Math.max(1, valuesIn(flow) / inputs));
  }
  return found;
}

/** Whether places at the edge see less than others. */
const hasEdge = (layer: MaskableLayer): boolean =>
  layer.kind === 'conv' && layer.padding === 'zero' && layer.kernel.some((size) => size > 1);

/**
 * sigma_w of a layer that this initialisation makes with every weight kept: the root of the mean square norm of a row.
 */
export function denseGain(init: BaseInit, shape: LayerShape, gain: number): number {
  const { fanIn, fanOut } = fans(shape);
  const { outputs, inputs, taps } = partLayer(shape);
  switch (init) {
    case 'kaiming-normal':
      return gain * Math.SQRT2;
    case 'lecun-normal':
      return gain;
    case 'xavier-normal':
      return gain * Math.sqrt((2 * fanIn) / (fanIn + fanOut));
    // Of orthonormal columns in a tall matrix each row has its share.
    case 'orthogonal':
      return gain * Math.sqrt(Math.min(1, (inputs * taps) / outputs));
    case 'delta-orthogonal':
    case 'conv-orthogonal':
      return gain * Math.sqrt(Math.min(1, inputs / outputs));
  }
}

/** sigma_w and sigma_b as a layer has them: of its weights, 0 where the mask is, and its biases. */
export function actualGains(weights: Float32Array, rows: number, bias: Float32Array | undefined): Gains {
  return { weight: Math.sqrt(sumOfSquares(weights) / rows), bias: bias ? Math.sqrt(meanSquare(bias)) : 0 };
}
