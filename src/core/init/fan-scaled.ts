import type { BaseRequest } from './base-request';
import { checkMask, keptPerRow, fans } from './fan';

/**
 * Independent normals, row-major float32, of variance gain^2 * numerator / fan-in. With `sparseFan` the fan-in of a row is
 * the number of its kept weights, and a row that keeps none is 0; weights outside the mask are left for `applyMask`, so
 * that the draws do not depend on the mask. Throws `init.*`, `shape.*`.
 */
export function fanInNormal(request: BaseRequest, numerator: number): Float32Array<ArrayBuffer> {
  const { shape, gain, rng, mask, sparseFan } = request;
  const { fanIn } = fans(shape);
  if (mask) checkMask(shape, mask);
  const kept = sparseFan && mask ? keptPerRow(mask) : undefined;
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  for (let r = 0, at = 0; r < shape.rows; r++) {
    const fan = kept ? kept[r] : fanIn;
    const deviation = fan === 0 ? 0 : gain * Math.sqrt(numerator / fan);
    for (let c = 0; c < shape.columns; c++) weights[at++] = deviation * draws.normal();
  }
  return weights;
}
