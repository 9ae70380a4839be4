/**
 * What a wanted pattern asks of a layer: of the matrix of each group, which rotations make, and of the whole weight.
 */
import type { LayerShape } from '../density/layer-shape';
import { Mask } from '../mask';
import { centreTap } from './centre-tap';
import { wantedTooSparse } from './eoi-errors';
import { partLayer } from './fan';
import type { Parted } from './fan';

export interface Wanted {
  /** One a group, (outputs, inputs) of it. */
  matrices: readonly Mask[];
  /** Of the whole weight, rows x columns. */
  weight: Mask;
  /** Whether what is wanted and no rotation reaches is kept all the same, 0 in the beginning. */
  fill: boolean;
}

/** The same matrix for each group. `wholeKernels`: kernels are kept whole (`eis`), not their centres only. */
export function wantedOfMatrix(shape: LayerShape, matrix: Mask, wholeKernels: boolean): Wanted {
  const parted = partLayer(shape);
  const matrices = Array.from({ length: parted.groups }, () => matrix);
  return { matrices, weight: weightOf(shape, parted, matrices, wholeKernels), fill: false };
}

/**
 * `mask`: of the whole weight, rows x columns; each group has its own block of rows. The matrix of a group is wanted
 * where the centre of the kernel is; with `wholeKernels` where any of its taps is, and then the kernel is wanted whole.
 * The other taps that are wanted cannot be met by rotations, which leave them 0: they are filled.
 * Throws `eoi.pattern-too-sparse`.
 */
export function wantedOfWeight(shape: LayerShape, mask: Mask, wholeKernels: boolean): Wanted {
  const parted = partLayer(shape);
  const { groups, outputs, inputs, taps } = parted;
  const asked = askedTaps(parted, wholeKernels);
  const matrices = Array.from({ length: groups }, (_, group) => {
    const matrix = Mask.empty(outputs, inputs);
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs; i++)
        if (asked.some((tap) => mask.get(group * outputs + o, i * taps + tap))) matrix.set(o, i);
    return matrix;
  });
  const weight = wholeKernels ? weightOf(shape, parted, matrices, true) : mask;
  const least = groups * Math.min(outputs, inputs) * asked.length;
  const kept = weight.count();
  if (kept < least) throw wantedTooSparse(shape.name, kept, shape.rows * shape.columns, least);
  return { matrices, weight, fill: !wholeKernels && shape.kernel !== undefined };
}

/** The taps at which a pattern of the weight and one of the matrices say the same. */
const askedTaps = (parted: Parted, wholeKernels: boolean): number[] =>
  wholeKernels ? Array.from({ length: parted.taps }, (_, tap) => tap) : [centreTap(parted)];

/** The matrices at the centres of the kernels, or at all their taps. */
function weightOf(shape: LayerShape, parted: Parted, matrices: readonly Mask[], wholeKernels: boolean): Mask {
  const { outputs, inputs, taps } = parted;
  const asked = askedTaps(parted, wholeKernels);
  const weight = Mask.empty(shape.rows, shape.columns);
  for (let r = 0; r < shape.rows; r++)
    for (let i = 0; i < inputs; i++) {
      if (!matrices[Math.floor(r / outputs)].get(r % outputs, i)) continue;
      for (const tap of asked) weight.set(r, i * taps + tap);
    }
  return weight;
}
