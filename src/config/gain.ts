/** sigma_w and sigma_b of a config, computed where it asks for the critical ones. */
import { isSparseError } from '../core/errors';
import { criticalGain } from '../core/init/mean-field';
import type { Gains } from '../core/init/mean-field';
import { everyLayer } from '../core/network';
import type { Activation, Network } from '../core/network';
import * as errors from './errors';
import type { PathFinding } from './finding';
import type { Config } from './types';

/** The activations between the layers. */
const activationsOf = ({ layers }: Network): Activation[] => [
  ...new Set([...everyLayer(layers)].flatMap((layer) => (layer.kind === 'activation' ? [layer.fn] : []))),
];

const path = 'sparsity.gain.weight';

/** These have a variance of their own, which a critical gain would multiply a second time. */
const scaled = ['kaiming-normal', 'xavier-normal'];

/** The gains, or why there are no critical ones. */
export function gainOf(config: Config, network: Network): { gain: Gains } | { problem: PathFinding } {
  const { gain, base, init } = config.sparsity;
  const { weight, bias } = gain;
  if (weight !== 'critical') return { gain: { weight, bias } };
  if (init === 'base' && scaled.includes(base)) return { problem: { ...errors.criticalBase(base), path } };
  const activations = activationsOf(network);
  if (activations.length > 1) return { problem: { ...errors.criticalActivations(activations), path } };
  try {
    const critical = criticalGain(activations.at(0) ?? 'linear', { biasVariance: bias ** 2 });
    return { gain: { weight: critical.weight, bias } };
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return { problem: { ...errors.noCriticalGain(error.message), path } };
  }
}
