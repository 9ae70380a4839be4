/** sigma_w and sigma_b of a config, computed where it asks for the critical ones. */
import { atLeast, isSparseError } from '../core/errors';
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

/**
 * Weights are float32, whose digits get fewer below 2^-126. With this gain an entry of 2^-24, where the digits of 1
 * end, is still above that. The other end of their range, 2^128, is out of reach: the schema has gains up to 100.
 */
const leastGain = 2 ** -102;

/** A gain that would turn into zeros without a word; 0 of biases asks for them. `section`: where it is written. */
function vanishing({ weight, bias }: Config['sparsity']['gain'], section: string): PathFinding | undefined {
  const tooSmall = (key: 'weight' | 'bias', value: number): PathFinding => {
    const path = `${section}.gain.${key}`;
    return { ...errors.gainTooSmall(path, value, atLeast(leastGain)), path };
  };
  if (weight !== 'critical' && weight < leastGain) return tooSmall('weight', weight);
  return bias > 0 && bias < leastGain ? tooSmall('bias', bias) : undefined;
}

/** These have a variance of their own, which a critical gain would multiply a second time. */
const scaled = ['kaiming-normal', 'xavier-normal'];

/** The gains, or why there are no critical ones. */
export function gainOf(config: Config, network: Network): { gain: Gains } | { problem: PathFinding } {
  const { gain, base, init } = config.sparsity;
  const { weight, bias } = gain;
  const section = config.sharing ? 'sharing' : 'sparsity';
  const path = `${section}.gain.weight`;
  const problem = vanishing(gain, section);
  if (problem) return { problem };
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
