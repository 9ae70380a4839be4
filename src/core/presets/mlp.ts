import type { Activation, Layer } from '../network';
import { activation, linear } from './parts';
import type { Task } from './parts';

export interface Stack {
  /** Weighted layers. */
  depth: number;
  width: number;
  fn: Activation;
}

/**
 * Linear layers inputs-width-...-width-classes: the MLPs of Nowak et al. (arXiv 2406.01755; eoi.md 4.1). Depth 7 and width
 * 100 are MLP-7, depth 1000 and width 128 MLP-1000.
 */
export function mlp({ picture, classes }: Task, { depth, width, fn }: Stack): Layer[] {
  const inputs = picture[0] * picture[1] * picture[2];
  const sizes = [inputs, ...Array.from({ length: depth - 1 }, () => width), classes];
  return sizes.slice(1).flatMap((out, i): Layer[] => {
    const layer = linear(`fc${i + 1}`, sizes[i], out);
    return i === depth - 1 ? [layer] : [layer, activation(fn)];
  });
}
