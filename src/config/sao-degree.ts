/** The degree of the blocks of each layer with `init: sao`, and whether it can be had. */
import type { LayerShape } from '../core/density';
import { matchLayers } from '../core/density/match-layers';
import { partLayer } from '../core/init/fan';
import { nearestLayerDegree, possibleLayerDegrees } from '../core/init/sao-conv';
import * as errors from './errors';
import type { PathFinding } from './finding';
import { startsDense } from './methods';
import { keyPath } from './tree';
import type { Config } from './types';

type Sao = Config['sparsity']['sao'];

/** The longer side of the matrix of one group: the degree of a layer that is one dense block. */
export const denseDegree = (shape: LayerShape): number => {
  const { outputs, inputs } = partLayer(shape);
  return Math.max(outputs, inputs);
};

/**
 * The degree that the config gives a layer, whether or not it can be had. By patterns, a layer that none names is one
 * dense block: the published runs give square layers a degree and leave the others dense orthogonal (eoi.md 2.2).
 * Without any degree the one nearest `density`, which is asked for only then.
 */
export function degreeOf({ degree }: Sao, shape: LayerShape, density: () => number): number {
  if (degree === undefined) return nearestLayerDegree(shape, density());
  if (typeof degree === 'number') return degree;
  return matchLayers(degree, [shape.name]).matched.get(shape.name) ?? denseDegree(shape);
}

/** A pattern that no layer fits, or a degree that a layer cannot have, said with those it can. */
export function checkDegrees({ sparsity: { init, sao } }: Config, layers: readonly LayerShape[]): PathFinding[] {
  const path = 'sparsity.sao.degree';
  if (init !== 'sao' || sao.degree === undefined) return [];
  if (typeof sao.degree !== 'number') {
    const names = layers.map(({ name }) => name);
    const stranger = matchLayers(sao.degree, names).unmatched.at(0);
    if (stranger !== undefined) return [{ ...errors.noSuchLayer(stranger, names), path: keyPath(path, stranger) }];
  }
  for (const layer of layers) {
    const degree = degreeOf(sao, layer, () => 1);
    const possible = possibleLayerDegrees(layer);
    if (!possible.includes(degree)) return [{ ...errors.degreeImpossible(layer, degree, possible), path }];
  }
  return [];
}

/** How far, of the density asked for, the nearest degrees may miss it before it is said. */
const unsaid = 0.05;

/** That degrees near the densities of the layers come to another density of the network. */
export function checkReached(config: Config, reached: number): PathFinding[] {
  const { density, init, sao, update } = config.sparsity;
  if (init !== 'sao' || startsDense(update) || sao.degree !== undefined || Math.abs(reached / density - 1) <= unsaid)
    return [];
  return [{ ...errors.densityByDegrees(density, reached), path: 'sparsity.density' }];
}
