/** A config that shares weights, as its diagnosis looks at it. */
import { beginsDense, drawingOf, initialMemory, scalesOf, wiringOf } from '../../config/initial-memory';
import type { NetworkPlan } from '../../config/plan';
import type { Config, SharingConfig } from '../../config/types';
import type { Parts } from '../../core/parts';
import type { MemoryParts } from '../../core/rps/diagnosis/norms';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import { regionSize } from '../../core/rps/location-counts';
import type { Scales } from '../../core/rps/scales';
import type { Sharing } from '../../core/rps/sharing';
import { notSharing } from '../errors';

export interface SharedStart {
  run: SharedRun;
  memory: Float32Array;
}

/** @throws SparseError `runs.not-sharing` of a config without `sharing`; `rps.*` */
export function* sharedStart(config: Config, plan: NetworkPlan): Parts<SharedStart> {
  const { sharing, written } = sharedIn(config, plan);
  const scales = scalesOf(sharing, written);
  return { run: runOf(config, sharing, written, scales), memory: yield* initialMemory(sharing, scales, config, plan) };
}

/** The same, for whoever looks at the memory once, from its beginning on: it is drawn where it is looked at. */
export function* sharedParts(config: Config, plan: NetworkPlan): Parts<{ run: SharedRun; memory: MemoryParts }> {
  const { sharing, written } = sharedIn(config, plan);
  if (beginsDense(sharing, written)) {
    const { run, memory } = yield* sharedStart(config, plan);
    return { run, memory: (from, to) => memory.subarray(from, to) };
  }
  const drawing = drawingOf(config);
  const part = new Float32Array(regionSize);
  return {
    run: runOf(config, sharing, written, wiringOf(sharing, written).scales),
    memory: (from, to, deviations) => {
      const out = part.subarray(0, to - from);
      drawing.fill(out, deviations);
      return out;
    },
  };
}

function sharedIn(config: Config, plan: NetworkPlan): { sharing: Sharing; written: SharingConfig } {
  if (!config.sharing || !plan.sharing) throw notSharing(config.name);
  return { sharing: plan.sharing, written: config.sharing };
}

function runOf({ train }: Config, sharing: Sharing, written: SharingConfig, scales: Scales): SharedRun {
  const { method, scaler, initStd, compat } = written;
  const { name, learningRate, momentum, nesterov } = train.optimizer;
  return {
    ...{ sharing, scales, method, scaler, compat },
    optimizer: { name, learningRate, momentum, nesterov },
    ...(initStd !== undefined && { initStd }),
  };
}
