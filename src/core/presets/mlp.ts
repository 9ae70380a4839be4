import type { Activation, Layer } from '../network';
import { activation, linear } from './parts';
import type { Task } from './parts';

/**
 * Linear layers inputs-widths-classes, the last without an activation: the MLPs of Nowak et al. (arXiv 2406.01755;
 * eoi.md 4.1). Six widths of 100 are MLP-7, 999 of 128 MLP-1000.
 */
export function mlp(
  { picture, classes }: Task,
  { widths, fn }: { widths: readonly number[]; fn: Activation },
): Layer[] {
  const inputs = picture[0] * picture[1] * picture[2];
  const sizes = [inputs, ...widths, classes];
  return sizes.slice(1).flatMap((out, i): Layer[] => {
    const layer = linear(`fc${i + 1}`, sizes[i], out);
    return i === widths.length ? [layer] : [layer, activation(fn)];
  });
}
