/** What a config shares: which layers, with what deviation, in how large a memory. */
import { weightsOf } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import { matchLayers } from '../core/density/match-layers';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { baseDeviation } from '../core/init/deviation';
import type { Gains } from '../core/init/mean-field';
import { everyLayer, isMaskable, weightShape } from '../core/network';
import type { EmbeddingLayer, MaskableLayer, Network } from '../core/network';
import { Rng } from '../core/rng';
import { bytesOf } from '../core/rps/bytes';
import type { SharedBytes } from '../core/rps/bytes';
import { neutralInitStd, plainScales } from '../core/rps/scales';
import { sharingOf } from '../core/rps/sharing';
import type { Sharing } from '../core/rps/sharing';
import type { MappingSpec } from '../core/rps/pieces';
import { noSuchLayer } from './errors';
import type { PathFinding } from './finding';
import * as errors from './sharing-errors';
import { nearest } from './suggest';
import { itemPath } from './tree';
import type { Config, SharingConfig } from './types';

/** The memory and what lies where in it, and what that comes to. */
export interface SharingPlan extends Sharing {
  /** Parameters that are not shared: biases, norms, positions, layers that were left out. */
  dense: number;
  /**
   * Deviation of the memory at which steps are on average as large as those of the dense network: the mean of Gamma
   * is 1.
   */
  neutral: number;
  /** Of `index` what it may be at most. */
  bytes: SharedBytes;
}

type Shareable = MaskableLayer | EmbeddingLayer;

const isShareable = (layer: Network['layers'][number]): layer is Shareable =>
  isMaskable(layer) || layer.kind === 'embedding';

const shapeOf = (layer: Shareable): LayerShape =>
  layer.kind === 'embedding' ? { name: layer.name, rows: layer.size, columns: layer.width } : weightShape(layer);

/** As torch.nn.Embedding, whatever the gain. */
const embeddingDeviation = 1;

const deviationOf = (layer: Shareable, { base }: SharingConfig, gain: Gains): number =>
  layer.kind === 'embedding' ? embeddingDeviation : gain.weight * baseDeviation(base, weightShape(layer));

const namesPath = 'sharing.include.names';

/** Why the names fit not what they should. */
function strangers(names: readonly string[], open: readonly string[], dense: readonly string[]): PathFinding[] {
  const fits = (pattern: string, layers: readonly string[]): boolean =>
    matchLayers({ [pattern]: 1 }, layers).unmatched.length === 0;
  return names.flatMap((pattern, index): PathFinding[] => {
    if (fits(pattern, open)) return [];
    const path = itemPath(namesPath, index);
    if (fits(pattern, dense)) return [{ ...errors.denseLayerToShare(pattern), path }];
    return [{ ...noSuchLayer(pattern, open, nearest(pattern, open)), path }];
  });
}

/** The layers that `include` says, or why there are none. */
function included(config: SharingConfig, network: Network): { layers: Shareable[] } | { problems: PathFinding[] } {
  const { minSize, names } = config.include;
  const all = [...everyLayer(network.layers)].filter(isShareable);
  const isDense = (layer: Shareable): boolean => layer.kind !== 'embedding' && layer.dense === true;
  // At least one: a network of nothing but dense layers, and no embedding, was refused.
  const open = all.filter((layer) => !isDense(layer));
  const nameOf = ({ name }: Shareable): string => name;
  const problems = strangers(names, open.map(nameOf), all.filter(isDense).map(nameOf));
  if (problems.length > 0) return { problems };
  const { matched } = matchLayers(Object.fromEntries(names.map((name) => [name, 1])), open.map(nameOf));
  const named = open.filter(({ name }) => matched.has(name));
  const size = (layer: Shareable): number => weightsOf(shapeOf(layer));
  const layers = named.filter((layer) => size(layer) >= minSize);
  if (layers.length > 0) return { layers };
  const largest = named.reduce((a, b) => (size(b) > size(a) ? b : a));
  const finding = errors.nothingShared(minSize, { name: largest.name, weights: size(largest) });
  return { problems: [{ ...finding, path: 'sharing.include.minSize' }] };
}

/** One for all layers; another use of the same seed draws others. */
const mappingSeed = (seed: number): number => Rng.fromSeed(seed).split('sharing/mapping').uint32();

const specOf = ({ mapping: kind, tile, aligned, chunk }: SharingConfig, seed: number): MappingSpec => ({
  kind,
  seed: mappingSeed(seed),
  ...(kind === 'roast' && { tile, aligned }),
  ...(kind === 'robe' && { chunk }),
});

/** What is kept of each location between steps: by the normalised form, a scaler, Adam's rates. */
function keptValues({ method, scaler }: SharingConfig, adaptive: boolean): number {
  const scaled = method === 'stable-rps' || scaler !== 'none';
  // Rates, and where the memory is not in the normalised form the unit of its gradients.
  const rates = method === 'stable-rps' ? 1 : 2;
  return (scaled ? 1 : 0) + (adaptive && scaler === 'theory' ? rates : 0);
}

/** A fold keeps one value for each stretch between two ends of layers, partitions or the memory. */
const stretches = ({ spec, m, parts, layers }: Sharing): number =>
  spec.kind === 'fold'
    ? Math.min(
        m,
        layers.reduce((sum, { weights }, l) => sum + 4 * (1 + Math.ceil(weights / parts[l].length)), 0),
      )
    : m;

/** A float64, and of stretches where they end. */
const stretchBytes = 12;

/** What cannot be had, at the key that says it. */
function refused(error: SparseError): PathFinding {
  const possible = error.details?.nearest;
  if (typeof possible !== 'number') return { ...errors.impossibleSharing(error.message), path: 'sharing' };
  const name = error.code.slice('rps.'.length);
  return { ...errors.compressionImpossible(name, error.message, possible), path: 'sharing.compression' };
}

/** `parameters`: of the network, each weight counted. `config.sharing` is there. */
export function planSharing(
  { sharing, seed, train }: Config & Required<Pick<Config, 'sharing'>>,
  network: Network,
  gain: Gains,
  parameters: number,
): { sharing: SharingPlan } | { problems: PathFinding[] } {
  const found = included(sharing, network);
  if ('problems' in found) return found;
  const layers = found.layers.map((layer) => {
    const { name, rows, columns, kernel, groups } = shapeOf(layer);
    const embedding = layer.kind === 'embedding' && { embedding: true as const };
    const deviation = deviationOf(layer, sharing, gain);
    return { name, rows, columns, deviation, ...(kernel && { kernel, groups }), ...embedding };
  });
  try {
    const { compression, scope } = sharing;
    const shared = sharingOf(layers, { compression, scope, spec: specOf(sharing, seed) });
    const dense = parameters - shared.n;
    const adaptive = train.optimizer.name !== 'sgd';
    const scales = plainScales(shared, 1);
    const bytes = bytesOf(shared, { scales, slots: adaptive ? 2 : 1, dense, kept: [] });
    const index = stretchBytes * keptValues(sharing, adaptive) * stretches(shared);
    return { sharing: { ...shared, dense, neutral: neutralInitStd(shared), bytes: { ...bytes, index } } };
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return { problems: [refused(error)] };
  }
}
