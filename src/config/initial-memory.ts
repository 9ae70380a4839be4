/** The factors by which a config's shared weights are recovered, and the memory that they begin from. */
import { Rng } from '../core/rng';
import { drawMemory, normalisedScales, plainScales } from '../core/rps/scales';
import type { MemoryDraw, Scales } from '../core/rps/scales';
import type { Sharing } from '../core/rps/sharing';
import type { Config, SharingConfig } from './types';

/** @throws SparseError `rps.bad-init-std` */
export const scalesOf = (sharing: Sharing, { method, initStd }: Pick<SharingConfig, 'method' | 'initStd'>): Scales =>
  method === 'stable-rps' ? normalisedScales(sharing) : plainScales(sharing, initStd ?? 1);

/** Depends on the seed, the mapping and the factors only. */
export function initialMemory(
  sharing: Sharing,
  scales: Scales,
  config: Pick<Config, 'seed' | 'sharing'>,
): Float32Array {
  const { initStd, compat } = config.sharing ?? {};
  const draw: MemoryDraw | undefined =
    initStd === undefined ? undefined : { kind: compat ? 'compat' : 'uniform', s: initStd };
  return drawMemory(sharing, scales, draw, Rng.fromSeed(config.seed).split('sharing/init'));
}
