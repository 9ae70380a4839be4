/** What a wanted pattern makes of a layer, before any weight exists. */
import { isSparseError, SparseError } from '../core/errors';
import type { LayerDensity, LayerShape } from '../core/density';
import { weightsOf } from '../core/density/layer-shape';
import { patternTooSparse } from '../core/init/eoi-errors';
import { partLayer } from '../core/init/fan';
import { patternCount } from '../core/patterns';
import type { Pattern } from '../core/patterns';
import type { Sparsity } from './methods';

export type Guide = NonNullable<Sparsity['eoi']['pattern']>;
export type FileGuide = Extract<Guide, { file: string }>;

/** Whether masks in a file are wanted, which are not known before it is read. */
export const isFile = (guide: Guide): guide is FileGuide => 'file' in guide;

/**
 * Weights that the pattern keeps of a layer, each group by itself; of whole kernels all taps.
 * @throws SparseError `pattern.*`, `eoi.pattern-too-sparse`
 */
export function patternDensity(pattern: Pattern, shape: LayerShape, wholeKernels: boolean): LayerDensity {
  const { groups, outputs, inputs, taps } = partLayer(shape);
  const kept = named(shape.name, () => {
    const wanted = patternCount(pattern, outputs, inputs);
    const least = Math.min(outputs, inputs);
    if (wanted < least) throw patternTooSparse(outputs, inputs, wanted, least);
    return wanted;
  });
  const count = groups * kept * (wholeKernels ? taps : 1);
  return { name: shape.name, count, density: count / weightsOf(shape) };
}

/** The core's sentences do not know which layer they are about. */
function named<T>(layer: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isSparseError(error)) throw new SparseError(error.code, `${layer}: ${error.message}`, error.details);
    throw error;
  }
}
