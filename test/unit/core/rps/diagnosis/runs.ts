/** Runs to diagnose. */
import { finish } from '../../../../../src/core/parts';
import { Rng } from '../../../../../src/core/rng';
import type { Finding, Measure } from '../../../../../src/core/rps/diagnosis/finding';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { diagnoseStatic } from '../../../../../src/core/rps/diagnosis/static';
import type { StaticDiagnosis } from '../../../../../src/core/rps/diagnosis/static';
import { drawMemory, MemoryDrawing } from '../../../../../src/core/rps/initial-draw';
import { normalisedScales, plainScales } from '../../../../../src/core/rps/scales';
import { sharingOf } from '../../../../../src/core/rps/sharing';
import type { LayerToShare } from '../../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../../src/core/rps/pieces';
import { smallLayers } from '../layers';

const sgd = { name: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false } as const;

/** ROAST of the small layers at compression 4, but for what is changed. */
export function runOf(
  change: Partial<SharedRun> & {
    layers?: LayerToShare[];
    spec?: MappingSpec;
    compression?: number;
    scope?: 'global' | 'local';
    normalised?: true;
  } = {},
): SharedRun {
  const { layers = smallLayers, spec = { kind: 'random', seed: 2 }, compression = 4, scope = 'global' } = change;
  const { normalised, initStd = 0.04 } = change;
  const sharing = sharingOf(layers, { compression, spec, scope });
  return {
    sharing,
    scales: normalised ? normalisedScales(sharing) : plainScales(sharing, initStd),
    method: normalised ? 'stable-rps' : 'roast',
    scaler: change.scaler ?? (normalised ? 'theory' : 'none'),
    optimizer: change.optimizer ?? sgd,
    ...(!normalised && { initStd }),
    compat: change.compat ?? false,
  };
}

export const memoryOf = (run: SharedRun): Float32Array =>
  drawMemory(
    run.sharing,
    run.scales,
    new MemoryDrawing({ kind: run.compat ? 'compat' : 'uniform', s: run.initStd ?? 1 }, Rng.fromSeed(4)),
  );

export function staticOf(run: SharedRun): StaticDiagnosis {
  const memory = memoryOf(run);
  return finish(diagnoseStatic(run, (from, to) => memory.subarray(from, to)));
}

export const named = (findings: readonly Finding[], measure: Measure): Finding => {
  const found = findings.find((finding) => finding.measure === measure);
  if (!found) throw new Error(`there is no ${measure}`);
  return found;
};
