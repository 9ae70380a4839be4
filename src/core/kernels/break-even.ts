/** Which layers are computed by their kept weights alone, and which with zeros for pruned ones. */
import { weightShape } from '../network';
import type { MaskableLayer } from '../network';

/** The density of a network up to which `auto` computes kept weights alone. */
export const densestSparse = 0.5;

/**
 * The same with plain kernels, beside TensorFlow.js in WebAssembly without SIMD. With SIMD it was quicker at every
 * density, in plain JavaScript at none, see docs/performance.md.
 */
export const densestPlain = 0.15;

/**
 * The density of a layer up to which products of its kept weights alone were at least as quick as all: by both builds,
 * forward and both gradients together, see docs/performance.md. Not measured where a run begins, so that it goes on to
 * the same bits wherever and whenever it goes on.
 */
export function breakEven(layer: MaskableLayer): number {
  if (layer.kind === 'linear') return 0.6;
  // In groups few outputs meet the same features, so that little is gained by meeting them together.
  if (layer.groups > 1) return 1;
  return layer.kernel[0] * layer.kernel[1] > 1 ? 0.6 : 0.5;
}

/** Whether a layer of which so many weights are kept computes with these alone. */
export function computesSparsely(layer: MaskableLayer, kept: number): boolean {
  const { rows, columns } = weightShape(layer);
  return kept <= breakEven(layer) * rows * columns;
}
