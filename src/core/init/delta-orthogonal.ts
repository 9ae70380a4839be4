import { haarOrthogonalInParts } from '../linalg/haar';
import type { Parts } from '../parts';
import type { BaseRequest } from './base-request';
import { centreTap } from './centre-tap';
import { noSparseFan } from './errors';
import { partLayer } from './fan';

/**
 * Xiao et al., "Dynamical Isometry and a Mean Field Theory of CNNs" (ICML 2018), algorithm 2: every tap is 0 but the
 * centre one, which is gain times a Haar matrix (outputs x inputs, per group). The operator then has the matrix's
 * singular values, with zero and with circular padding. The centre of an even kernel is [(k - 1) / 2] rounded down. A
 * linear layer is a 1 x 1 kernel. Row-major float32, rows x columns. Throws `init.*`, `shape.*`.
 */
export function* deltaOrthogonalInParts(p: BaseRequest): Parts<Float32Array<ArrayBuffer>> {
  const { shape, gain, rng, sparseFan } = p;
  if (sparseFan) throw noSparseFan('delta-orthogonal');
  const { groups, outputs, inputs, kernel, taps } = partLayer(shape);
  const centre = centreTap({ kernel });
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  for (let group = 0; group < groups; group++) {
    const block = yield* haarOrthogonalInParts(outputs, inputs, draws);
    const first = group * block.length;
    for (let i = 0; i < block.length; i++) weights[(first + i) * taps + centre] = gain * block[i];
  }
  return weights;
}
