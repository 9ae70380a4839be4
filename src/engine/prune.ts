/** Pruning before training: which weights of the dense network are kept, by their scores. */
import type { NetworkPlan } from '../config/plan';
import type { ScoredDistribution } from '../config/methods';
import type { Config } from '../config/types';
import { graspScores } from '../core/prune/grasp';
import { magnitudeScores } from '../core/prune/magnitude';
import { randomScores } from '../core/prune/random';
import { checkNoEmptyLayer, selectGlobal, selectPerLayer } from '../core/prune/select';
import type { LayerScores } from '../core/prune/select';
import { snipScores } from '../core/prune/snip';
import { synflow } from '../core/prune/synflow';
import { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import { noExamples } from './errors';
import { hessianGradients, weightGradients } from './gradients';
import type { DenseLayer } from './gradients';
import type { Batch } from './trainer';

/** What became of a layer of the dense network. */
export interface PrunedLayer {
  /** Dense weights that were scored, (out, in) row-major. */
  dense: Float32Array;
  mask: Mask;
  /** Higher is kept; as last computed. */
  scores: Float32Array | Float64Array;
}

/** By which GraSP divides the logits, as published (Wang et al. 2020; eoi.md 3.2). */
const graspTemperature = 200;

interface Request {
  config: Config;
  plan: NetworkPlan;
  /** In the order of the plan. */
  layers: readonly (DenseLayer & { name: string })[];
  distribution: ScoredDistribution;
  /** The first training batch; only SNIP and GraSP look at it. */
  batch: Batch | undefined;
}

/** Scores of every weight by layer: higher is kept. */
function scoresOf({ config, plan, layers, distribution, batch }: Request): LayerScores[] {
  const examples = (): Batch => {
    if (!batch) throw noExamples(distribution);
    return batch;
  };
  const by = (score: (layer: DenseLayer & { name: string }, index: number) => LayerScores['scores']): LayerScores[] =>
    layers.map((layer, index) => ({ name: layer.name, scores: score(layer, index) }));
  switch (distribution) {
    case 'random':
      return by(({ name, weights }) => randomScores(weights.length, Rng.fromSeed(config.seed).split(`layers/${name}/scores`)));
    case 'magnitude':
      return by(({ weights }) => magnitudeScores(weights));
    case 'snip': {
      const gradients = weightGradients(plan.network, layers, examples());
      return by(({ weights }, index) => snipScores(weights, gradients[index]));
    }
    case 'grasp': {
      const gradients = hessianGradients(plan.network, layers, examples(), graspTemperature);
      return by(({ weights }, index) => graspScores(weights, gradients[index]));
    }
    case 'synflow':
      return [];
  }
}

/**
 * The weights that score highest. Layers whose density the config fixes keep their own best; the others share what is
 * left over the network. A part is one layer or one round.
 * @throws SparseError `prune.*`, `engine.no-examples`
 */
export function* pruneDense(request: Request): Parts<PrunedLayer[]> {
  const { config, plan, layers, distribution } = request;
  const open = plan.layers.flatMap((layer, l) => (layer.targetNonZeros === undefined ? [l] : []));
  const fixed = plan.layers.reduce((sum, layer) => sum + (layer.targetNonZeros ?? 0), 0);
  const count = plan.nonZeros - fixed;
  const scores = scoresOf(request);
  yield;
  const keep = selectGlobal(open.map((l) => scores[l]), count);
  return layers.map(({ weights, rows, columns }, l) => ({
    dense: weights,
    mask: Mask.fromBytes(keep[l], rows, columns),
    scores: scores[l].scores,
  }));
}
