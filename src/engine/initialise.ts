/** Draws the weights of a layer as the config asks, and describes what came out. */
import type { Config } from '../config/types';
import type { LayerPlan } from '../config/plan';
import type { RotationSequence } from '../core/givens';
import { maskedOrthogonal } from '../core/init/base';
import { exactOrthogonal } from '../core/init/eoi';
import { singularValues } from '../core/linalg/svd';
import type { Mask } from '../core/mask';
import { Rng } from '../core/rng';
import { orthogonalityError, summarise } from '../core/spectrum';
import type { LayerSummary } from '../protocol/run';
import type { LayerState } from './network';

export interface InitialLayer {
  state: LayerState;
  summary: LayerSummary;
  /** The rotations as drawn; `base` has none. */
  sequence?: RotationSequence;
}

interface Drawn {
  weights: Float32Array;
  mask: Mask;
  sequence?: RotationSequence;
}

const draw = ({ seed, sparsity }: Config, { name, rows, columns, ...plan }: LayerPlan): Drawn => {
  // A generator of its own by name: another layer's draw does not change this one's.
  const rng = Rng.fromSeed(seed).split(`layers/${name}/init`);
  return sparsity.init === 'eoi'
    ? exactOrthogonal({ rows, columns, density: plan.targetDensity, angles: sparsity.eoi.angles, rng, seed })
    : maskedOrthogonal({ rows, columns, count: plan.targetNonZeros, rng });
};

/** A state with these weights, biases zero, momentum zero. */
export const freshState = (
  name: string,
  rows: number,
  columns: number,
  weight: Float32Array,
  mask: Uint8Array,
): LayerState => ({
  name,
  rows,
  columns,
  weight,
  mask,
  bias: new Float32Array(rows),
  weightMomentum: new Float32Array(rows * columns),
  biasMomentum: new Float32Array(rows),
});

/** @throws SparseError `eoi.*`, `mask.*`, `shape.*` */
export function initialiseLayer(config: Config, plan: LayerPlan): InitialLayer {
  const { name, rows, columns, targetDensity } = plan;
  const { weights, mask, sequence } = draw(config, plan);
  return {
    state: freshState(name, rows, columns, weights, mask.toBytes()),
    summary: {
      name,
      shape: [rows, columns],
      targetDensity,
      density: mask.density,
      nonZeros: mask.count(),
      init: config.sparsity.init,
      rotations: sequence?.first.length ?? 0,
      orthogonalityError: orthogonalityError(weights, rows, columns),
      singularValues: summarise(singularValues(weights, rows, columns)),
    },
    ...(sequence && { sequence }),
  };
}
