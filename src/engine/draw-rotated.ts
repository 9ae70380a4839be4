/** Layers whose weights are products of rotations: exact orthogonal initialisation in all its forms. */
import type { LayerPlan } from '../config/layer-plans';
import type { Config } from '../config/types';
import { CentredKernels } from '../core/init/centre-tap';
import { exactOrthogonalConvInParts, exactOrthogonalKernelsInParts } from '../core/init/eoi-conv';
import type { ConvEoi } from '../core/init/eoi-conv';
import { exactOrthogonal } from '../core/init/eoi';
import { guidedOrthogonalInParts } from '../core/init/guided';
import { intersectionOverUnion } from '../core/mask';
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

export interface Turning {
  config: Config;
  layer: LayerPlan;
  /** Of the whole weight. */
  density: number;
  gain: number;
  rng: Rng;
}

/** @throws SparseError `eoi.*`, `init.*`, `shape.*` */
export function* drawRotated({ config, layer, density, gain, rng }: Turning): Parts<RotatedLayer> {
  const { sparsity, seed } = config;
  const { angles, convDensity } = sparsity.eoi;
  const { rows, columns } = layer;
  if (!layer.kernel && !layer.stack) {
    const { weights, mask, sequence } = exactOrthogonal({ rows, columns, density, angles, rng, seed, gain });
    return { weights, mask, sequences: [sequence] };
  }
  const request = { shape: layer, density, angles, rng, seed, gain };
  const drawn: ConvEoi =
    sparsity.init === 'eis'
      ? yield* exactOrthogonalKernelsInParts(request)
      : yield* exactOrthogonalConvInParts({ ...request, convDensity });
  const { weights, mask, sequences, heldDensity } = drawn;
  return { weights, mask, sequences, details: { centreDensity: heldDensity } };
}

/**
 * Towards a wanted pattern, (outputs, inputs) of each group. A kernel keeps weights at its centre only.
 * @throws SparseError `eoi.*`
 */
export function* drawGuided({ config, layer, gain, rng }: Omit<Turning, 'density'>, wanted: Mask): Parts<RotatedLayer> {
  const { seed, sparsity } = config;
  const { angles } = sparsity.eoi;
  const kernels = new CentredKernels(layer);
  const { groups } = kernels.parted;
  const sequences: RotationSequence[] = [];
  let overlap = 0;
  const began = performance.now();
  for (let group = 0; group < groups; group++) {
    const draws = groups > 1 ? rng.split(`group/${group}`) : rng;
    const guided = yield* guidedOrthogonalInParts({ pattern: wanted, angles, rng: draws, seed });
    kernels.place(group, { mask: guided.mask, weights: guided.weights.map((value) => gain * value) });
    overlap += intersectionOverUnion(guided.mask, wanted) / groups;
    sequences.push(guided.sequence);
    yield;
  }
  const { weights, mask } = kernels;
  return { weights, mask, sequences, details: { overlap, seconds: (performance.now() - began) / 1000 } };
}
