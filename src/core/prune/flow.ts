/**
 * Layers as SynFlow sees them: kept weights by absolute value, activations linear, a vector of ones at the input. They
 * stand in a row, or some of them on two ways that are added. Every vector has an exponent of its own, so that no depth
 * overflows or vanishes.
 */
import * as errors from './errors';
import { checkSize } from './scores';

export interface FlowLayer {
  name: string;
  rows: number;
  /** Inputs of one output: (in / groups) * kh * kw. */
  columns: number;
  /** Default 1. */
  groups?: number | undefined;
  /** Row-major; signs do not count. */
  weights: Float32Array;
  /** Never pruned: flow goes through all of its weights, and they have no score. */
  dense?: boolean | undefined;
}

/**
 * A layer by its index, which may come again; two ways whose results are added, of which one without nodes is the
 * identity; a factor.
 */
export type FlowNode =
  { layer: number } | { branch: readonly FlowNode[]; shortcut: readonly FlowNode[] } | { times: number };

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

export interface FlowGraph {
  layers: readonly FlowLayer[];
  kept: KeptWeights[];
  nodes: readonly FlowNode[];
  /** Values that come in. */
  begins: number;
  /** Input channels of each layer. */
  inputs: number[];
}

/** One layer after the other. */
const inARow = (layers: readonly FlowLayer[]): FlowNode[] => layers.map((_, layer) => ({ layer }));

/**
 * All weights of all layers, by default in a row. A layer may have several columns per input channel: kernel taps, or
 * the positions of a flattened picture; with ones at the input and circular padding the flow is alike at every
 * position, so this is exact. `begins`: values that come in, by default what the first layer takes.
 * Throws `prune.no-scores`, `prune.size-mismatch`, `prune.bad-groups`, `prune.chain-broken`, `prune.non-finite`.
 */
export function openFlow(
  layers: readonly FlowLayer[],
  { nodes, inputs: begins }: { nodes: readonly FlowNode[]; inputs?: number } = { nodes: inARow(layers) },
): FlowGraph {
  if (layers.length === 0) throw errors.noScores();
  const inputs: number[] = [];
  const first = begins ?? layers[0].columns * (layers[0].groups ?? 1);
  checkLinks({ layers, inputs }, nodes, { name: 'the input', rows: first });
  return { layers, nodes, begins: first, inputs, kept: layers.map((layer, l) => allWeights(layer, inputs[l])) };
}

/** What comes to a layer, and from which. */
type Before = Pick<FlowLayer, 'name' | 'rows'>;

function checkLinks(graph: Pick<FlowGraph, 'layers' | 'inputs'>, nodes: readonly FlowNode[], before: Before): Before {
  return nodes.reduce((here: Before, node) => {
    if ('times' in node) return here;
    if ('layer' in node) {
      const layer = graph.layers[node.layer];
      checkLink(layer, here);
      // A layer that comes again has one place for its input channels.
      const inputs = (graph.inputs[node.layer] ??= here.rows);
      if (inputs !== here.rows) throw errors.chainBroken(layer.name, inputs, here.name, here.rows);
      return layer;
    }
    const [branch, shortcut] = [checkLinks(graph, node.branch, here), checkLinks(graph, node.shortcut, here)];
    if (branch.rows !== shortcut.rows) throw errors.chainBroken(shortcut.name, shortcut.rows, branch.name, branch.rows);
    return branch;
  }, before);
}

function checkLink({ name, rows, columns, groups = 1, weights }: FlowLayer, before: Before): void {
  checkSize(name, 'weights', weights, rows * columns);
  if (!Number.isInteger(groups) || groups < 1 || rows % groups !== 0 || before.rows % groups !== 0)
    throw errors.badGroups(name, groups);
  if (columns % (before.rows / groups) !== 0) throw errors.chainBroken(name, columns, before.name, before.rows);
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
 * Keeps those entries of a layer whose byte is 1. They move to the front of the same arrays: this runs once an
 * iteration over every weight, and new arrays each time cost more than the moving.
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

/** values * 2^exponent, the largest value in (1/2, 1]; all 0 at an exponent of -Infinity. */
interface Scaled {
  values: Float64Array;
  exponent: number;
}

/** A power of 2 that a float64 holds, with room for what it is multiplied by. */
const power = (exponent: number): number => 2 ** Math.max(-800, Math.min(800, exponent));

function scaled(values: Float64Array, exponent: number): Scaled {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  if (most === 0) return { values, exponent: -Infinity };
  const by = Math.ceil(Math.log2(most));
  const factor = power(-by);
  for (let i = 0; i < values.length; i++) values[i] *= factor;
  return { values, exponent: exponent + by };
}

function sum(a: Scaled, b: Scaled): Scaled {
  const exponent = Math.max(a.exponent, b.exponent);
  if (exponent === -Infinity) return a;
  // What is too small beside the other to change it is left out.
  const [one, other] = [2 ** (a.exponent - exponent), 2 ** (b.exponent - exponent)];
  return scaled(
    a.values.map((value, i) => value * one + b.values[i] * other),
    exponent,
  );
}

/** What nodes give, and the way back: from the gradients of R by what they give to those by what they are given. */
interface Passed {
  gives: Scaled;
  back: (gradients: Scaled) => Scaled;
}

/** Scores of each layer, and 1 / R, by which they are divided. */
interface Scoring {
  scores: Float64Array[];
  share: Scaled;
}

/**
 * SynFlow's scores |w dR/dw| of each layer's kept weights, divided by R, which is what they come to over all layers
 * that every path goes through (Tanaka et al. 2020, theorem 1); of dense layers none. Scores below 2^-800 of R count as
 * that far below it. undefined when nothing flows.
 */
export function flowScores(graph: FlowGraph): Float64Array[] | undefined {
  const ones = (length: number): Scaled => ({ values: new Float64Array(length).fill(1), exponent: 0 });
  const scoring: Scoring = { scores: [], share: ones(1) };
  const { gives, back } = along(graph, graph.nodes, ones(graph.begins), scoring);
  const total = gives.values.reduce((a, b) => a + b, 0);
  if (total === 0) return undefined;
  scoring.share = { values: Float64Array.of(1 / total), exponent: -gives.exponent };
  back(ones(gives.values.length));
  return graph.layers.map((_, l) => scoring.scores[l]);
}

function along(graph: FlowGraph, nodes: readonly FlowNode[], given: Scaled, scoring: Scoring): Passed {
  const backs: Passed['back'][] = [];
  let here = given;
  for (const node of nodes) {
    const { gives, back } = through(graph, node, here, scoring);
    here = gives;
    backs.push(back);
  }
  return { gives: here, back: (gradients) => backs.reduceRight((after, back) => back(after), gradients) };
}

function through(graph: FlowGraph, node: FlowNode, given: Scaled, scoring: Scoring): Passed {
  if ('times' in node) {
    const by = ({ values, exponent }: Scaled): Scaled => ({ values, exponent: exponent + Math.log2(node.times) });
    return { gives: by(given), back: by };
  }
  if ('layer' in node) return weighted(graph, node.layer, given, scoring);
  const branch = along(graph, node.branch, given, scoring);
  const shortcut = along(graph, node.shortcut, given, scoring);
  return {
    gives: sum(branch.gives, shortcut.gives),
    back: (gradients) => sum(branch.back(gradients), shortcut.back(gradients)),
  };
}

function weighted({ layers, kept, inputs }: FlowGraph, l: number, given: Scaled, scoring: Scoring): Passed {
  const { rows, dense } = layers[l];
  const { magnitude, input, output } = kept[l];
  const next = new Float64Array(rows);
  for (let i = 0; i < magnitude.length; i++) next[output[i]] += magnitude[i] * given.values[input[i]];
  const back = (gradients: Scaled): Scaled => {
    const before = new Float64Array(inputs[l]);
    // Of a layer that comes again the scores of all its places add up.
    const scores = (scoring.scores[l] ??= new Float64Array(dense ? 0 : magnitude.length));
    const { values, exponent } = scoring.share;
    const share = values[0] * power(given.exponent + gradients.exponent + exponent);
    for (let i = 0; i < magnitude.length; i++) {
      const pulled = magnitude[i] * gradients.values[output[i]];
      before[input[i]] += pulled;
      if (!dense) scores[i] += pulled * share * given.values[input[i]];
    }
    return scaled(before, gradients.exponent);
  };
  return { gives: scaled(next, given.exponent), back };
}
