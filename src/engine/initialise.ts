/** Draws the weights of a network as the config asks; describes what came out, which takes longer than the drawing. */
import { isScored, startsDense } from '../config/methods';
import type { LayerPlan } from '../config/layer-plans';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import type { RotationSequence } from '../core/rotation-sequence';
import { approximateIsometryInParts, structuralRank } from '../core/init/ai';
import { randomMask } from '../core/init/base';
import { exactOrthogonal } from '../core/init/eoi';
import type { Gains } from '../core/init/mean-field';
import { applyMask, baseInitialisations } from '../core/init/registry';
import { nearestDegree, sparseOrthogonalInParts } from '../core/init/sao';
import { singularValuesInParts } from '../core/linalg/svd';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import { orthogonalityErrorInParts, summarise } from '../core/spectrum';
import type { InitDetails, LayerSummary } from '../protocol/run';
import { scoredLayerTooSparse } from './errors';
import type { LayerState } from './network';
import { pruneDense } from './prune';
import type { NamedLayer, PrunedLayer } from './prune';
import type { Batch } from './trainer';

/** What the draw of any layer needs to know. */
export interface Drawing {
  config: Config;
  gain: Gains;
}

export interface DrawnLayer {
  /** (out, in), row-major; zero outside the mask. */
  weights: Float32Array;
  mask: Mask;
  bias: Float32Array;
  /** The rotations as drawn; only exact orthogonal initialisation has them. */
  sequence?: RotationSequence;
  details?: InitDetails;
}

/** A generator of its own by name: another layer's draw does not change this one's. */
const rngOf = ({ seed }: Config, name: string): Rng => Rng.fromSeed(seed).split(`layers/${name}/init`);

/** The weights of `sparsity.base`, not cut yet. `mask`: what they will be cut to, which `fan: sparse` counts. */
function baseWeights({ config, gain }: Drawing, shape: LayerPlan, mask?: Mask): Parts<Float32Array<ArrayBuffer>> {
  const { base, fan } = config.sparsity;
  const rng = rngOf(config, shape.name);
  const counted = mask && fan === 'sparse' && base !== 'orthogonal' ? { mask, sparseFan: true } : {};
  return baseInitialisations[base]({ shape, gain: gain.weight, rng, ...counted });
}

/** Normal with deviation sigma_b; zero when that is 0. */
function biasOf({ config, gain }: Drawing, { name, rows }: LayerPlan): Float32Array<ArrayBuffer> {
  const bias = new Float32Array(rows);
  if (gain.bias === 0) return bias;
  const rng = rngOf(config, name).split('bias');
  return bias.map(() => gain.bias * rng.normal());
}

/** The dense weights that scores are taken of. */
function* denseLayer(drawing: Drawing, layer: LayerPlan): Parts<NamedLayer> {
  const { name, rows, columns } = layer;
  return { name, rows, columns, weights: yield* baseWeights(drawing, layer), bias: biasOf(drawing, layer) };
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
  const drawing = { config, gain: plan.gain };
  if (!isScored(distribution) || startsDense(config.sparsity.update)) return new Map();
  const layers: NamedLayer[] = [];
  for (const layer of plan.layers) layers.push(yield* denseLayer(drawing, layer));
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

/**
 * The weights of one layer for good. Those of exact orthogonal initialisation are the product of the recorded rotations
 * times sigma_w. @throws SparseError `eoi.*`, `mask.*`, `shape.*`, `init.*`
 */
export function* drawLayer(drawing: Drawing, layer: LayerPlan, kept: KeptLayer | undefined): Parts<DrawnLayer> {
  const { sparsity, seed } = drawing.config;
  const { name, rows, columns } = layer;
  const gain = drawing.gain.weight;
  const bias = biasOf(drawing, layer);
  const rng = rngOf(drawing.config, name);
  const density = kept?.mask.density ?? targetOf(layer).density;
  const masked = function* (): Parts<{ weights: Float32Array<ArrayBuffer>; mask: Mask }> {
    const mask = kept?.mask ?? randomMask(rows, columns, targetOf(layer).count, rng.split('mask'));
    const weights = yield* baseWeights(drawing, layer, mask);
    applyMask(name, weights, mask);
    return { weights, mask };
  };
  switch (sparsity.init) {
    case 'base':
      return { ...(yield* masked()), bias };
    case 'ai': {
      const { weights: start, mask } = yield* masked();
      const { unrepairable } = structuralRank(mask);
      const { weights, residual } = yield* approximateIsometryInParts({ weights: start, mask, gain, ...sparsity.ai });
      return { weights, mask, bias, details: { unrepairable, residual } };
    }
    case 'sao': {
      const degree = sparsity.sao.degree ?? nearestDegree(rows, columns, density);
      return { ...(yield* sparseOrthogonalInParts({ rows, columns, degree, gain, rng })), bias, details: { degree } };
    }
    case 'eoi': {
      const { angles } = sparsity.eoi;
      const { weights, mask, sequence } = exactOrthogonal({ rows, columns, density, angles, rng, seed });
      return { weights: weights.map((value) => gain * value), mask, sequence, bias };
    }
  }
}

/** What the shapes decided; where scores do, the layers that were kept say it. */
function targetOf({ name, targetDensity, targetNonZeros }: LayerPlan): { density: number; count: number } {
  if (targetDensity === undefined || targetNonZeros === undefined)
    throw new Error(`${name} has no density: its scores were not computed`);
  return { density: targetDensity, count: targetNonZeros };
}

/** A state with these weights and biases, momentum zero. */
export const freshState = (
  { name, rows, columns }: Pick<LayerPlan, 'name' | 'rows' | 'columns'>,
  { weights, mask, bias }: DrawnLayer,
): LayerState => ({
  name,
  rows,
  columns,
  weight: weights,
  mask: mask.toBytes(),
  bias,
  weightMomentum: new Float32Array(rows * columns),
  biasMomentum: new Float32Array(rows),
});

/** @throws SparseError `linalg.no-convergence` */
export function* describeLayer(
  { config, gain }: Drawing,
  layer: LayerPlan,
  { weights, mask, sequence, details }: DrawnLayer,
  kept: KeptLayer | undefined,
): Parts<LayerSummary> {
  const { name, rows, columns } = layer;
  return {
    name,
    shape: [rows, columns],
    targetDensity: kept?.mask.density ?? targetOf(layer).density,
    density: mask.density,
    nonZeros: mask.count(),
    init: config.sparsity.init,
    rotations: sequence?.first.length ?? 0,
    ...(details && { details }),
    orthogonalityError: yield* scaledError(weights, rows, columns, gain.weight),
    singularValues: summarise(yield* singularValuesInParts(weights, rows, columns)),
  };
}

/** max |W Wᵀ / sigma_w² - I|: how far the directions are from orthonormal, whatever the gain. */
export function* scaledError(weights: Float32Array, rows: number, columns: number, gain: number): Parts<number> {
  const unit = gain === 1 ? weights : Float64Array.from(weights, (value) => value / gain);
  return yield* orthogonalityErrorInParts(unit, rows, columns);
}
