/** Changes of the masks while a network is trained: when they are due, and what they do to a trainer. */
import type { Config } from '../config/types';
import { applyUpdate, updateMask, withThresholds } from '../core/dst/update';
import type { MaskUpdate } from '../core/dst/update';
import { dropFractionAt } from '../core/dst/schedule';
import { densityAt, prunesAt } from '../core/prune/gradual';
import { keepLargest, nextLevel } from '../core/prune/rewind';
import type { TrainedLayer } from '../core/prune/rewind';
import { countOnes } from '../core/prune/select';
import { Rng } from '../core/rng';
import type { MaskChange } from '../protocol/run';
import type { LayerUpdate } from '../runs/updates';
import type { LayerState, NetworkState } from './states';
import type { Executor } from './executor';
import type { Batch, StepResult, Stride } from './training';

type Update = Config['sparsity']['update'];

/** When masks change. Steps count completed updates of one whole training of `total`. */
export class UpdatePlan {
  /** The step of the last change. */
  private readonly last: number;

  constructor(
    private readonly update: Update,
    total: number,
  ) {
    this.last = Math.max(1, Math.round(update.until * total));
  }

  /**
   * The share of weights that SET and RigL drop, and grow, at update number `step`, from 1; none at most steps.
   * Schedules that end at 0 do so at the last step: an update of nothing is left out, or RigL would give a step of the
   * optimizer for it.
   */
  fractionAt(step: number): number | undefined {
    const { method, every, dropFraction, schedule } = this.update;
    if ((method !== 'set' && method !== 'rigl') || step % every !== 0 || step > this.last) return undefined;
    return dropFractionAt(schedule, dropFraction, step, this.last) || undefined;
  }

  /** The density that weights are pruned to once update number `step` is done; none at most steps. */
  densityAfter(step: number, final: number): number | undefined {
    const { method, every } = this.update;
    if (method === 'one-shot') return step === this.last ? final : undefined;
    const schedule = { begin: 0, end: this.last, every, finalDensity: final };
    return method === 'gradual-magnitude' && prunesAt(step, schedule) ? densityAt(step, schedule) : undefined;
  }
}

const changed = (update: MaskUpdate, kept: number): Omit<MaskChange, 'layer'> => ({
  dropped: update.drop.length,
  grown: update.grow.length,
  kept,
  dropThreshold: update.dropThreshold,
  growThreshold: update.growThreshold,
});

const sharedOnes = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((sum, kept, i) => sum + (kept & other[i]), 0);

/** `initial`: the masks of the beginning, in the order of the layers, where they are known. */
export const changesOf = (updates: readonly LayerUpdate[], initial?: readonly Uint8Array[]): MaskChange[] =>
  updates.map(({ layer, update }, l) => {
    const began = initial?.[l];
    return {
      layer,
      ...changed(update, countOnes(update.mask)),
      ...(began && { initial: { kept: countOnes(began), shared: sharedOnes(update.mask, began) } }),
    };
  });

function take(trainer: Executor, states: readonly LayerState[], updates: readonly LayerUpdate[]): void {
  states.forEach((state, index) => {
    const { update } = updates[index];
    applyUpdate(update, state.weight, state.weightSlots);
    trainer.replace(index, { ...state, mask: update.mask });
  });
}

/**
 * Drops the smallest weights of each layer and grows as many. RigL does so in place of the optimizer's step (algorithm
 * 1); SET after it, as Mocanu et al. do after an epoch and google-research/rigl after a step. Nothing changes where the
 * loss is not finite.
 */
export function dropAndGrow(
  trainer: Executor,
  batch: Batch,
  p: { method: 'set' | 'rigl'; fraction: number; seed: number; step: number; stride: Stride },
): { result: StepResult; updates: LayerUpdate[] } {
  const { result, gradients } =
    p.method === 'rigl' ? trainer.measure(batch) : { result: trainer.step(batch, p.stride), gradients: undefined };
  if (!Number.isFinite(result.loss)) return { result, updates: [] };
  const states = trainer.state().layers;
  const updates = states.map(({ name, weight, mask }, index) => {
    const rng = Rng.fromSeed(p.seed).split(`layers/${name}/update/${p.step}`);
    const { method, fraction } = p;
    const update = updateMask({ name, method, weights: weight, mask, gradients: gradients?.[index], fraction, rng });
    return { layer: name, update };
  });
  take(trainer, states, updates);
  return { result, updates };
}

const trained = (states: readonly LayerState[]): TrainedLayer[] =>
  states.map(({ name, weight, mask }) => ({ name, weights: weight, mask }));

/**
 * Keeps the largest `keep` of the weights that are left, over the whole network, one of each layer at least; the others
 * are pruned for good. @throws SparseError `prune.*`
 */
export const pruneByMagnitude = (trainer: Executor, keep: number): LayerUpdate[] =>
  pruneBy(trainer, (layers) => keepLargest(layers, keep));

/** Prunes the smallest `fraction` of the weights that are left, likewise: a level of lottery tickets. */
export const pruneLevel = (trainer: Executor, fraction: number): LayerUpdate[] =>
  pruneBy(trainer, (layers) => nextLevel(layers, fraction));

/** `choose`: new masks of the layers that are not to stay dense. */
function pruneBy(trainer: Executor, choose: (layers: TrainedLayer[]) => Uint8Array[]): LayerUpdate[] {
  const states = trainer.state().layers;
  const maskable = states.filter(({ dense }) => !dense);
  const chosen = new Map(choose(trained(maskable)).map((mask, l) => [maskable[l].name, mask]));
  const updates = states.map(({ name, weight, mask }) => ({
    layer: name,
    update: dropped(weight, mask, chosen.get(name) ?? mask),
  }));
  take(trainer, states, updates);
  return updates;
}

/** The update that leads from one mask to one with fewer weights; scores are |w|. */
function dropped(weights: Float32Array, before: Uint8Array, after: Uint8Array): MaskUpdate {
  const places: number[] = [];
  before.forEach((kept, i) => {
    if (kept === 1 && after[i] === 0) places.push(i);
  });
  const dropScores = Float32Array.from(places, (i) => Math.abs(weights[i]));
  return withThresholds({
    drop: Uint32Array.from(places),
    grow: new Uint32Array(),
    dropScores,
    growScores: new Float32Array(),
    mask: after,
  });
}

/** Weights go back to those of `start` wherever the mask of the trainer still keeps them; the optimizer begins anew. */
export function rewindTo(trainer: Executor, start: NetworkState): void {
  trainer.state().layers.forEach(({ mask }, index) => {
    const state = start.layers[index];
    const weight = state.weight.map((value, i) => (mask[i] === 1 ? value : 0));
    trainer.replace(index, { ...state, mask, weight, ...unmoved });
  });
  trainer.replaceOthers(start.others.map((state) => ({ ...state, ...unmoved })));
}

/** What the optimizer has to remember of a parameter that it has not moved. */
const unmoved = { weightSlots: [], biasSlots: [] };
