/** A config that shares weights, as its diagnosis looks at it. */
import { initialMemory, scalesOf } from '../../config/initial-memory';
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import type { Parts } from '../../core/parts';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import { notSharing } from '../errors';

export interface SharedStart {
  run: SharedRun;
  memory: Float32Array;
}

/** @throws SparseError `runs.not-sharing` of a config without `sharing`; `rps.*` */
export function* sharedStart(config: Config, plan: NetworkPlan): Parts<SharedStart> {
  const { sharing: written } = config;
  if (!written || !plan.sharing) throw notSharing(config.name);
  const { method, scaler, initStd, compat } = written;
  const { name, learningRate, momentum, nesterov } = config.train.optimizer;
  const scales = scalesOf(plan.sharing, written);
  const run: SharedRun = {
    sharing: plan.sharing,
    ...{ scales, method, scaler, compat },
    optimizer: { name, learningRate, momentum, nesterov },
    ...(initStd !== undefined && { initStd }),
  };
  return { run, memory: yield* initialMemory(plan.sharing, scales, config, plan) };
}
