import { haarOrthogonalInParts } from '../linalg/haar';
import type { Parts } from '../parts';
import type { BaseRequest } from './base-request';
import { noSparseFan } from './errors';
import { partLayer } from './fan';

/**
 * Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning" (ICLR 2014): gain times a Haar
 * matrix with orthonormal shorter dimension, on the matrix view; each group of a convolution has its own. With one
 * group the draws are those of `maskedOrthogonal`, bit for bit. Row-major float32, rows x columns. Throws `init.*`,
 * `shape.*`.
 */
export function* orthogonalInParts({ shape, gain, rng, sparseFan }: BaseRequest): Parts<Float32Array<ArrayBuffer>> {
  if (sparseFan) throw noSparseFan('orthogonal');
  const { groups, outputs } = partLayer(shape);
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  for (let group = 0; group < groups; group++) {
    const block = yield* haarOrthogonalInParts(outputs, shape.columns, draws);
    const first = group * block.length;
    for (let i = 0; i < block.length; i++) weights[first + i] = gain * block[i];
  }
  return weights;
}
