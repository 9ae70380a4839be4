/** The parameters of a network on the backend: from states and back. */
import * as tf from '@tensorflow/tfjs';
import { maskableLayers, weightShape } from '../core/network';
import type { MaskableLayer, Network } from '../core/network';
import type { Pass } from './network';
import type { LayerState, NetworkState, OtherLayer, OtherState } from './states';
import { otherLayers, otherShape } from './states';

/** One layer's variables. */
export interface ParameterTensors {
  name: string;
  weight: tf.Variable;
  bias?: tf.Variable;
  weightSlots: tf.Variable[];
  biasSlots: tf.Variable[];
  running?: { mean: tf.Variable; variance: tf.Variable };
}

/** Of a layer with a weight to mask, rows x columns. */
export interface LayerTensors extends ParameterTensors {
  layer: MaskableLayer;
  /** Absent where a memory stands for the weight: all of it is kept. */
  mask?: tf.Tensor2D;
}

export interface NetworkTensors {
  layers: LayerTensors[];
  others: (ParameterTensors & { layer: OtherLayer })[];
}

/** What is there between two steps: no weight where a memory stands for it. */
export type Resting<T extends ParameterTensors> = Omit<T, 'weight'> & Partial<Pick<T, 'weight'>>;

export interface RestingTensors {
  layers: Resting<LayerTensors>[];
  others: Resting<NetworkTensors['others'][number]>[];
}

/** A copy: the cpu backend would keep the array itself, and updates write to where the values lie. */
const copied = (data: Float32Array, shape: readonly number[]): tf.Tensor => tf.tensor(data.slice(), [...shape]);

export const variable = (data: Float32Array, shape: readonly number[]): tf.Variable =>
  tf.tidy(() => tf.variable(copied(data, shape)));

/** Zeros where the optimizer has not begun. */
const slots = (data: readonly Float32Array[], count: number, shape: readonly number[]): tf.Variable[] =>
  Array.from({ length: count }, (_, slot) => variable(data.at(slot) ?? new Float32Array(product(shape)), shape));

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

type Uploaded = LayerState | Omit<OtherState, 'shape' | 'running'>;

function upload(state: Uploaded, shape: readonly number[], count: number): ParameterTensors {
  const { weight, weightSlots } = state;
  return {
    ...uploadBias(state, count),
    weight: variable(weight, shape),
    weightSlots: slots(weightSlots, count, shape),
  };
}

/** All but the weight. */
const uploadBias = ({ name, bias, biasSlots }: Uploaded, count: number): Omit<ParameterTensors, 'weight'> => ({
  name,
  weightSlots: [],
  biasSlots: bias ? slots(biasSlots, count, [bias.length]) : [],
  ...(bias && { bias: variable(bias, [bias.length]) }),
});

/** wasm multiplies floats only. */
export const maskTensor = (mask: Uint8Array, shape: [number, number]): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from(mask), shape);

/**
 * Copies a state to the backend. `count`: slots of the optimizer; `shared`: the layers whose weights a memory stands
 * for, and which come without. The caller disposes of them.
 */
export function uploadNetwork(network: Network, state: NetworkState, count: number): NetworkTensors;
export function uploadNetwork(
  network: Network,
  state: NetworkState,
  count: number,
  shared: ReadonlySet<string>,
): RestingTensors;
export function uploadNetwork(
  network: Network,
  state: NetworkState,
  count: number,
  shared: ReadonlySet<string> = new Set(),
): RestingTensors {
  const layers = maskableLayers(network).map((layer, l): Resting<LayerTensors> => {
    const { rows, columns } = weightShape(layer);
    const own = state.layers[l];
    if (shared.has(layer.name)) return { ...uploadBias(own, count), layer };
    return { ...upload(own, [rows, columns], count), layer, mask: maskTensor(own.mask, [rows, columns]) };
  });
  const others = otherLayers(network).map((layer, l): RestingTensors['others'][number] => {
    const { running, shape, ...own } = state.others[l];
    if (shared.has(layer.name)) return { ...uploadBias(own, count), layer };
    const size = [layer.size];
    return {
      ...upload(own, shape, count),
      layer,
      ...(running && { running: { mean: variable(running.mean, size), variance: variable(running.variance, size) } }),
    };
  });
  return { layers, others };
}

/** The forward pass by these parameters, each example by itself. */
export const passOf = ({ layers, others }: NetworkTensors): Pass => ({
  weights: new Map([...layers, ...others].map((tensors) => [tensors.name, tensors])),
});

const read = (tensor: tf.Tensor): Float32Array => Float32Array.from(tensor.dataSync());

/** Nothing where a memory stands for it. */
const readOrNone = (tensor: tf.Tensor | undefined): Float32Array => (tensor ? read(tensor) : new Float32Array());

const download = ({ name, weight, bias, weightSlots, biasSlots }: Resting<ParameterTensors>) => ({
  name,
  weight: readOrNone(weight),
  weightSlots: weightSlots.map(read),
  biasSlots: biasSlots.map(read),
  ...(bias && { bias: read(bias) }),
});

/** A copy of everything that is needed to go on, but the memory. */
export const downloadNetwork = ({ layers, others }: RestingTensors): NetworkState => ({
  layers: layers.map((tensors) => ({
    ...weightShape(tensors.layer),
    ...download(tensors),
    mask: Uint8Array.from(readOrNone(tensors.mask)),
  })),
  others: others.map(({ running, layer, ...tensors }) => ({
    ...download(tensors),
    shape: otherShape(layer),
    ...(running && { running: { mean: read(running.mean), variance: read(running.variance) } }),
  })),
});

/** Takes over a state of the same shapes. */
export function replaceParameters(tensors: Resting<ParameterTensors>, state: LayerState | OtherState): void {
  tf.tidy(() => {
    const assign = (to: tf.Variable, data: Float32Array | undefined): void =>
      to.assign(data ? copied(data, to.shape) : tf.zerosLike(to));
    if (tensors.weight) assign(tensors.weight, state.weight);
    if (tensors.bias) assign(tensors.bias, state.bias);
    tensors.weightSlots.forEach((slot, i) => assign(slot, state.weightSlots.at(i)));
    tensors.biasSlots.forEach((slot, i) => assign(slot, state.biasSlots.at(i)));
    const running = 'running' in state ? state.running : undefined;
    if (tensors.running && running) {
      assign(tensors.running.mean, running.mean);
      assign(tensors.running.variance, running.variance);
    }
  });
}

export function disposeNetwork({ layers, others }: RestingTensors): void {
  for (const { mask } of layers) mask?.dispose();
  for (const { weight, bias, weightSlots, biasSlots, running } of [...layers, ...others])
    tf.dispose([weight, bias, weightSlots, biasSlots, running].filter((each) => each !== undefined));
}
