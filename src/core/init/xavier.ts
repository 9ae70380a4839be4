import type { BaseRequest } from './base-request';
import { checkMask, fans, keptPerInput, keptPerRow, partLayer } from './fan';

/**
 * Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010), equation
 * 12: variance 2 / (fan-in + fan-out), here times gain^2. With `sparseFan` the fans are the kept weights of the
 * weight's own row and input channel; a weight with none in either is 0. Row-major float32, rows x columns. Throws
 * `init.*`, `shape.*`.
 */
export function xavierNormal({ shape, gain, rng, mask, sparseFan }: BaseRequest): Float32Array<ArrayBuffer> {
  const { fanIn, fanOut } = fans(shape);
  const { outputs, inputs, taps } = partLayer(shape);
  if (mask) checkMask(shape, mask);
  const sparse = sparseFan && mask ? { rows: keptPerRow(mask), inputs: keptPerInput(shape, mask) } : undefined;
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  for (let r = 0, at = 0; r < shape.rows; r++) {
    const first = Math.floor(r / outputs) * inputs;
    for (let c = 0; c < shape.columns; c++) {
      const sum = sparse ? sparse.rows[r] + sparse.inputs[first + Math.floor(c / taps)] : fanIn + fanOut;
      weights[at++] = (sum === 0 ? 0 : gain * Math.sqrt(2 / sum)) * draws.normal();
    }
  }
  return weights;
}
