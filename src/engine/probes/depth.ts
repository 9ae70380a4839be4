/**
 * Singular values of the Jacobians d preactivations / d inputs along depth: of chains of linear layers and activations
 * as `core/depth-jacobian` multiplies them out, of any other network, and of wider chains, by products with vectors.
 */
import * as tf from '@tensorflow/tfjs';
import type { Config } from '../../config/types';
import { chainActivations, depthExamples, depthSpectra, spreadDepths } from '../../core/depth-jacobian';
import { planDepths } from '../../core/layer-path';
import type { DepthLimits } from '../../core/layer-path';
import { estimatedValues } from '../../core/linalg/estimated-values';
import type { EstimatedValues } from '../../core/linalg/estimated-values';
import { maskableLayers } from '../../core/network';
import type { Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import { Rng } from '../../core/rng';
import { summarise } from '../../core/spectrum';
import type { JacobianDepth, JacobianEvent, JacobianLayer } from '../../protocol/run';
import { headOf } from '../micro-batches';
import type { Executor } from '../executor';
import type { Batch } from '../training';

export interface DepthProbed {
  config: Config;
  network: Network;
  trainer: Pick<Executor, 'layerJacobian'>;
  layers: ReturnType<Executor['weights']>;
  /** The mean square of the singular values by theory, of the layers that it knows. */
  predicted: ReadonlyMap<string, number>;
}

type Found = Pick<JacobianEvent, 'depth' | 'depthNote'>;

const [steps, examples] = [12, 8];
/** Plain JavaScript takes some thirty times as long for a multiply-add as WebAssembly. */
const slowdown = 30;

/** The fewest layers of one example may take twice the budget. */
const limitsHere = (budget: number): DepthLimits => {
  const all = (budget * 1e9) / (tf.getBackend() === 'cpu' ? slowdown : 1);
  return { steps, all, one: 2 * all, examples };
};

export function* alongDepth(probed: DepthProbed, batch: Batch): Parts<Found> {
  const { depths: asked } = probed.config.probes.jacobian;
  if (asked === 0) return { depthNote: 'not-asked' };
  return (yield* ofChain(probed, batch, asked)) ?? (yield* ofAny(probed, batch, asked));
}

/** With theory's word where it has one; what of `wanted` is missing is no finite number. */
function described(
  { layers, predicted }: DepthProbed,
  depth: Omit<JacobianDepth, 'layers'>,
  found: readonly Omit<JacobianLayer, 'layer' | 'meanField'>[],
  wanted: number,
): Found {
  const named = found.map((layer): JacobianLayer => {
    const { name } = layers[layer.index - 1];
    const meanField = predicted.get(name);
    return { layer: name, ...layer, ...(meanField !== undefined && { meanField }) };
  });
  return { depth: { ...depth, layers: named }, ...(found.length < wanted && { depthNote: 'not-finite' as const }) };
}

/** Nothing where it is no chain, or where one example would take long. */
function* ofChain(probed: DepthProbed, batch: Batch, asked: number): Parts<Found | undefined> {
  const { config, network, layers } = probed;
  const activations = chainActivations(network);
  if (!activations) return undefined;
  const depths = spreadDepths(maskableLayers(network).length, asked);
  const kept = layers.map(({ weight }) => weight.reduce((count, value) => count + Number(value !== 0), 0));
  const samples = depthExamples(network, kept, depths, { most: batch.size, budget: config.probes.jacobian.budget });
  if (samples === 0) return undefined;
  const { inputs } = network;
  const chain = layers.map(({ name, weight, bias }) => ({ weight, bias, activation: activations.get(name)! }));
  const found = yield* depthSpectra(chain, { x: headOf(batch, inputs, samples).x, inputs }, depths);
  const described64 = found.map(({ index, summary, meanSquare }) => ({ index: index + 1, summary, meanSquare }));
  return described(probed, { samples }, described64, depths.length);
}

function* ofAny(probed: DepthProbed, batch: Batch, asked: number): Parts<Found> {
  const { config, network, trainer, layers } = probed;
  const plan = planDepths(network, asked, batch.size, limitsHere(config.probes.jacobian.budget));
  if (!plan) return { depthNote: 'too-long' };
  const { depths, samples } = plan;
  const some = headOf(batch, network.inputs, samples);
  const rng = Rng.fromSeed(config.seed).split('jacobian');
  const found: Omit<JacobianLayer, 'layer' | 'meanField'>[] = [];
  for (const depth of depths) {
    const { name } = layers[depth];
    const values = yield* trainer.layerJacobian(name, some, (products) =>
      estimatedValues(products, steps, rng.split(name)),
    );
    // What comes after goes through this layer, or through one like it.
    if (!values) break;
    found.push({ index: depth + 1, ...figures(values) });
  }
  const known = described(probed, { samples, steps }, found, depths.length);
  const fewer = depths.length < Math.min(asked, layers.length);
  return { ...(fewer && { depthNote: 'fewer-layers' as const }), ...known };
}

/** Of all examples together. */
function figures({ found, exact }: EstimatedValues): Pick<JacobianLayer, 'summary' | 'meanSquare' | 'estimated'> {
  const mean = (of: (value: number) => number): number =>
    found.reduce((sum, { values, shares }) => sum + values.reduce((s, value, i) => s + shares[i] * of(value), 0), 0) /
    found.length;
  const summary = summarise(Float64Array.from(found.flatMap(({ values }) => values)));
  const meanSquare = mean((value) => value * value);
  if (exact) return { summary, meanSquare };
  return { summary: { ...summary, mean: mean((value) => value), dead: null }, meanSquare, estimated: true };
}
