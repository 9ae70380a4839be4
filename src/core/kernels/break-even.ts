/** Which layers are computed by their kept weights alone, and which with zeros for pruned ones. */
import { weightShape } from '../network';
import type { MaskableLayer } from '../network';

/** The density from which on all products are made, with zeros for pruned weights. */
export const densestSparse = 0.5;

/** Whether a layer of which so many weights are kept computes with these alone. */
export function computesSparsely(layer: MaskableLayer, kept: number): boolean {
  // In groups few outputs meet the same features, so that little is gained by meeting them together.
  if (layer.kind === 'conv' && layer.groups > 1) return true;
  const { rows, columns } = weightShape(layer);
  return kept <= densestSparse * rows * columns;
}
