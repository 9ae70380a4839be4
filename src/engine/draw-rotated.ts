/** Layers whose weights are products of rotations: exact orthogonal initialisation in all its forms. */
import type { LayerPlan } from '../config/layer-plans';
import { keepsWholeKernels } from '../config/methods';
import type { Config } from '../config/types';
import { exactOrthogonalConvInParts, exactOrthogonalKernelsInParts } from '../core/init/eoi-conv';
import type { ConvEoi } from '../core/init/eoi-conv';
import { exactOrthogonalsInParts } from '../core/init/eoi';
import { guidedLayerInParts } from '../core/init/guided-kernels';
import type { Wanted } from '../core/init/wanted-kernels';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import type { Rng } from '../core/rng';
import type { RotationSequence } from '../core/rotation-sequence';
import type { InitDetails } from '../protocol/run';

export interface RotatedLayer {
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  /** As drawn, one a group; the weights are sigma_w times their product, at the centre of a kernel. */
  sequences: RotationSequence[];
  details?: InitDetails;
}

export interface RotatedRequest {
  layer: LayerPlan;
  /** Of the whole weight. */
  density: number;
  rng: Rng;
}

/** Of layers of one shape whose weights are matrices. @throws SparseError `eoi.*`, `init.*`, `shape.*` of any of them */
export function* drawRotatedMatrices(
  { seed, sparsity }: Config,
  gain: number,
  requests: readonly RotatedRequest[],
): Parts<RotatedLayer[]> {
  const [{ layer }] = requests;
  const shape = { rows: layer.rows, columns: layer.columns, angles: sparsity.eoi.angles, seed };
  const draws = requests.map(({ density, rng }) => ({ density, rng, gain }));
  const drawn = yield* exactOrthogonalsInParts(shape, draws);
  return drawn.map(({ weights, mask, sequence }) => ({ weights, mask, sequences: [sequence] }));
}

/** Of a layer of kernels, or of several matrices. @throws SparseError `eoi.*`, `init.*`, `shape.*` */
export function* drawRotatedKernels(
  { seed, sparsity }: Config,
  gain: number,
  { layer, density, rng }: RotatedRequest,
): Parts<RotatedLayer> {
  const { angles, convDensity } = sparsity.eoi;
  const request = { shape: layer, density, angles, rng, seed, gain };
  const drawn: ConvEoi = keepsWholeKernels(sparsity)
    ? yield* exactOrthogonalKernelsInParts(request)
    : yield* exactOrthogonalConvInParts({ ...request, convDensity });
  const { weights, mask, sequences, heldDensity } = drawn;
  return { weights, mask, sequences, details: { centreDensity: heldDensity } };
}

/** Towards a wanted pattern. @throws SparseError `eoi.*` */
export function* drawGuided(
  { config, layer, gain, rng }: { config: Config; gain: number } & Omit<RotatedRequest, 'density'>,
  wanted: Wanted,
): Parts<RotatedLayer> {
  const { seed, sparsity } = config;
  const { angles } = sparsity.eoi;
  const began = performance.now();
  const wholeKernels = keepsWholeKernels(sparsity);
  const guided = yield* guidedLayerInParts({ shape: layer, wanted, wholeKernels, angles, rng, seed, gain });
  const { weights, mask, sequences, iou, centreIou, heldDensity, unmatched, evaluations } = guided;
  const details: InitDetails = {
    ...(layer.kernel && { centreDensity: heldDensity }),
    overlap: iou,
    ...(wanted.fill && { centreOverlap: centreIou }),
    unmatched,
    evaluations,
    seconds: (performance.now() - began) / 1000,
  };
  return { weights, mask, sequences, details };
}
