/**
 * A chain of layers as SynFlow sees it: kept weights by absolute value, activations linear, a vector of ones at the
 * input. All vectors are scaled per layer, so that no depth overflows or vanishes.
 */
import * as errors from './errors';
import { checkSize } from './scores';

export interface FlowLayer {
  name: string;
  rows: number;
  /** Inputs of one output: (in / groups) * kh * kw. */
  columns: number;
  /** Default 1. */
  groups?: number;
  /** Row-major; signs do not count. */
  weights: Float32Array;
}

/** The kept weights of one layer, row after row. */
export interface KeptWeights {
  /** Flat index in the dense weight, ascending. */
  index: Uint32Array;
  /** |w|. */
  magnitude: Float32Array;
  /** Input channel of each. */
  input: Uint32Array;
  output: Uint32Array;
}

export interface Chain {
  layers: readonly FlowLayer[];
  kept: KeptWeights[];
  /** Input channels of each layer: the rows of the layer before. */
  inputs: number[];
}

/**
 * All weights of all layers. A layer may have several columns per input channel: kernel taps, or the positions of a
 * flattened picture; with ones at the input and circular padding the flow is alike at every position, so this is exact.
 * Throws `prune.no-scores`, `prune.size-mismatch`, `prune.bad-groups`, `prune.chain-broken`, `prune.non-finite`.
 */
export function openChain(layers: readonly FlowLayer[]): Chain {
  if (layers.length === 0) throw errors.noScores();
  const inputs = layers.map((layer, l) => checkLink(layer, layers[l - 1]));
  return { layers, inputs, kept: layers.map((layer, l) => allWeights(layer, inputs[l])) };
}

function checkLink(layer: FlowLayer, before: FlowLayer | undefined): number {
  const { name, rows, columns, groups = 1, weights } = layer;
  checkSize(name, 'weights', weights, rows * columns);
  if (!Number.isInteger(groups) || groups < 1 || rows % groups !== 0) throw errors.badGroups(name, groups);
  if (!before) return columns * groups;
  if (before.rows % groups !== 0) throw errors.badGroups(name, groups);
  if (columns % (before.rows / groups) !== 0) throw errors.chainBroken(name, columns, before.name, before.rows);
  return before.rows;
}

function allWeights({ name, rows, columns, groups = 1, weights }: FlowLayer, inputs: number): KeptWeights {
  const perGroup = inputs / groups;
  const taps = columns / perGroup;
  const index = new Uint32Array(weights.length);
  const input = new Uint32Array(weights.length);
  const output = new Uint32Array(weights.length);
  const magnitude = new Float32Array(weights.length);
  for (let r = 0, at = 0; r < rows; r++) {
    const first = Math.floor(r / (rows / groups)) * perGroup;
    for (let c = 0; c < columns; c++, at++) {
      if (!Number.isFinite(weights[at])) throw errors.nonFinite(name, at, weights[at]);
      index[at] = at;
      input[at] = first + Math.floor(c / taps);
      output[at] = r;
      magnitude[at] = Math.abs(weights[at]);
    }
  }
  return { index, magnitude, input, output };
}

/**
 * Keeps those entries of a layer whose byte is 1. They move to the front of the same arrays: this runs once an iteration
 * over every weight, and new arrays each time cost more than the moving.
 */
export function thin({ index, magnitude, input, output }: KeptWeights, mask: Uint8Array): KeptWeights {
  let at = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    index[at] = index[i];
    magnitude[at] = magnitude[i];
    input[at] = input[i];
    output[at++] = output[i];
  }
  return {
    index: index.subarray(0, at),
    magnitude: magnitude.subarray(0, at),
    input: input.subarray(0, at),
    output: output.subarray(0, at),
  };
}

/**
 * SynFlow's scores |w dR/dw| of each layer's kept weights, divided by their sum over the layer, which the flow's
 * conservation makes the same R for every layer (Tanaka et al. 2020, theorem 1). undefined when nothing flows.
 */
export function flowScores({ layers, kept, inputs }: Chain): Float64Array[] | undefined {
  const forward: Float64Array[] = [];
  let flow = new Float64Array(inputs[0]).fill(1);
  for (let l = 0; l < layers.length; l++) {
    forward.push(flow);
    const next = new Float64Array(layers[l].rows);
    const { magnitude, input, output } = kept[l];
    for (let i = 0; i < magnitude.length; i++) next[output[i]] += magnitude[i] * flow[input[i]];
    if (!rescale(next)) return undefined;
    flow = next;
  }
  const scores: Float64Array[] = [];
  let back = new Float64Array(layers[layers.length - 1].rows).fill(1);
  for (let l = layers.length - 1; l >= 0; l--) {
    const next = new Float64Array(inputs[l]);
    const layerScores = new Float64Array(kept[l].magnitude.length);
    if (!scoreLayer(kept[l], { forward: forward[l], back, next, scores: layerScores })) return undefined;
    scores[l] = layerScores;
    rescale(next);
    back = next;
  }
  return scores;
}

function scoreLayer(
  { magnitude, input, output }: KeptWeights,
  {
    forward,
    back,
    next,
    scores,
  }: { forward: Float64Array; back: Float64Array; next: Float64Array; scores: Float64Array },
): boolean {
  let total = 0;
  for (let i = 0; i < magnitude.length; i++) {
    const pulled = magnitude[i] * back[output[i]];
    next[input[i]] += pulled;
    scores[i] = pulled * forward[input[i]];
    total += scores[i];
  }
  if (!(total > 0)) return false;
  for (let i = 0; i < scores.length; i++) scores[i] /= total;
  return true;
}

/** Divides by the largest; false when all are 0. */
function rescale(vector: Float64Array): boolean {
  let most = 0;
  for (let i = 0; i < vector.length; i++) if (vector[i] > most) most = vector[i];
  if (most === 0) return false;
  for (let i = 0; i < vector.length; i++) vector[i] /= most;
  return true;
}
