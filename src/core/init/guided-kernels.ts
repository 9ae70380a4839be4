/**
 * Exact orthogonal initialisation of a layer led by a wanted pattern: each group of a convolution, or a linear layer.
 */
import type { Angles } from '../angles';
import type { LayerShape } from '../density/layer-shape';
import { intersectionOverUnion, overlapOf } from '../mask';
import type { Mask } from '../mask';
import { finish } from '../parts';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';
import { CentredKernels } from './centre-tap';
import { guidedOrthogonalInParts } from './guided';
import { unmaskAtRandom } from './unmask';
import type { Wanted } from './wanted-kernels';

export interface GuidedLayerRequest {
  shape: LayerShape;
  wanted: Wanted;
  /** Keep kernels whole wherever their centre is not 0 (`eis`). */
  wholeKernels: boolean;
  angles: Angles;
  rng: Rng;
  /** Only recorded. */
  seed: number;
  /** sigma_w. */
  gain: number;
}

export interface GuidedLayer {
  /** Row-major float32, rows x columns: `gain` times the matrices at the centre taps, else 0. */
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  /** One a group, (outputs x inputs) of it. */
  sequences: RotationSequence[];
  /** Intersection over union of the mask and `wanted.weight`. */
  iou: number;
  /** Of the non-zeros of the matrices and `wanted.matrices`, all groups together. */
  centreIou: number;
  /** Density of the matrices, all groups together: non-zeros by rows * inputs. */
  heldDensity: number;
  /** Entries that begin where nothing is wanted, and pairs of axes that were looked at, of all groups. */
  unmatched: number;
  evaluations: number;
}

/**
 * A matrix for each group, led by its own pattern (`guidedOrthogonal`), at the centre of the kernel. Where
 * `wanted.fill`, as many weights are kept as `wanted.weight` has, 0 in the beginning: places that it wants, drawn at
 * random only when rotations have taken some that it does not want. Then the count is exact, unless the matrices alone
 * have more. Throws `eoi.*`, `init.*`, `shape.*`.
 */
export const guidedLayer = (p: GuidedLayerRequest): GuidedLayer => finish(guidedLayerInParts(p));

/** `guidedLayer`, the same bit for bit, in parts: one rotation each, at most. Throws the same. */
export function* guidedLayerInParts(p: GuidedLayerRequest): Parts<GuidedLayer> {
  const { shape, wanted, wholeKernels, angles, rng, seed, gain } = p;
  const kernels = new CentredKernels(shape);
  const { groups, inputs } = kernels.parted;
  const sequences: RotationSequence[] = [];
  const sums = { both: 0, either: 0, unmatched: 0, evaluations: 0 };
  for (const [group, pattern] of wanted.matrices.entries()) {
    const draws = groups > 1 ? rng.split(`group/${group}`) : rng;
    // What all groups together need was checked: in a kernel other taps make up for it.
    const guided = yield* guidedOrthogonalInParts({ pattern, angles, rng: draws, seed, allowTooSparse: true });
    kernels.place(group, { mask: guided.mask, weights: guided.weights.map((value) => gain * value) });
    sequences.push(guided.sequence);
    const { both, either } = overlapOf(guided.mask, pattern);
    sums.both += both;
    sums.either += either;
    sums.unmatched += guided.unmatched;
    sums.evaluations += guided.evaluations;
    yield;
  }
  const { weights, mask } = kernels;
  const heldDensity = mask.count() / (shape.rows * inputs);
  if (wholeKernels) kernels.keepWholeKernels();
  if (wanted.fill)
    unmaskAtRandom(mask, Math.max(0, wanted.weight.count() - mask.count()), rng.split('unmask'), wanted.weight);
  const { both, either, unmatched, evaluations } = sums;
  const iou = intersectionOverUnion(mask, wanted.weight);
  return { weights, mask, sequences, iou, centreIou: both / either, heldDensity, unmatched, evaluations };
}
