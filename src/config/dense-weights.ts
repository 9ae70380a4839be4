/** The weights that a layer of a config's dense network begins with. */
import { baseInitialisations } from '../core/init/registry';
import type { Gains } from '../core/init/mean-field';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import type { LayerPlan } from './layer-plans';
import { scalesByFan } from './methods';
import type { Config } from './types';

export interface DenseDrawing {
  config: Pick<Config, 'seed' | 'sparsity'>;
  gain: Gains;
}

/** A generator of its own by name: another layer's draw does not change this one's. */
export const initRngOf = ({ seed }: Pick<Config, 'seed'>, name: string): Rng =>
  Rng.fromSeed(seed).split(`layers/${name}/init`);

/** The weights of `sparsity.base`, not cut yet. `mask`: what they will be cut to, which `fan: sparse` counts. */
export function denseWeights(
  { config, gain }: DenseDrawing,
  shape: LayerPlan,
  mask?: Mask,
): Parts<Float32Array<ArrayBuffer>> {
  const { base, fan } = config.sparsity;
  const counted = mask && fan === 'sparse' && scalesByFan(base) ? { mask, sparseFan: true } : {};
  return baseInitialisations[base]({ shape, gain: gain.weight, rng: initRngOf(config, shape.name), ...counted });
}
