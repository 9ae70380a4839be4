import { checkSize, products } from './scores';

/**
 * SNIP (Lee, Ajanthan, Torr, "SNIP: single-shot network pruning based on connection sensitivity", ICLR 2019, section
 * 4.1; eoi.md 3.2): |w g|, where g is the gradient of the loss (cross-entropy on logits) at initialisation. The paper
 * divides by the sum over the network, which changes no order and is left out. Higher is kept, globally.
 *
 * `weights`, `gradients`: row-major, same length; the result is float64. Throws `prune.size-mismatch`.
 */
export function snipScores(
  weights: Float32Array,
  gradients: Float32Array | Float64Array,
  name = 'weight',
): Float64Array<ArrayBuffer> {
  checkSize(name, 'gradients', gradients, weights.length);
  return products(weights, gradients, Math.abs);
}
