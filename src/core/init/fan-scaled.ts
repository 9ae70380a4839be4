import type { BaseRequest } from './base-request';
import { checkMask, keptPerRow, fans } from './fan';

/**
 * Independent normals, row-major float32, of variance gain^2 * numerator / fan-in. With `sparseFan` the fan-in of a row
 * is the number of its kept weights, and a row that keeps none is 0; weights outside the mask are left for `applyMask`,
 * so that the draws do not depend on the mask. Throws `init.*`, `shape.*`.
 */
export function fanInNormal(request: BaseRequest, numerator: number): Float32Array<ArrayBuffer> {
  const { shape, gain, rng, mask, sparseFan } = request;
  const { fanIn } = fans(shape);
  if (mask) checkMask(shape, mask);
  const kept = sparseFan && mask ? keptPerRow(mask) : undefined;
  const weights = new Float32Array(shape.rows * shape.columns);
  const deviations = new Float64Array(shape.rows);
  for (let r = 0; r < shape.rows; r++) {
    const fan = kept ? kept[r] : fanIn;
    deviations[r] = fan === 0 ? 0 : gain * Math.sqrt(numerator / fan);
  }
  const draws = rng.split('weights');
  const normals = new Float64Array(Math.min(drawn, weights.length));
  for (let from = 0; from < weights.length; from += drawn) {
    const some = normals.subarray(0, weights.length - from);
    draws.normals(some);
    fill(weights, from, some, deviations);
  }
  return weights;
}

/** Weights that are drawn at a time. */
const drawn = 4096;

/** `deviations`: by row. */
function fill(weights: Float32Array, from: number, normals: Float64Array, deviations: Float64Array): void {
  const columns = weights.length / deviations.length;
  let row = Math.floor(from / columns);
  let end = (row + 1) * columns;
  for (let k = 0; k < normals.length; k++) {
    if (from + k === end) {
      row++;
      end += columns;
    }
    weights[from + k] = deviations[row] * normals[k];
  }
}
