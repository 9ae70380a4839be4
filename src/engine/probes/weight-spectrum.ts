/** Singular values and isometry of a layer's weight: of the matrix, or of the operator that a convolution is. */
import type { LayerShape } from '../../core/density/layer-shape';
import { singularValuesInParts } from '../../core/linalg/svd';
import { operatorIsometryErrorInParts, operatorSingularValuesInParts } from '../../core/linalg/operator';
import type { Parts } from '../../core/parts';
import { orthogonalityErrorInParts } from '../../core/spectrum';

/**
 * Places of the circle on which the operator of a convolution is looked at, along both sides: its frequencies sample
 * those of a picture of any size.
 */
const places = 8;

const grid = (kernel: LayerShape['kernel']): [number, number] =>
  kernel ? [Math.max(places, kernel[0]), Math.max(places, kernel[1])] : [1, 1];

/** Whether the weight is anything but one matrix: stacked matrices are looked at one by one, as groups are. */
const isParted = ({ kernel, stack }: LayerShape): boolean => kernel !== undefined || stack !== undefined;

/** Descending. @throws SparseError `linalg.*` */
export const weightSpectrum = (weights: Float32Array, shape: LayerShape): Parts<Float64Array> =>
  isParted(shape)
    ? operatorSingularValuesInParts(weights, shape, grid(shape.kernel))
    : singularValuesInParts(weights, shape.rows, shape.columns);

/** max |W Wᵀ / gain² - I| over the smaller Gram matrix: how far the directions are from orthonormal. */
export function* weightError(weights: Float32Array, shape: LayerShape, gain: number): Parts<number> {
  if (isParted(shape)) return yield* operatorIsometryErrorInParts(weights, shape, grid(shape.kernel), gain);
  const unit = gain === 1 ? weights : Float64Array.from(weights, (value) => value / gain);
  return yield* orthogonalityErrorInParts(unit, shape.rows, shape.columns);
}
