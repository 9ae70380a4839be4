/**
 * Layer states to and from safetensors. Layer `fc1` is `layers.fc1.weight` F32 (out, in) or (out, in / groups, kh, kw),
 * `.mask` U8, `.bias` F32; a norm has `.weight`, `.bias`, `.running_mean` and `.running_var`, positions `.weight`.
 * Checkpoints add what the optimizer remembers: `optimizer.layers.fc1.weight.momentum` and `.bias.momentum`. Where
 * weights are shared there is `sharing.memory` F32 (m) in their place, `optimizer.sharing.memory.momentum`, and the
 * metadata `sharing`.
 */
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { isSparseError } from '../core/errors';
import { shapeOf, tensorShape } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import type { Mask } from '../core/mask';
import { maskableLayers } from '../core/network';
import type { ConvLayer } from '../core/network';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from '../formats/safetensors';
import type { Init } from '../protocol/run';
import { openUnchanged } from '../formats/unchanged';
import type { RunFolder } from '../runs/folder';
import { differencesFrom } from '../core/rps/diagnosis/wiring';
import { memoryTensor, metadataText, sharingKey } from '../core/rps/metadata';
import { wiringText } from '../protocol/wiring-words';
import { checkpointMismatch, words } from './errors';
import type { SharingRule } from './rps/rule';
import { restNames } from './rps/rest-moves';
import { isWatch, looksTensor, watchTensor } from './rps/run-watch';
import { otherLayers, otherShape } from './states';
import type { LayerState, NetworkState, OtherState } from './states';

const f32 = (name: string, shape: number[], data: Float32Array): TensorToWrite => ({ name, dtype: 'F32', shape, data });

/** Whether a memory stands for the weight. */
const isShared = ({ weight }: LayerState | OtherState): boolean => weight.length === 0;

export const initTensors = ({ layers, others, shared }: NetworkState): TensorToWrite[] => [
  ...vector(memoryTensor, shared?.memory),
  ...layers.flatMap((state) => {
    const { name, weight, mask, bias } = state;
    const shape = tensorShape(state);
    const own: TensorToWrite[] = isShared(state)
      ? []
      : [f32(`layers.${name}.weight`, shape, weight), { name: `layers.${name}.mask`, dtype: 'U8', shape, data: mask }];
    return [...own, ...vector(`layers.${name}.bias`, bias)];
  }),
  ...others.flatMap((state) => {
    const { name, shape, weight, bias, running } = state;
    return [
      ...(isShared(state) ? [] : [f32(`layers.${name}.weight`, [...shape], weight)]),
      ...vector(`layers.${name}.bias`, bias),
      ...vector(`layers.${name}.running_mean`, running?.mean),
      ...vector(`layers.${name}.running_var`, running?.variance),
    ];
  }),
];

const vector = (name: string, data: Float32Array | undefined): TensorToWrite[] =>
  data ? [f32(name, [data.length], data)] : [];

/** A layer of the dense network as it was pruned; `score` F32 or F64 where the method has one per weight. */
export const prunedTensors = (
  layer: LayerShape & { unpruned: Float32Array; mask: Mask; scores?: Float32Array | Float64Array },
): TensorToWrite[] => {
  const { name, unpruned, mask, scores } = layer;
  const kept = mask.toBytes();
  const shape = tensorShape(layer);
  const dtype = scores instanceof Float64Array ? 'F64' : 'F32';
  return [
    f32(
      `layers.${name}.weight`,
      shape,
      unpruned.map((value, i) => (kept[i] === 1 ? value : 0)),
    ),
    { name: `layers.${name}.mask`, dtype: 'U8', shape, data: kept },
    ...(scores ? [{ name: `layers.${name}.score`, dtype, shape, data: scores } as const] : []),
  ];
};

/** `slots`: what the optimizer remembers, by name. */
export const checkpointTensors = (state: NetworkState, slots: readonly string[]): TensorToWrite[] => [
  ...initTensors(state),
  ...slots.flatMap((slot, s) => vector(`optimizer.${memoryTensor}.${slot}`, state.shared?.slots[s])),
  ...[...state.layers.map((layer) => ({ ...layer, shape: tensorShape(layer) })), ...state.others].flatMap(
    ({ name, shape, bias, weightSlots, biasSlots }) =>
      slots.flatMap((slot, s) => [
        ...(weightSlots[s] ? [f32(`optimizer.layers.${name}.weight.${slot}`, [...shape], weightSlots[s])] : []),
        ...vector(`optimizer.layers.${name}.bias.${slot}`, bias && biasSlots[s]),
      ]),
  ),
];

/**
 * Metadata that every file of weights carries. `init` tells a reader whether orthogonality is to be expected, up to the
 * factor `gain`; `layers.NAME.conv` is what a convolution's weight does not tell, as JSON, and `layers.NAME.stack` how
 * many matrices stand one upon the other in a weight.
 */
export const stateMetadata = (
  { seed, name, sparsity: { init } }: Config,
  { network, gain }: NetworkPlan,
  step: number,
  rule?: SharingRule,
): Record<string, string> => ({
  format: 'sparsescope',
  version: '1',
  seed: String(seed),
  config: name,
  step: String(step),
  init: init satisfies Init,
  gain: String(gain.weight),
  ...(rule && sharedMetadata(rule)),
  ...Object.fromEntries(
    maskableLayers(network).flatMap((layer): [string, string][] => {
      const key = `layers.${layer.name}`;
      if (layer.kind === 'conv') return [[`${key}.conv`, JSON.stringify(convOptions(layer))]];
      return layer.stack ? [[`${key}.stack`, String(layer.stack)]] : [];
    }),
  ),
});

const sharedMetadata = ({ wiring }: SharingRule): Record<string, string> => ({ [sharingKey]: metadataText(wiring) });

/** The same numbers under another mapping are other weights: said before anything that follows from it. */
function checkWiring(file: SafetensorsFile, path: string, { rule, unmasked }: StatePlan): void {
  const text = Object.hasOwn(file.metadata, sharingKey) ? file.metadata[sharingKey] : undefined;
  if (!rule) {
    // A file that is read as if its weights were in it has them all.
    if (text !== undefined && !unmasked) throw checkpointMismatch(path, words.sharedThere);
    return;
  }
  const differing = differencesFrom(rule.wiring, text);
  if (differing.length > 0) throw checkpointMismatch(path, wiringText(differing));
}

const convOptions = ({ stride, padding, groups }: ConvLayer): Pick<ConvLayer, 'stride' | 'padding' | 'groups'> => ({
  stride,
  padding,
  groups,
});

/** Finds tensors of the dtype and shape that are expected. */
const finder =
  (file: SafetensorsFile, path: string) =>
  (name: string, dtype: string, shape: readonly number[]): TensorEntry => {
    const entry = file.get(name);
    if (!entry) throw checkpointMismatch(path, words.noTensor(name));
    if (entry.dtype !== dtype || entry.shape.join() !== shape.join())
      throw checkpointMismatch(
        path,
        words.otherTensor(name, `${entry.dtype} (${entry.shape.join(', ')})`, `${dtype} (${shape.join(', ')})`),
      );
    return entry;
  };

async function readMask(file: SafetensorsFile, path: string, layer: LayerShape): Promise<Uint8Array> {
  const name = `layers.${layer.name}.mask`;
  const entry = finder(file, path)(name, 'U8', tensorShape(layer));
  const mask = Uint8Array.from(await file.readBytes(entry, 0, layer.rows * layer.columns));
  if (mask.some((bit) => bit > 1)) throw checkpointMismatch(path, words.notBits(name));
  return mask;
}

/** What of a plan its states follow. */
export interface StatePlan extends Pick<NetworkPlan, 'network' | 'layers'> {
  /** Where weights are shared. */
  rule?: SharingRule | undefined;
  /** Files need no masks: all weights are kept. */
  unmasked?: true;
}

/**
 * Reads what `initTensors` or `checkpointTensors` wrote; a file without what the optimizer remembers leaves that empty.
 * @throws SparseError `engine.checkpoint-mismatch`, `safetensors.*`, `file.*`
 */
export async function readStates(
  file: SafetensorsFile,
  path: string,
  plan: StatePlan,
  slots: readonly string[],
): Promise<NetworkState> {
  const { network, layers: plans, rule, unmasked } = plan;
  checkWiring(file, path, plan);
  const find = finder(file, path);
  const floats = (name: string, shape: readonly number[]): Promise<Float32Array> =>
    file.readFloat32(find(name, 'F32', shape));
  const slotsOf = async (name: string, shape: readonly number[]): Promise<Float32Array[]> => {
    const names = slots.map((slot) => `optimizer.${name}.${slot}`);
    if (!names.some((slot) => file.get(slot))) return [];
    return Promise.all(names.map((slot) => floats(slot, shape)));
  };
  const shared = new Set(rule?.sharing.layers.map(({ name }) => name));
  const parameters = async (name: string, shape: readonly number[], biases: number) => {
    const weight = `layers.${name}.weight`;
    const bias = `layers.${name}.bias`;
    const none = shared.has(name);
    return {
      weight: none ? new Float32Array() : await floats(weight, shape),
      weightSlots: none ? [] : await slotsOf(weight, shape),
      ...(biases > 0 && { bias: await floats(bias, [biases]) }),
      biasSlots: biases > 0 ? await slotsOf(bias, [biases]) : [],
    };
  };

  const layers: LayerState[] = [];
  for (const layer of plans) {
    const { name, biases } = layer;
    const shape = tensorShape(layer);
    const own = await parameters(name, shape, biases);
    const none = shared.has(name);
    const kept = none || unmasked ? new Uint8Array(own.weight.length).fill(1) : await readMask(file, path, layer);
    layers.push({ ...shapeOf(layer), ...own, mask: kept });
  }
  const others: OtherState[] = [];
  for (const layer of otherLayers(network)) {
    const { name, size } = layer;
    const shape = otherShape(layer);
    const own = await parameters(name, shape, layer.kind === 'norm' ? size : 0);
    const average = (of: string): Promise<Float32Array> => floats(`layers.${name}.${of}`, [size]);
    const running = layer.kind === 'norm' &&
      layer.over === 'batch' && {
        running: { mean: await average('running_mean'), variance: await average('running_var') },
      };
    others.push({ name, shape, ...own, ...running });
  }
  if (!rule) return { layers, others };
  const size = [rule.sharing.m];
  const memory = await floats(memoryTensor, size);
  const seen = file.get(watchTensor);
  if (seen && !isWatch(seen, shared.size + restNames(network, shared).length))
    throw checkpointMismatch(path, words.otherWatch(watchTensor));
  const watch = seen && { watch: await file.readFloat64(seen) };
  const looked = file.get(looksTensor);
  const norms = others.filter(({ running }) => running).length;
  const looks = looked && { looks: await file.readFloat64(find(looksTensor, 'F64', [1 + norms])) };
  return { layers, others, shared: { memory, slots: await slotsOf(memoryTensor, size), ...watch, ...looks } };
}

/**
 * The weights at the step that lottery tickets go back to: the initialisation, or what was kept at that step.
 * @throws SparseError `engine.checkpoint-mismatch`, `safetensors.*`, `file.*`
 */
export async function readRewindStates(folder: RunFolder, step: number, plan: StatePlan): Promise<NetworkState> {
  const path = step === 0 ? folder.initFile : folder.rewindFile;
  const file = await openUnchanged(path);
  try {
    return await readStates(file, path, plan, []);
  } finally {
    await file.close();
  }
}

/**
 * The masks of `init.safetensors`, in the order of the layers; undefined when it is gone or was changed, since a run goes
 * on without it.
 * @throws as `readRewindStates`
 */
export async function readInitialMasks(
  { initFile }: RunFolder,
  { layers }: Pick<NetworkPlan, 'layers'>,
): Promise<Uint8Array[] | undefined> {
  const file = await openUnchanged(initFile).catch((error: unknown) => {
    if (isSparseError(error) && ['file.not-found', 'safetensors.changed'].includes(error.code)) return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const masks: Uint8Array[] = [];
    for (const layer of layers) masks.push(await readMask(file, initFile, layer));
    return masks;
  } finally {
    await file.close();
  }
}
