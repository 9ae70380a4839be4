/**
 * Exact orthogonal initialisation of convolutions, grouped and depthwise ones too (Nowak et al., arXiv 2406.01755; its
 * public code in eoi.md 1.3): a sparse orthogonal matrix H at the centre of the kernel, 0 at its other taps, so that
 * the operator has the singular values of H.
 */
import type { Angles } from '../angles';
import type { LayerShape } from '../density/layer-shape';
import { densityOutOfRange } from '../errors';
import type { Mask } from '../mask';
import { atOnce, finish } from '../parts';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';
import { CentredKernels } from './centre-tap';
import { exactOrthogonalsInParts, minimumDensity } from './eoi';
import { kernelTooSparse } from './eoi-errors';
import { badGain } from './errors';
import { partLayer } from './fan';
import type { Parted } from './fan';
import { unmaskAtRandom } from './unmask';

/**
 * The density of H for a kernel of density d and k taps (eoi.md 1.3). `as-given`: d. `more-nonzeros`:
 * min(d k, 1, sqrt(d)), as the published networks have it: more of the weights kept are not 0 in the beginning.
 */
export type ConvDensity = 'as-given' | 'more-nonzeros';

export interface ConvEoiRequest {
  shape: LayerShape;
  /** Of the whole weight, not of H. */
  density: number;
  angles: Angles;
  rng: Rng;
  /** Only recorded. */
  seed: number;
  /** sigma_w, default 1. */
  gain?: number;
}

export interface ConvEoi {
  /** Row-major float32, rows x columns: `gain` times H at the centre taps, else 0. */
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  /** How H was made, one sequence a group: (outputs x inputs) of a group. */
  sequences: RotationSequence[];
  /** The density of H, all groups together: non-zeros by outputs * inputs. */
  heldDensity: number;
  /** Of the mask. */
  density: number;
}

/**
 * A kernel of exactly round(density * weights) weights kept: the non-zeros of H at the centre tap
 * [floor((kh - 1) / 2), floor((kw - 1) / 2)], and places drawn at random that are 0 in the beginning but are trained.
 * The operator is an isometry (of the shorter of inputs and outputs) at stride 1, with zero and with circular padding.
 *
 * Each group has a matrix H of its own. The public code takes a grouped weight for one matrix, which makes one vector
 * of a depthwise convolution and scales its channels by about 1 / sqrt(channels) (eoi.md 1.3): here the depthwise
 * kernel is the identity. H is never sparser than an orthogonal matrix can be, and never has more than its share of the
 * weights. Throws `eoi.kernel-too-sparse`, `density.out-of-range`, `eoi.degenerate-angle`, `eoi.bad-angles`, `init.*`,
 * `shape.*`.
 */
export const exactOrthogonalConv = atOnce(exactOrthogonalConvInParts);

/** `exactOrthogonalConv`, the same bit for bit, in parts: groups that are drawn at once each. Throws the same. */
export function* exactOrthogonalConvInParts(p: ConvEoiRequest & { convDensity: ConvDensity }): Parts<ConvEoi> {
  const { shape, density, convDensity, rng } = p;
  const parted = checked(p);
  const { groups, outputs, inputs, taps } = parted;
  const weights = shape.rows * shape.columns;
  const count = Math.round(density * weights);
  const least = groups * Math.min(outputs, inputs);
  if (count < least) throw kernelTooSparse(shape.name, density, least, weights);
  const most = Math.floor(count / groups);
  const asked = convDensity === 'as-given' ? density : Math.min(density * taps, 1, Math.sqrt(density));
  const held = Math.max(minimumDensity(outputs, inputs), Math.min(asked, most / (outputs * inputs)));
  const { weights: drawn, mask, sequences, heldDensity } = yield* placeBlocks(p, { density: held, most });
  unmaskAtRandom(mask, count - mask.count(), rng.split('unmask'));
  return { weights: drawn, mask, sequences, heldDensity, density: mask.density };
}

/**
 * EIS, the structured variant (eoi.md 1.3): the density is that of H, and whole kernels are kept wherever H is not 0.
 * The mask's density is that of H too, within what `exactOrthogonal` gives. Throws `eoi.density-too-low` and as
 * `exactOrthogonalConv` does.
 */
export const exactOrthogonalKernels = (p: ConvEoiRequest): ConvEoi => finish(exactOrthogonalKernelsInParts(p));

/** `exactOrthogonalKernels`, the same bit for bit, in parts: groups that are drawn at once each. Throws the same. */
export function* exactOrthogonalKernelsInParts(p: ConvEoiRequest): Parts<ConvEoi> {
  checked(p);
  const { weights, mask, sequences, heldDensity, kernels } = yield* placeBlocks(p, {
    density: p.density,
    most: Infinity,
  });
  kernels.keepWholeKernels();
  return { weights, mask, sequences, heldDensity, density: mask.density };
}

function checked({ shape, density, gain = 1 }: ConvEoiRequest): Parted {
  if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  const parted = partLayer(shape);
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  return parted;
}

/** A sparse orthogonal matrix for each group, drawn by its number, at the centre taps; the mask keeps its non-zeros. */
function* placeBlocks(
  { shape, angles, rng, seed, gain = 1 }: ConvEoiRequest,
  { density, most }: { density: number; most: number },
): Parts<Omit<ConvEoi, 'density'> & { kernels: CentredKernels }> {
  const kernels = new CentredKernels(shape);
  const { groups, outputs, inputs } = kernels.parted;
  const draws = Array.from({ length: groups }, (_, group) => ({
    density,
    rng: rng.split(`group/${group}`),
    gain,
    most,
  }));
  const matrices = yield* exactOrthogonalsInParts({ rows: outputs, columns: inputs, angles, seed }, draws);
  for (const [group, matrix] of matrices.entries()) kernels.place(group, matrix);
  const sequences = matrices.map(({ sequence }) => sequence);
  const { weights, mask } = kernels;
  return { weights, mask, sequences, heldDensity: mask.count() / (shape.rows * inputs), kernels };
}
