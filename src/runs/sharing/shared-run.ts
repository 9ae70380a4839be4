/** A config that shares weights, as its diagnosis looks at it. */
import { initialMemory, scalesOf } from '../../config/initial-memory';
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import type { Parts } from '../../core/parts';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import { GammaSumming } from '../../core/rps/diagnosis/gammas';
import type { KnownSums } from '../../core/rps/diagnosis/static';
import { countedInParts, placesInParts } from '../../core/rps/location-counts';
import { deviationsOf, normalisedBy } from '../../core/rps/scales';
import type { Sharing } from '../../core/rps/sharing';
import { notSharing } from '../errors';

export interface SharedStart {
  run: SharedRun;
  memory: Float32Array;
  /** Of the normalised form. */
  known?: KnownSums;
}

/** @throws SparseError `runs.not-sharing` of a config without `sharing`; `rps.*` */
export function* sharedStart(config: Config, plan: NetworkPlan): Parts<SharedStart> {
  const { sharing: written } = config;
  if (!written || !plan.sharing) throw notSharing(config.name);
  const { method, scaler, initStd, compat } = written;
  const { name, learningRate, momentum, nesterov } = config.train.optimizer;
  const known = method === 'stable-rps' ? yield* normalisedSums(plan.sharing) : undefined;
  const scales = known ? normalisedBy(plan.sharing, known.gammas.values) : scalesOf(plan.sharing, written);
  const run: SharedRun = {
    sharing: plan.sharing,
    ...{ scales, method, scaler, compat },
    optimizer: { name, learningRate, momentum, nesterov },
    ...(initStd !== undefined && { initStd }),
  };
  const memory = yield* initialMemory(plan.sharing, scales, config, plan);
  return { run, memory, ...(known && { known }) };
}

function* normalisedSums(sharing: Sharing): Parts<KnownSums> {
  const places = yield* placesInParts(sharing);
  const summing = new GammaSumming(sharing, { lambda: deviationsOf(sharing), normalised: true }, 'theory');
  yield* countedInParts(sharing, summing, { places });
  return { gammas: summing.gammas(), places };
}
