/** Draws the weights of a layer as the config asks; describes what came out, which takes longer than the drawing. */
import type { Config } from '../config/types';
import type { LayerPlan } from '../config/plan';
import type { RotationSequence } from '../core/rotation-sequence';
import { maskedOrthogonalInParts } from '../core/init/base';
import { exactOrthogonal } from '../core/init/eoi';
import { singularValuesInParts } from '../core/linalg/svd';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import { orthogonalityErrorInParts, summarise } from '../core/spectrum';
import type { LayerSummary } from '../protocol/run';
import type { LayerState } from './network';

export interface DrawnLayer {
  /** (out, in), row-major; zero outside the mask. */
  weights: Float32Array;
  mask: Mask;
  /** The rotations as drawn; `base` has none. */
  sequence?: RotationSequence;
}

/** @throws SparseError `eoi.*`, `mask.*`, `shape.*` */
export function* drawLayer({ seed, sparsity }: Config, { name, rows, columns, ...plan }: LayerPlan): Parts<DrawnLayer> {
  // A generator of its own by name: another layer's draw does not change this one's.
  const rng = Rng.fromSeed(seed).split(`layers/${name}/init`);
  return sparsity.init === 'eoi'
    ? exactOrthogonal({ rows, columns, density: plan.targetDensity, angles: sparsity.eoi.angles, rng, seed })
    : yield* maskedOrthogonalInParts({ rows, columns, count: plan.targetNonZeros, rng });
}

/** A state with these weights, biases zero, momentum zero. */
export const freshState = (
  { name, rows, columns }: Pick<LayerPlan, 'name' | 'rows' | 'columns'>,
  { weights, mask }: DrawnLayer,
): LayerState => ({
  name,
  rows,
  columns,
  weight: weights,
  mask: mask.toBytes(),
  bias: new Float32Array(rows),
  weightMomentum: new Float32Array(rows * columns),
  biasMomentum: new Float32Array(rows),
});

/** @throws SparseError `linalg.no-convergence` */
export function* describeLayer(
  init: Config['sparsity']['init'],
  { name, rows, columns, targetDensity }: LayerPlan,
  { weights, mask, sequence }: DrawnLayer,
): Parts<LayerSummary> {
  return {
    name,
    shape: [rows, columns],
    targetDensity,
    density: mask.density,
    nonZeros: mask.count(),
    init,
    rotations: sequence?.first.length ?? 0,
    orthogonalityError: yield* orthogonalityErrorInParts(weights, rows, columns),
    singularValues: summarise(yield* singularValuesInParts(weights, rows, columns)),
  };
}
