/** What is not written of `sharing`, and what a config with it says about sparsity: that there is none. */
import { ownOf } from '../core/rps/names';
import type { Config, ReadConfig, SharingConfig } from './types';

type ByMethod = Pick<SharingConfig, 'scope' | 'mapping' | 'scaler' | 'initStd'>;

/** The deviation of the memory in the public code of ROAST. */
const publicInitStd = 0.04;

const byMethod: Readonly<Record<SharingConfig['method'], ByMethod>> = {
  'stable-rps': { ...ownOf['stable-rps'], scaler: 'theory' },
  roast: { ...ownOf.roast, scaler: 'none', initStd: publicInitStd },
  hashednet: { ...ownOf.hashednet, scaler: 'none', initStd: publicInitStd },
};

/** Whether the memory is drawn with a deviation of its own, by which each step depends on it. */
export const hasInitStd = ({ method }: Pick<SharingConfig, 'method'>): boolean =>
  byMethod[method].initStd !== undefined;

/** A config with everything in it that its other keys say. */
export function resolved({ sharing, ...config }: ReadConfig): Config {
  if (!sharing) return config;
  const { base, gain } = sharing;
  const sparsity = { ...config.sparsity, density: 1, distribution: 'uniform', init: 'base', base, gain } as const;
  return { ...config, sparsity, sharing: { ...byMethod[sharing.method], ...sharing } };
}
