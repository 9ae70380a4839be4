/** Draws the weights of a network as the config asks; describes what came out, which takes longer than the drawing. */
import { isScored } from '../config/methods';
import type { LayerPlan, NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import type { RotationSequence } from '../core/rotation-sequence';
import { maskedOrthogonalInParts } from '../core/init/base';
import { exactOrthogonal } from '../core/init/eoi';
import { haarOrthogonalInParts } from '../core/linalg/haar';
import { singularValuesInParts } from '../core/linalg/svd';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import { orthogonalityErrorInParts, summarise } from '../core/spectrum';
import type { LayerSummary } from '../protocol/run';
import { scoredLayerTooSparse } from './errors';
import type { LayerState } from './network';
import { pruneDense } from './prune';
import type { NamedLayer, PrunedLayer } from './prune';
import type { Batch } from './trainer';

export interface DrawnLayer {
  /** (out, in), row-major; zero outside the mask. */
  weights: Float32Array;
  mask: Mask;
  /** The rotations as drawn; only exact orthogonal initialisation has them. */
  sequence?: RotationSequence;
}

/** A generator of its own by name: another layer's draw does not change this one's. */
const rngOf = ({ seed }: Config, name: string): Rng => Rng.fromSeed(seed).split(`layers/${name}/init`);

/** The dense weights that scores are taken of. They are those that `init: base` cuts. */
function* denseLayer(config: Config, { name, rows, columns }: LayerPlan): Parts<NamedLayer> {
  const rng = rngOf(config, name).split('weights');
  const weights = Float32Array.from(yield* haarOrthogonalInParts(rows, columns, rng));
  return { name, rows, columns, weights, bias: new Float32Array(rows) };
}

/** What pruning decided about a layer, before its weights are drawn for good. */
export interface KeptLayer extends PrunedLayer {
  dense: Float32Array;
}

/**
 * Prunes the dense network where the distribution is one of scores; nothing otherwise. `batch`: the first training
 * batch, asked for only when a loss is needed. @throws SparseError `prune.*`, `engine.scored-layer-too-sparse`
 */
export function* keptLayers(
  config: Config,
  plan: NetworkPlan,
  batch: () => Batch,
): Parts<ReadonlyMap<string, KeptLayer>> {
  const { distribution, init } = config.sparsity;
  if (!isScored(distribution)) return new Map();
  const layers: NamedLayer[] = [];
  for (const layer of plan.layers) layers.push(yield* denseLayer(config, layer));
  const pruned = yield* pruneDense({ config, plan, layers, distribution, batch });
  const kept = new Map<string, KeptLayer>();
  plan.layers.forEach((layer, l) => {
    const { density } = pruned[l].mask;
    if (init === 'eoi' && density < layer.minimumDensity)
      throw scoredLayerTooSparse(layer, pruned[l].mask.count(), distribution, config.sparsity.density);
    kept.set(layer.name, { ...pruned[l], dense: layers[l].weights });
  });
  return kept;
}

/** The weights of a dense layer that its mask keeps. */
const masked = (weights: Float32Array, mask: Mask): Float32Array => {
  const kept = mask.toBytes();
  return weights.map((value, i) => (kept[i] === 1 ? value : 0));
};

/** @throws SparseError `eoi.*`, `mask.*`, `shape.*` */
export function* drawLayer(config: Config, layer: LayerPlan, kept: KeptLayer | undefined): Parts<DrawnLayer> {
  const { seed, sparsity } = config;
  const { name, rows, columns } = layer;
  const rng = rngOf(config, name);
  const density = kept?.mask.density ?? targetOf(layer).density;
  if (sparsity.init === 'eoi')
    return exactOrthogonal({ rows, columns, density, angles: sparsity.eoi.angles, rng, seed });
  if (kept) return { weights: masked(kept.dense, kept.mask), mask: kept.mask };
  return yield* maskedOrthogonalInParts({ rows, columns, count: targetOf(layer).count, rng });
}

/** What the shapes decided; where scores do, the layers that were kept say it. */
function targetOf({ name, targetDensity, targetNonZeros }: LayerPlan): { density: number; count: number } {
  if (targetDensity === undefined || targetNonZeros === undefined)
    throw new Error(`${name} has no density: its scores were not computed`);
  return { density: targetDensity, count: targetNonZeros };
}

/** A state with these weights, biases zero, momentum zero. */
export const freshState = (
  { name, rows, columns }: Pick<LayerPlan, 'name' | 'rows' | 'columns'>,
  { weights, mask }: DrawnLayer,
): LayerState => ({
  name,
  rows,
  columns,
  weight: weights,
  mask: mask.toBytes(),
  bias: new Float32Array(rows),
  weightMomentum: new Float32Array(rows * columns),
  biasMomentum: new Float32Array(rows),
});

/** @throws SparseError `linalg.no-convergence` */
export function* describeLayer(
  init: Config['sparsity']['init'],
  layer: LayerPlan,
  { weights, mask, sequence }: DrawnLayer,
  kept: KeptLayer | undefined,
): Parts<LayerSummary> {
  const { name, rows, columns } = layer;
  return {
    name,
    shape: [rows, columns],
    targetDensity: kept?.mask.density ?? targetOf(layer).density,
    density: mask.density,
    nonZeros: mask.count(),
    init,
    rotations: sequence?.first.length ?? 0,
    orthogonalityError: yield* orthogonalityErrorInParts(weights, rows, columns),
    singularValues: summarise(yield* singularValuesInParts(weights, rows, columns)),
  };
}
