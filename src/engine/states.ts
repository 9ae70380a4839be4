/** The state of a network on plain arrays: what initialisation makes, training changes and checkpoints hold. */
import type { LayerShape } from '../core/density/layer-shape';
import { everyLayer } from '../core/network';
import type { EmbeddingLayer, Network, NormLayer, PositionLayer } from '../core/network';

interface Parameters {
  name: string;
  /** Row-major. */
  weight: Float32Array;
  /** Absent where the layer has none. */
  bias?: Float32Array;
  /** What the optimizer remembers of each weight, in the order of `slotNames`; empty before the first update: zeros. */
  weightSlots: Float32Array[];
  biasSlots: Float32Array[];
}

/** Of a layer with a weight to mask; the weight is exactly zero where `mask` is 0. */
export interface LayerState extends LayerShape, Parameters {
  /** 0 or 1 per weight, row-major. */
  mask: Uint8Array;
}

/** Running averages of a batch norm, one per channel or value. */
export interface Running {
  mean: Float32Array;
  variance: Float32Array;
}

/** Of a layer whose parameters are never masked: a norm, positions or an embedding. */
export interface OtherState extends Parameters {
  /** Of the weight, as PyTorch has it. */
  shape: readonly number[];
  running?: Running;
}

/** The memory that the weights of shared layers are recovered from. */
export interface SharedState {
  memory: Float32Array;
  /**
   * What the optimizer remembers of each location, in the order of `slotNames`; empty before the first update: zeros.
   */
  slots: Float32Array[];
  /** Of a checkpoint: what the run had seen of it, and what of the network's insides. */
  watch?: Float64Array;
  looks?: Float64Array;
}

/** Layers whose weights a memory stands for have their biases only: `weight`, `mask` and `weightSlots` are empty. */
export interface NetworkState {
  /** One per maskable layer, in the network's order. */
  layers: LayerState[];
  /** One per layer with parameters of another kind, in the network's order. */
  others: OtherState[];
  /** Only where weights are shared. */
  shared?: SharedState;
}

/** A table of vectors, one for each token of an example or for each number that a token may be. */
export type TableLayer = PositionLayer | EmbeddingLayer;
export type OtherLayer = NormLayer | TableLayer;

/** The layers with parameters that are never masked, in order. */
export const otherLayers = ({ layers }: Network): OtherLayer[] =>
  [...everyLayer(layers)].filter(
    (layer) => layer.kind === 'norm' || layer.kind === 'position' || layer.kind === 'embedding',
  );

/** Of the weight, as PyTorch has it. */
export const otherShape = (layer: OtherLayer): number[] => (layer.kind === 'norm' ? [layer.size] : tableShape(layer));

const tableShape = (layer: TableLayer): [rows: number, columns: number] =>
  layer.kind === 'position' ? [layer.tokens, layer.size] : [layer.size, layer.width];

/**
 * As PyTorch begins: a norm scales by 1 and shifts by 0, with running averages of 0 and 1; tables are `table`'s to
 * draw: so many values.
 */
export const freshOther = (
  layer: OtherLayer,
  table: (layer: TableLayer, values: number) => Float32Array,
): OtherState => {
  const { name, size } = layer;
  const common = { name, shape: otherShape(layer), weightSlots: [], biasSlots: [] };
  if (layer.kind !== 'norm') {
    const [rows, columns] = tableShape(layer);
    return { ...common, weight: table(layer, rows * columns) };
  }
  const running = { mean: new Float32Array(size), variance: new Float32Array(size).fill(1) };
  return {
    ...common,
    weight: new Float32Array(size).fill(1),
    bias: new Float32Array(size),
    ...(layer.over === 'batch' && { running }),
  };
};
