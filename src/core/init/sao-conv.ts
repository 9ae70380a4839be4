import type { LayerShape } from '../density/layer-shape';
import type { Mask } from '../mask';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import { CentredKernels } from './centre-tap';
import { partLayer } from './fan';
import { nearestDegree, possibleDegrees, sparseOrthogonalInParts } from './sao';

/**
 * The degrees that a layer can have: those of the matrix of one group. Throws `init.bad-groups`, `init.bad-kernel`,
 * `shape.*`.
 */
export function possibleLayerDegrees(shape: LayerShape): number[] {
  const { outputs, inputs } = partLayer(shape);
  return possibleDegrees(outputs, inputs);
}

/** As `nearestDegree`, of the matrix of one group: with whole kernels the density of a layer is that of it. */
export function nearestLayerDegree(shape: LayerShape, density: number): number {
  const { outputs, inputs } = partLayer(shape);
  return nearestDegree(outputs, inputs, density);
}

/**
 * Sparse orthogonal initialisation of a linear layer or a convolution (Esguerra et al. 2023; eoi.md 2.2): of a
 * convolution the matrix stands at the centre of the kernel and whole kernels are kept, each group by itself. Row-major
 * float32. Throws `init.degree-does-not-divide`, `init.bad-gain`, `init.bad-groups`, `init.bad-kernel`, `shape.*`.
 */
export function* sparseOrthogonalLayerInParts(p: {
  shape: LayerShape;
  degree: number;
  gain: number;
  rng: Rng;
}): Parts<{ weights: Float32Array<ArrayBuffer>; mask: Mask }> {
  const { shape, degree, gain, rng } = p;
  if (!shape.kernel && !shape.stack)
    return yield* sparseOrthogonalInParts({ rows: shape.rows, columns: shape.columns, degree, gain, rng });
  const kernels = new CentredKernels(shape);
  const { groups, outputs, inputs } = kernels.parted;
  for (let group = 0; group < groups; group++) {
    const draws = rng.split(`group/${group}`);
    kernels.place(group, yield* sparseOrthogonalInParts({ rows: outputs, columns: inputs, degree, gain, rng: draws }));
  }
  kernels.keepWholeKernels();
  const { weights, mask } = kernels;
  return { weights, mask };
}
