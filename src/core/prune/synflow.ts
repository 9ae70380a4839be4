/**
 * SynFlow: Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any data by iteratively conserving synaptic
 * flow", NeurIPS 2020, algorithm 1. Activations count as linear here: with tanh in place a ones input saturates and
 * whole layers score exactly 0 (eoi.md 3.2, bug 4).
 */
import { densityOutOfRange } from '../errors';
import { maskableLayers, weightShape } from '../network';
import type { Network } from '../network';
import { finish } from '../parts';
import type { Parts } from '../parts';
import * as errors from './errors';
import type { FlowLayer } from './flow';
import { flowScores, openFlow, thin } from './flow';
import { flowParts } from './flow-parts';
import type { FlowParts } from './flow-parts';
import { magnitudeScores } from './magnitude';
import { checkDiffer, checkScores, keepHighest, selectPerLayer } from './select';

export type { FlowLayer } from './flow';

export interface SynFlowResult {
  /** One byte per weight, in the order given; of dense layers all 1. */
  masks: Uint8Array[];
  /** Weights kept after each iteration, the last exactly round(density * weights). */
  counts: number[];
}

/** The paper's and eoi.md's number; the public code's command line defaults to 1. */
const defaultIterations = 100;

/**
 * The masks of a chain of layers, in the order in which the network applies them: iteration k of n keeps the
 * density^(k/n) of the weights that score highest, but one in every layer at least.
 *
 * Throws `density.out-of-range`, `prune.bad-iterations`, `prune.count-below-least` (fewer weights than layers),
 * `prune.all-equal`, `prune.no-flow`, and what `openFlow` and `selectGlobal` throw.
 */
export const synflow = (layers: readonly FlowLayer[], density: number, iterations = defaultIterations): SynFlowResult =>
  finish(synflowInParts(layers, density, iterations));

/** As `synflow`; a part is one iteration. `graph`: how the layers hang together, by default in a row. */
export function* synflowInParts(
  layers: readonly FlowLayer[],
  density: number,
  iterations = defaultIterations,
  graph?: Pick<FlowParts, 'nodes' | 'inputs'>,
): Parts<SynFlowResult> {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 10_000) throw errors.badIterations(iterations);
  const flow = openFlow(layers, graph);
  const scored = layers.flatMap(({ dense }, l) => (dense ? [] : [l]));
  const weights = weightsIn(scored.map((l) => layers[l]));
  const wanted = Math.round(density * weights);
  if (wanted < scored.length) {
    const wanting = scored.map((l) => ({ name: layers[l].name, least: 1 }));
    throw errors.countBelowLeast(wanted, wanting, weights);
  }

  const counts: number[] = [];
  let kept = weights;
  for (let k = 1; k <= iterations; k++) {
    const found = flowScores(flow);
    if (!found) throw errors.noFlow(k, kept);
    const scores = scored.map((l) => ({ name: layers[l].name, scores: found[l] }));
    const count = k === iterations ? wanted : Math.max(wanted, Math.round(weights * density ** (k / iterations)));
    if (k === 1) {
      checkScores(scores);
      // By the weights kept in the end: of a small network the first rounds keep all.
      checkDiffer(scores, wanted, weights);
    }
    const masks = keepHighest(scores, count, 1);
    for (const [place, l] of scored.entries()) flow.kept[l] = thin(flow.kept[l], masks[place]);
    counts.push(count);
    kept = count;
    yield;
  }
  // The last cut is checked too: masks through which nothing flows are no answer.
  if (!flowScores(flow)) throw errors.noFlow(iterations + 1, kept);
  return { masks: layers.map((layer, l) => bytes(layer.weights.length, flow.kept[l].index)), counts };
}

function bytes(length: number, indices: Uint32Array): Uint8Array {
  const mask = new Uint8Array(length);
  for (const index of indices) mask[index] = 1;
  return mask;
}

/**
 * The masks of a network, `count` weights in all, by name; of layers that stay dense all 1. Weights that decide how
 * much is passed on but pass nothing themselves (`FlowParts.idle`) have no score: of each such layer the largest are
 * kept, as many as its share in all weights gives it.
 * `weightOf`: by name, (rows, columns) row-major. A part is one iteration. Throws as `synflow`.
 */
export function* synflowOfNetwork(
  network: Pick<Network, 'inputs' | 'picture' | 'layers'>,
  weightOf: (name: string) => Float32Array,
  { count, iterations }: { count: number; iterations: number },
): Parts<Map<string, Uint8Array>> {
  const { flowing, idle, ...graph } = flowParts(network, weightOf);
  const masks = new Map<string, Uint8Array>();
  const prunable: FlowLayer[] = [];
  for (const layer of maskableLayers(network)) {
    const weights = weightOf(layer.name);
    masks.set(layer.name, new Uint8Array(weights.length).fill(layer.dense ? 1 : 0));
    if (!layer.dense) prunable.push({ ...weightShape(layer), weights });
  }
  const total = weightsIn(prunable);
  if (count < prunable.length) {
    const wanting = prunable.map(({ name }) => ({ name, least: 1 }));
    throw errors.countBelowLeast(count, wanting, total);
  }

  // One for every layer, and of what is left as much as the share comes to.
  const share = (count - prunable.length) / Math.max(1, total - prunable.length);
  let [left, before] = [count, 0];
  for (const { layer, from, to } of idle) {
    const { columns } = weightShape(layer);
    const weights = weightOf(layer.name).subarray(from * columns, to * columns);
    const least = to - from === layer.out ? 1 : 0;
    const after = before + weights.length - least;
    const kept = least + Math.floor(share * after) - Math.floor(share * before);
    before = after;
    left -= kept;
    const mask = selectPerLayer({ name: layer.name, scores: magnitudeScores(weights) }, kept);
    masks.get(layer.name)?.set(mask, from * columns);
  }

  const parts = flowing.map(({ part }) => part);
  const scored = weightsIn(parts.filter(({ dense }) => !dense));
  if (scored === 0) return masks;
  const found = yield* synflowInParts(parts, left / scored, iterations, graph);
  for (const [p, { layer, from }] of flowing.entries())
    masks.get(layer.name)?.set(found.masks[p], from * weightShape(layer).columns);
  return masks;
}

const weightsIn = (layers: readonly FlowLayer[]): number =>
  layers.reduce((sum, { weights }) => sum + weights.length, 0);
