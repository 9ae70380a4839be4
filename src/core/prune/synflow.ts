/**
 * SynFlow: Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any data by iteratively conserving synaptic
 * flow", NeurIPS 2020, algorithm 1. Activations count as linear here: with tanh in place a ones input saturates and whole
 * layers score exactly 0 (eoi.md 3.2, bug 4).
 */
import { densityOutOfRange } from '../errors';
import { finish } from '../parts';
import type { Parts } from '../parts';
import * as errors from './errors';
import type { FlowLayer } from './flow-chain';
import { flowScores, openChain, thin } from './flow-chain';
import { checkDiffer, checkScores, keepHighest } from './select';

export type { FlowLayer } from './flow-chain';

export interface SynFlowResult {
  /** One byte per weight, in the order given. */
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
 * `prune.all-equal`, `prune.no-flow`, and what `openChain` and `selectGlobal` throw.
 */
export const synflow = (layers: readonly FlowLayer[], density: number, iterations = defaultIterations): SynFlowResult =>
  finish(synflowInParts(layers, density, iterations));

/** As `synflow`; a part is one iteration. */
export function* synflowInParts(
  layers: readonly FlowLayer[],
  density: number,
  iterations = defaultIterations,
): Parts<SynFlowResult> {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 10_000) throw errors.badIterations(iterations);
  const chain = openChain(layers);
  const weights = layers.reduce((sum, layer) => sum + layer.weights.length, 0);
  const wanted = Math.round(density * weights);
  if (wanted < layers.length) {
    const wanting = layers.map(({ name }) => ({ name, least: 1 }));
    throw errors.countBelowLeast(wanted, wanting, weights);
  }

  const counts: number[] = [];
  let kept = weights;
  for (let k = 1; k <= iterations; k++) {
    const flow = flowScores(chain);
    if (!flow) throw errors.noFlow(k, kept);
    const scores = flow.map((values, l) => ({ name: layers[l].name, scores: values }));
    const count = k === iterations ? wanted : Math.max(wanted, Math.round(weights * density ** (k / iterations)));
    if (k === 1) {
      checkScores(scores);
      // By the weights kept in the end: of a small network the first rounds keep all.
      checkDiffer(scores, wanted, weights);
    }
    const masks = keepHighest(scores, count, 1);
    chain.kept = chain.kept.map((entries, l) => thin(entries, masks[l]));
    counts.push(count);
    kept = count;
    yield;
  }
  // The last cut is checked too: masks through which nothing flows are no answer.
  if (!flowScores(chain)) throw errors.noFlow(iterations + 1, kept);
  return { masks: layers.map((layer, l) => bytes(layer.weights.length, chain.kept[l].index)), counts };
}

function bytes(length: number, indices: Uint32Array): Uint8Array {
  const mask = new Uint8Array(length);
  for (const index of indices) mask[index] = 1;
  return mask;
}
