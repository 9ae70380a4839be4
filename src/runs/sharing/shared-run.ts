/** A config that shares weights, as its diagnosis looks at it. */
import { initialMemory, scalesOf } from '../../config/initial-memory';
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import type { Parts } from '../../core/parts';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import type { LocationSums } from '../../core/rps/location-sums';
import { normalisedInParts } from '../../core/rps/scales';
import { notSharing } from '../errors';

export interface SharedStart {
  run: SharedRun;
  memory: Float32Array;
  /** Of the normalised form: what its factors were made of. */
  sums?: LocationSums;
}

/** @throws SparseError `runs.not-sharing` of a config without `sharing`; `rps.*` */
export function* sharedStart(config: Config, plan: NetworkPlan): Parts<SharedStart> {
  const { sharing: written } = config;
  if (!written || !plan.sharing) throw notSharing(config.name);
  const { method, scaler, initStd, compat } = written;
  const { name, learningRate, momentum, nesterov } = config.train.optimizer;
  const normalised = method === 'stable-rps' ? yield* normalisedInParts(plan.sharing) : undefined;
  const scales = normalised?.scales ?? scalesOf(plan.sharing, written);
  const run: SharedRun = {
    sharing: plan.sharing,
    ...{ scales, method, scaler, compat },
    optimizer: { name, learningRate, momentum, nesterov },
    ...(initStd !== undefined && { initStd }),
  };
  const memory = yield* initialMemory(plan.sharing, scales, config, plan);
  return { run, memory, ...(normalised && { sums: normalised.sums }) };
}
