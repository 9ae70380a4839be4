/** The factors by which a config's shared weights are recovered, and the memory that they begin from. */
import type { Parts } from '../core/parts';
import { Rng } from '../core/rng';
import type { Wiring } from '../core/rps/metadata';
import { projectInParts, recoverInParts } from '../core/rps/recover';
import { drawMemory, MemoryDrawing } from '../core/rps/initial-draw';
import type { MemoryDraw } from '../core/rps/initial-draw';
import { deviationsOf, normalisedScales, plainScales } from '../core/rps/scales';
import type { Scales } from '../core/rps/scales';
import type { Sharing } from '../core/rps/sharing';
import { denseWeights } from './dense-weights';
import type { NetworkPlan } from './plan';
import type { Config, SharingConfig } from './types';

/** @throws SparseError `rps.bad-init-std` */
export const scalesOf = (sharing: Sharing, { method, initStd }: Pick<SharingConfig, 'method' | 'initStd'>): Scales =>
  method === 'stable-rps' ? normalisedScales(sharing) : plainScales(sharing, initStd ?? 1);

/**
 * What a file says of a memory of this config, without a look at any location.
 * @throws SparseError `rps.bad-init-std`
 */
export function wiringOf(
  sharing: Sharing,
  { method, initStd, scaler }: Pick<SharingConfig, 'method' | 'initStd' | 'scaler'>,
): Wiring {
  if (method !== 'stable-rps') return { sharing, scales: plainScales(sharing, initStd ?? 1), scaler };
  // Its scaler is in the form.
  return { sharing, scales: { lambda: deviationsOf(sharing), normalised: true } };
}

export type StartPlan = Pick<NetworkPlan, 'layers' | 'gain'>;

type Drawn = Pick<Config, 'seed' | 'sharing'>;

/** The numbers that its memory is drawn as, if it is drawn. */
export function drawingOf({ seed, sharing }: Drawn): MemoryDrawing {
  const { initStd, compat } = sharing ?? {};
  const draw: MemoryDraw | undefined =
    initStd === undefined ? undefined : { kind: compat ? 'compat' : 'uniform', s: initStd };
  return new MemoryDrawing(draw, Rng.fromSeed(seed).split('sharing/init'));
}

/** A location for each weight. */
const isOneByOne = ({ spec, m, n }: Sharing): boolean => spec.kind === 'fold' && m === n;

/** Whether the memory is made of the weights of the dense network. */
export const beginsDense = (sharing: Sharing, { method }: Pick<SharingConfig, 'method'>): boolean =>
  method === 'stable-rps' && isOneByOne(sharing);

/**
 * Depends on the seed, the mapping and the factors. Of `stable-rps` with a location for each weight it is what recovers
 * the weights that the dense network of the same seed begins with, to the last bit: Pareto-continuity holds of the
 * first step too. Embeddings are drawn as with compression.
 */
export function* initialMemory(
  sharing: Sharing,
  scales: Scales,
  config: Pick<Config, 'seed' | 'sharing' | 'sparsity'>,
  { layers, gain }: StartPlan,
): Parts<Float32Array> {
  const drawn = (): Float32Array => drawMemory(sharing, scales, drawingOf(config));
  if (!scales.normalised || !isOneByOne(sharing)) return drawn();
  let memory: Float32Array | undefined;
  const weights: Float32Array[] = [];
  for (const [index, { name, weights: count }] of sharing.layers.entries()) {
    const layer = layers.find((one) => one.name === name);
    if (layer) weights.push(yield* denseWeights({ config, gain }, layer));
    else {
      const recovered = new Float32Array(count);
      memory ??= drawn();
      yield* recoverInParts(sharing, scales, memory, index, recovered);
      weights.push(recovered);
    }
  }
  return yield* projectInParts(sharing, scales, weights);
}
