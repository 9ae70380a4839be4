/** Pruning before training: which weights of the dense network are kept, by their scores. */
import type { NetworkPlan } from '../config/plan';
import type { ScoredDistribution } from '../config/methods';
import type { Config } from '../config/types';
import { graspScores } from '../core/prune/grasp';
import { magnitudeScores } from '../core/prune/magnitude';
import { randomScores } from '../core/prune/random';
import { checkNoEmptyLayer, countFor, selectGlobal, selectPerLayer } from '../core/prune/select';
import type { LayerScores } from '../core/prune/select';
import { snipScores } from '../core/prune/snip';
import { synflowOfNetwork } from '../core/prune/synflow';
import { hasBatchNorm } from '../core/network';
import { heapLimit, productShare } from '../core/step-memory';
import { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import { hessianVectorProduct, lossGradients } from './gradients';
import { weightName } from './parameter-tensors';
import type { DenseLayer } from './parameter-tensors';
import type { OtherState } from './states';
import type { Batch } from './training';

export interface NamedLayer extends DenseLayer {
  name: string;
}

export interface PruneRequest {
  config: Config;
  plan: NetworkPlan;
  /** The dense network, in the order of the plan. */
  layers: readonly NamedLayer[];
  /** Norms and tables as they begin. */
  others: readonly OtherState[];
  distribution: ScoredDistribution;
  /** The first training batch: what SNIP and GraSP take the gradient of. */
  batch: () => Batch;
}

export interface PrunedLayer {
  mask: Mask;
  /** Higher is kept; SynFlow has as many as it has rounds, and none is told. */
  scores?: LayerScores['scores'];
}

/** By which GraSP divides the logits, as published (Wang et al. 2020; eoi.md 3.2). */
const graspTemperature = 200;

/**
 * How many examples at a time: as many as fit in the memory of a step; where batch norms see them, as many as in a
 * step, if only they can be held.
 */
function examplesOfProduct({ network, step: { microBatch, bytes } }: NetworkPlan): number {
  const share = hasBatchNorm(network) ? Math.min(1, heapLimit / (productShare * bytes)) : 1 / productShare;
  return Math.max(1, Math.floor(microBatch * share));
}

function* scoresOf(request: PruneRequest, distribution: Exclude<ScoredDistribution, 'synflow'>): Parts<LayerScores[]> {
  const { config, plan, layers, others, batch } = request;
  const by = (score: (layer: NamedLayer) => LayerScores['scores']): LayerScores[] =>
    layers.map((layer) => ({ name: layer.name, scores: score(layer) }));
  const parameters = { layers, others };
  const names = layers.map(weightName);
  switch (distribution) {
    case 'random': {
      const rng = Rng.fromSeed(config.seed).split('scores');
      return by(({ name, weights }) => randomScores(weights.length, rng.split(name)));
    }
    case 'magnitude':
      return by(({ weights }) => magnitudeScores(weights));
    case 'snip': {
      const { microBatch } = plan.step;
      const gradients = yield* lossGradients(plan.network, parameters, batch(), names, { microBatch });
      return by((layer) => snipScores(layer.weights, gradients.get(weightName(layer))!, layer.name));
    }
    case 'grasp': {
      const first = batch();
      const settings = { microBatch: examplesOfProduct(plan), temperature: graspTemperature };
      const gradient = yield* lossGradients(plan.network, parameters, first, names, settings);
      const products = yield* hessianVectorProduct(plan.network, parameters, first, gradient, settings);
      return by((layer) => graspScores(layer.weights, products.get(weightName(layer))!, layer.name));
    }
  }
}

function keptInAll({ nonZeros }: NetworkPlan): number {
  if (nonZeros === undefined) throw new Error('a pattern decides what is kept, not scores');
  return nonZeros;
}

/** Layers whose density the config fixes keep their own best; the others compete for what is left. */
function select(plan: NetworkPlan, scores: readonly LayerScores[]): Uint8Array[] {
  const masks = plan.layers.map(({ targetNonZeros }, l) =>
    targetNonZeros === undefined ? undefined : selectPerLayer(scores[l], targetNonZeros),
  );
  const maskable = plan.layers.filter(({ dense }) => !dense);
  const fixed = maskable.reduce((sum, { targetNonZeros }) => sum + (targetNonZeros ?? 0), 0);
  const open = scores.filter((_, l) => masks[l] === undefined);
  // Where every layer has a density of its own, nothing is left to compete for.
  if (open.length === 0) return masks.filter((mask) => mask !== undefined);
  const chosen = selectGlobal(open, keptInAll(plan) - fixed);
  const openWeights = open.reduce((sum, layer) => sum + layer.scores.length, 0);
  checkNoEmptyLayer(open, chosen, { kept: fixed, weights: plan.weights - openWeights });
  let next = 0;
  return masks.map((mask) => mask ?? chosen[next++]);
}

/**
 * Keeps the weights that score highest. A part is one round of SynFlow, the gradients of SNIP, or of the Hessian
 * product of GraSP, by a micro-batch.
 * @throws SparseError `prune.*`
 */
export function* pruneDense(request: PruneRequest): Parts<PrunedLayer[]> {
  const { config, plan, layers, distribution } = request;
  yield;
  if (distribution === 'synflow') {
    const weights = new Map(layers.map((layer) => [layer.name, layer.weights]));
    const { iterations } = config.sparsity.synflow;
    const wanted = { count: keptInAll(plan), iterations };
    const masks = yield* synflowOfNetwork(plan.network, (name) => weights.get(name)!, wanted);
    return layers.map(({ name, rows, columns }) => ({ mask: Mask.fromBytes(masks.get(name)!, rows, columns) }));
  }
  const scores = yield* scoresOf(request, distribution);
  return select(plan, scores).map((mask, l) => ({
    mask: Mask.fromBytes(mask, layers[l].rows, layers[l].columns),
    scores: scores[l].scores,
  }));
}

/**
 * The smallest density of the network at which scores leave each layer the weights of an orthogonal matrix. Unknown
 * with SynFlow, which scores anew in each round.
 */
export function densityByScores(plan: NetworkPlan, pruned: readonly PrunedLayer[]): number | undefined {
  const scored = plan.layers.map((layer, l) => ({ layer, scores: pruned[l].scores }));
  const maskable = scored.filter(({ layer }) => !layer.dense);
  const open = maskable.flatMap(({ layer, scores }) =>
    layer.targetNonZeros === undefined && scores ? [{ name: layer.name, scores, layer }] : [],
  );
  if (open.length === 0) return undefined;
  const fixed = maskable.reduce((sum, { layer }) => sum + (layer.targetNonZeros ?? 0), 0);
  const counts = open.map((one) => countFor(open, one, Math.round(one.layer.minimumDensity * one.layer.weights)));
  return (fixed + Math.max(...counts)) / plan.weights;
}
