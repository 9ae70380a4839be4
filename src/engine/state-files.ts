/**
 * Layer states to and from safetensors. Layer `fc1` is `layers.fc1.weight` F32 (out, in) or (out, in / groups, kh, kw),
 * `.mask` U8, `.bias` F32;
 * checkpoints add `optimizer.layers.fc1.weight.momentum` and `.bias.momentum`.
 */
import type { LayerPlan } from '../config/layer-plans';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { shapeOf, tensorShape } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import type { Mask } from '../core/mask';
import { maskableLayers } from '../core/network';
import type { ConvLayer } from '../core/network';
import { openFile } from '../formats/byte-source';
import { openSafetensors } from '../formats/safetensors';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from '../formats/safetensors';
import type { Init } from '../protocol/run';
import type { RunFolder } from '../runs/folder';
import { checkpointMismatch, words } from './errors';
import type { LayerState } from './network';

const f32 = (name: string, shape: number[], data: Float32Array): TensorToWrite => ({ name, dtype: 'F32', shape, data });

export const initTensors = (states: readonly LayerState[]): TensorToWrite[] =>
  states.flatMap((state) => {
    const { name, rows, weight, mask, bias } = state;
    const shape = tensorShape(state);
    return [
      f32(`layers.${name}.weight`, shape, weight),
      { name: `layers.${name}.mask`, dtype: 'U8', shape, data: mask },
      f32(`layers.${name}.bias`, [rows], bias),
    ];
  });

/** A layer of the dense network as it was pruned; `score` F32 or F64 where the method has one per weight. */
export const prunedTensors = (
  layer: LayerShape & { dense: Float32Array; mask: Mask; scores?: Float32Array | Float64Array },
): TensorToWrite[] => {
  const { name, dense, mask, scores } = layer;
  const kept = mask.toBytes();
  const shape = tensorShape(layer);
  const dtype = scores instanceof Float64Array ? 'F64' : 'F32';
  return [
    f32(
      `layers.${name}.weight`,
      shape,
      dense.map((value, i) => (kept[i] === 1 ? value : 0)),
    ),
    { name: `layers.${name}.mask`, dtype: 'U8', shape, data: kept },
    ...(scores ? [{ name: `layers.${name}.score`, dtype, shape, data: scores } as const] : []),
  ];
};

export const checkpointTensors = (states: readonly LayerState[]): TensorToWrite[] => [
  ...initTensors(states),
  ...states.flatMap((state) => [
    f32(`optimizer.layers.${state.name}.weight.momentum`, tensorShape(state), state.weightMomentum),
    f32(`optimizer.layers.${state.name}.bias.momentum`, [state.rows], state.biasMomentum),
  ]),
];

/**
 * Metadata that every file of weights carries. `init` tells a reader whether orthogonality is to be expected, up to the
 * factor `gain`; `layers.NAME.conv` is what a convolution's weight does not tell, as JSON, and `layers.NAME.stack` how many
 * matrices stand one upon the other in a weight.
 */
export const stateMetadata = (
  { seed, name, sparsity: { init } }: Config,
  { network, gain }: NetworkPlan,
  step: number,
): Record<string, string> => ({
  format: 'sparsescope',
  version: '1',
  seed: String(seed),
  config: name,
  step: String(step),
  init: init satisfies Init,
  gain: String(gain.weight),
  ...Object.fromEntries(
    maskableLayers(network).flatMap((layer): [string, string][] => {
      const key = `layers.${layer.name}`;
      if (layer.kind === 'conv') return [[`${key}.conv`, JSON.stringify(convOptions(layer))]];
      return layer.stack ? [[`${key}.stack`, String(layer.stack)]] : [];
    }),
  ),
});

const convOptions = ({ stride, padding, groups }: ConvLayer): Pick<ConvLayer, 'stride' | 'padding' | 'groups'> => ({
  stride,
  padding,
  groups,
});

/**
 * Reads what `initTensors` or `checkpointTensors` wrote; momentum is zero in a file without it.
 * @throws SparseError `engine.checkpoint-mismatch`, `safetensors.*`, `file.*`
 */
export async function readStates(
  file: SafetensorsFile,
  path: string,
  plans: readonly LayerPlan[],
): Promise<LayerState[]> {
  const find = (name: string, dtype: string, shape: readonly number[]): TensorEntry => {
    const entry = file.get(name);
    if (!entry) throw checkpointMismatch(path, words.noTensor(name));
    if (entry.dtype !== dtype || entry.shape.join() !== shape.join())
      throw checkpointMismatch(
        path,
        words.otherTensor(name, `${entry.dtype} (${entry.shape.join(', ')})`, `${dtype} (${shape.join(', ')})`),
      );
    return entry;
  };
  const floats = (name: string, shape: readonly number[]): Promise<Float32Array> =>
    file.readFloat32(find(name, 'F32', shape));
  const orZeros = (name: string, shape: readonly number[]): Promise<Float32Array> =>
    file.get(name) ? floats(name, shape) : Promise.resolve(new Float32Array(shape.reduce((a, b) => a * b)));

  const states: LayerState[] = [];
  for (const plan of plans) {
    const { name, rows, columns } = plan;
    const shape = tensorShape(plan);
    const maskEntry = find(`layers.${name}.mask`, 'U8', shape);
    const mask = Uint8Array.from(await file.readBytes(maskEntry, 0, rows * columns));
    if (mask.some((bit) => bit > 1)) throw checkpointMismatch(path, words.notBits(`layers.${name}.mask`));
    states.push({
      ...shapeOf(plan),
      weight: await floats(`layers.${name}.weight`, shape),
      mask,
      bias: await floats(`layers.${name}.bias`, [rows]),
      weightMomentum: await orZeros(`optimizer.layers.${name}.weight.momentum`, shape),
      biasMomentum: await orZeros(`optimizer.layers.${name}.bias.momentum`, [rows]),
    });
  }
  return states;
}

/**
 * The weights at the step that lottery tickets go back to: the initialisation, or what was kept at that step.
 * @throws SparseError `engine.checkpoint-mismatch`, `safetensors.*`, `file.*`
 */
export async function readRewindStates(
  folder: RunFolder,
  step: number,
  plans: readonly LayerPlan[],
): Promise<LayerState[]> {
  const path = step === 0 ? folder.initFile : folder.rewindFile;
  const file = await openSafetensors(await openFile(path));
  try {
    return await readStates(file, path, plans);
  } finally {
    await file.close();
  }
}
