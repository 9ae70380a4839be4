/** Any network with all weights shared: its rule, and states that begin from given weights. */
import { weightsOf } from '../../../../src/core/density/layer-shape';
import { everyLayer, isMaskable, weightShape } from '../../../../src/core/network';
import type { Network } from '../../../../src/core/network';
import { expand, project } from '../../../../src/core/rps/recover';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { LayerToShare, Sharing } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import type { SharingScope } from '../../../../src/core/rps/names';
import type { SharingRule } from '../../../../src/engine/rps/rule';
import type { NetworkState } from '../../../../src/engine/states';

/** Linear layers, convolutions and embeddings, in order. Deviations differ, so that nothing cancels. */
const layersToShare = ({ layers }: Network): LayerToShare[] =>
  [...everyLayer(layers)].flatMap((layer, index): LayerToShare[] => {
    const deviation = 0.2 + 0.3 * ((index * 7) % 5);
    if (layer.kind === 'embedding') return [{ name: layer.name, rows: layer.size, columns: layer.width, deviation }];
    if (!isMaskable(layer)) return [];
    const { name, rows, columns, kernel, groups } = weightShape(layer);
    return [{ name, rows, columns, deviation, ...(kernel && { kernel, groups: groups ?? 1 }) }];
  });

export interface Mapped {
  compression: number;
  kind?: MappingSpec['kind'];
  scope?: SharingScope;
  seed?: number;
  /** By default every layer that can be. */
  only?: readonly string[];
}

export function mappedNetwork(
  network: Network,
  { compression, kind = 'fold', scope = 'global', seed = 3, only }: Mapped,
): Sharing {
  const layers = layersToShare(network).filter(({ name }) => only?.includes(name) ?? true);
  const most = scope === 'global' ? layers.reduce((n, layer) => n + weightsOf(layer), 0) : Infinity;
  const pieces = { ...(kind === 'roast' && { tile: [2, 2] as const }), ...(kind === 'robe' && { chunk: 2 }) };
  return sharingOf(layers, { compression: Math.min(compression, most / 4), scope, spec: { kind, seed, ...pieces } });
}

/** The state without the weights that the memory stands for. */
export const withMemory = (
  { layers, others }: NetworkState,
  { sharing }: SharingRule,
  memory: Float32Array,
): NetworkState => {
  const shared = new Set(sharing.layers.map(({ name }) => name));
  const none = { weight: new Float32Array(), mask: new Uint8Array(), weightSlots: [] };
  return {
    layers: layers.map((layer) => (shared.has(layer.name) ? { ...layer, ...none } : layer)),
    others: others.map((other) =>
      shared.has(other.name) ? { ...other, weight: none.weight, weightSlots: [] } : other,
    ),
    shared: { memory, slots: [] },
  };
};

/** The weights of the shared layers, in the order of the sharing. */
const sharedWeights = ({ layers, others }: NetworkState, { sharing }: SharingRule): Float32Array[] =>
  sharing.layers.map(({ name }) => [...layers, ...others].find((layer) => layer.name === name)!.weight);

/** The memory nearest to the weights of a state. */
export const projected = (state: NetworkState, rule: SharingRule): Float32Array =>
  project(rule.sharing, rule.scales, sharedWeights(state, rule));

/** A dense state with the weights that a memory stands for. */
export const expanded = (state: NetworkState, rule: SharingRule, memory: Float32Array): NetworkState => {
  const weights = new Map(
    expand(rule.sharing, rule.scales, memory).map((weight, l) => [rule.sharing.layers[l].name, weight]),
  );
  return {
    layers: state.layers.map((layer) => ({ ...layer, weight: weights.get(layer.name) ?? layer.weight })),
    others: state.others.map((other) => ({ ...other, weight: weights.get(other.name) ?? other.weight })),
  };
};
