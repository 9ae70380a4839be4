/** What a network begins with beside the weights of its layers; describes what was drawn, which takes longer. */
import { denseWeights, initRngOf } from '../config/dense-weights';
import { guideOf, isRotated, isScored, startsDense } from '../config/methods';
import type { LayerPlan } from '../config/layer-plans';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import type { RotationSequence } from '../core/rotation-sequence';
import { blocksOf, shapeOf } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import type { Network } from '../core/network';
import type { Gains } from '../core/init/mean-field';
import { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { summarise } from '../core/spectrum';
import type { InitDetails, LayerSummary } from '../protocol/run';
import { scoredLayerTooSparse } from './errors';
import { freshOther, otherLayers } from './states';
import type { LayerState, OtherState } from './states';
import { weightError, weightSpectrum } from './probes/weight-spectrum';
import { densityByScores, pruneDense } from './prune';
import type { NamedLayer, PrunedLayer } from './prune';
import type { Batch } from './training';
import type { WantedPatterns } from './wanted-patterns';

/** What the draw of any layer needs to know. */
export interface Drawing {
  config: Config;
  gain: Gains;
  /** What guided exact orthogonal initialisation is led by. */
  wanted: WantedPatterns;
}

export interface DrawnLayer {
  /** (out, in), row-major; zero outside the mask. */
  weights: Float32Array;
  mask: Mask;
  /** Absent where the layer has none. */
  bias?: Float32Array;
  /** The rotations as drawn, one sequence a group; only exact orthogonal initialisation has them. */
  sequences?: RotationSequence[];
  details?: InitDetails;
  /** Of a layer that was drawn with others of its shape: its share of what they took. */
  seconds?: number;
}

/** Normal with deviation sigma_b; zero when that is 0. Nothing for a layer without biases. */
export function biasOf(
  { config, gain }: Pick<Drawing, 'config' | 'gain'>,
  { name, biases }: LayerPlan,
): { bias?: Float32Array<ArrayBuffer> } {
  if (biases === 0) return {};
  const bias = new Float32Array(biases);
  if (gain.bias === 0) return { bias };
  const rng = initRngOf(config, name).split('bias');
  return { bias: bias.map(() => gain.bias * rng.normal()) };
}

/** The dense weights that scores are taken of. */
function* denseLayer(drawing: Pick<Drawing, 'config' | 'gain'>, layer: LayerPlan): Parts<NamedLayer> {
  const { name, rows, columns, groups } = layer;
  const weights = yield* denseWeights(drawing, layer);
  return { name, rows, columns, ...(groups && { groups }), weights, ...biasOf(drawing, layer) };
}

/** What pruning decided about a layer, before its weights are drawn for good. */
export interface KeptLayer extends PrunedLayer {
  /** The weights before. */
  unpruned: Float32Array;
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
  if (!isScored(distribution) || startsDense(config.sparsity.update) || guideOf(config.sparsity)) return new Map();
  const layers: NamedLayer[] = [];
  for (const layer of plan.layers) layers.push(yield* denseLayer(drawing, layer));
  const others = freshOthers(config, plan.network);
  const pruned = yield* pruneDense({ config, plan, layers, others, distribution, batch });
  const kept = new Map<string, KeptLayer>();
  plan.layers.forEach((layer, l) => {
    const { density } = pruned[l].mask;
    if (isRotated(init) && !layer.dense && density < layer.minimumDensity)
      throw scoredLayerTooSparse(
        layer,
        pruned[l].mask.count(),
        distribution,
        config.sparsity.density,
        densityByScores(plan, pruned),
      );
    kept.set(layer.name, { ...pruned[l], unpruned: layers[l].weights });
  });
  return kept;
}

/** Layers that stay dense are as the dense initialisation makes them. */
export const initOf = ({ sparsity }: Config, { dense }: LayerPlan): Config['sparsity']['init'] =>
  dense ? 'base' : sparsity.init;

/** What the shapes decided; where scores do, the layers that were kept say it. */
export function targetOf({ name, targetDensity, targetNonZeros }: LayerPlan): { density: number; count: number } {
  if (targetDensity === undefined || targetNonZeros === undefined)
    throw new Error(`${name} has no density: its scores were not computed`);
  return { density: targetDensity, count: targetNonZeros };
}

/** A layer whose weights a memory stands for, with a bias of its own. */
export const sharedLayer = (
  drawing: Pick<Drawing, 'config' | 'gain'>,
  layer: LayerPlan,
  weights: Float32Array,
): DrawnLayer => ({ weights, mask: Mask.full(layer.rows, layer.columns), ...biasOf(drawing, layer) });

/** A state with these weights and biases that no optimizer has moved. */
export const freshState = (shape: LayerShape, { weights, mask, bias }: DrawnLayer): LayerState => ({
  ...shapeOf(shape),
  weight: weights,
  mask: mask.toBytes(),
  ...(bias && { bias }),
  weightSlots: [],
  biasSlots: [],
});

/** The same of a layer whose weights a memory stands for. */
export const restingState = (shape: LayerShape, { bias }: DrawnLayer): LayerState => ({
  ...shapeOf(shape),
  weight: new Float32Array(),
  mask: new Uint8Array(),
  ...(bias && { bias }),
  weightSlots: [],
  biasSlots: [],
});

/** Deviation of positions, as of DeiT (Touvron et al. 2021) and of timm. */
const positionDeviation = 0.02;

/**
 * Norms and tables as they begin; an embedding with deviation 1, as torch.nn.Embedding. Nothing for those that a memory
 * stands for.
 */
export const freshOthers = (
  { seed }: Pick<Config, 'seed'>,
  network: Network,
  shared: ReadonlySet<string> = new Set(),
): OtherState[] =>
  otherLayers(network).map((layer) =>
    freshOther(layer, ({ kind, name }, values) => {
      if (shared.has(name)) return new Float32Array();
      const rng = initRngOf({ seed }, name);
      const deviation = kind === 'position' ? positionDeviation : 1;
      return new Float32Array(values).map(() => deviation * rng.normal());
    }),
  );

/** With all singular values, descending. @throws SparseError `linalg.no-convergence` */
export function* describeLayer(
  { config, gain, wanted }: Drawing,
  layer: LayerPlan,
  { weights, mask, sequences = [], details }: DrawnLayer,
  kept: KeptLayer | undefined,
): Parts<{ summary: LayerSummary; spectrum: Float64Array }> {
  const { name, rows, columns, kernel, stack } = layer;
  const orthogonalityError = yield* weightError(weights, layer, gain.weight);
  const spectrum = yield* weightSpectrum(weights, layer);
  const summary: LayerSummary = {
    name,
    shape: [rows, columns],
    ...(kernel && { kernel: [...kernel] }),
    ...((kernel ?? stack) && { groups: blocksOf(layer) }),
    ...(layer.dense && { dense: true }),
    targetDensity: kept?.mask.density ?? wantedDensity(layer, wanted) ?? targetOf(layer).density,
    density: mask.density,
    nonZeros: mask.count(),
    init: initOf(config, layer),
    rotations: sequences.reduce((sum, { first }) => sum + first.length, 0),
    ...(details && { details }),
    orthogonalityError,
    singularValues: summarise(spectrum),
  };
  return { summary, spectrum };
}

/** Of the whole weight, where a pattern is wanted. */
export function wantedDensity(layer: LayerPlan, wanted: WantedPatterns): number | undefined {
  return wanted.get(layer.name)?.weight.density;
}
