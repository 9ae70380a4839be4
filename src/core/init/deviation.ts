/** With what deviation the weights of a layer begin, told from its shape alone. */
import type { LayerShape } from '../density/layer-shape';
import { fans, partLayer } from './fan';
import type { BaseInit } from './registry';

/**
 * The root mean square of the dense weights of gain 1. Normal initialisations: their deviation. Orthogonal ones, of
 * each group out x in with k taps: the squared norm of an orthogonal matrix or operator is min(out, in), which its
 * out * in * k entries share. @throws SparseError `init.*`, `shape.*`
 */
export function baseDeviation(base: BaseInit, shape: LayerShape): number {
  const { fanIn, fanOut } = fans(shape);
  const { outputs, inputs, taps } = partLayer(shape);
  switch (base) {
    case 'kaiming-normal':
      return Math.sqrt(2 / fanIn);
    case 'xavier-normal':
      return Math.sqrt(2 / (fanIn + fanOut));
    case 'lecun-normal':
      return Math.sqrt(1 / fanIn);
    case 'orthogonal':
      return Math.sqrt(Math.min(outputs, inputs * taps) / (outputs * inputs * taps));
    case 'delta-orthogonal':
    case 'conv-orthogonal':
      return Math.sqrt(Math.min(outputs, inputs) / (outputs * inputs * taps));
  }
}
