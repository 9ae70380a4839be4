/** The tensors executor of a network: TensorFlow.js variables and the forward pass. */
import * as tf from '@tensorflow/tfjs';
import type { LayerShape } from '../core/density/layer-shape';
import type { Activation, MaskableLayer, Network } from '../core/network';
import { maskableLayers, weightShape } from '../core/network';
import { convolve, fromPictures, toPictures } from './convolution';

/** One maskable layer's state on plain arrays: what initialisation makes and checkpoints hold. */
export interface LayerState extends LayerShape {
  /** Row-major, exactly zero where `mask` is 0. */
  weight: Float32Array;
  /** 0 or 1 per weight, row-major. */
  mask: Uint8Array;
  bias: Float32Array;
  weightMomentum: Float32Array;
  biasMomentum: Float32Array;
}

/** The same on the backend. */
export interface LayerTensors {
  layer: MaskableLayer;
  /** rows x columns. */
  weight: tf.Variable<tf.Rank.R2>;
  mask: tf.Tensor2D;
  bias: tf.Variable<tf.Rank.R1>;
  weightMomentum: tf.Variable<tf.Rank.R2>;
  biasMomentum: tf.Variable<tf.Rank.R1>;
}

const variable2d = (data: Float32Array, shape: [number, number]): tf.Variable<tf.Rank.R2> =>
  tf.tidy(() => tf.variable(tf.tensor2d(data, shape)));
const variable1d = (data: Float32Array): tf.Variable<tf.Rank.R1> => tf.tidy(() => tf.variable(tf.tensor1d(data)));

/** Copies the states to the backend, in the network's order. The caller disposes of them. */
export const layerTensors = (network: Network, states: readonly LayerState[]): LayerTensors[] =>
  maskableLayers(network).map((layer, i) => {
    const state = states[i];
    const { rows, columns } = weightShape(layer);
    const shape: [number, number] = [rows, columns];
    return {
      layer,
      weight: variable2d(state.weight, shape),
      // wasm multiplies floats only.
      mask: tf.tensor2d(Float32Array.from(state.mask), shape),
      bias: variable1d(state.bias),
      weightMomentum: variable2d(state.weightMomentum, shape),
      biasMomentum: variable1d(state.biasMomentum),
    };
  });

export const disposeLayers = (layers: readonly LayerTensors[]): void => {
  for (const { weight, mask, bias, weightMomentum, biasMomentum } of layers)
    tf.dispose([weight, mask, bias, weightMomentum, biasMomentum]);
};

const activate: Record<Activation, (x: tf.Tensor) => tf.Tensor> = {
  linear: (x) => x,
  tanh: (x) => tf.tanh(x),
  relu: (x) => tf.relu(x),
};

/** What the forward pass takes of a layer. */
export interface LayerWeights {
  weight: tf.Tensor2D;
  bias: tf.Tensor1D;
}

const asPictures = ({ picture }: Network, value: tf.Tensor): tf.Tensor4D => {
  if (value.rank === 4) return value as tf.Tensor4D;
  if (!picture) throw new Error('the network has convolutions and no pictures');
  return toPictures(value as tf.Tensor2D, picture);
};

const asValues = (value: tf.Tensor): tf.Tensor2D =>
  value.rank === 4 ? fromPictures(value as tf.Tensor4D) : (value as tf.Tensor2D);

/** x: (batch, inputs). Answers the logits, (batch, classes): layer after layer, x Wᵀ + b or a convolution. */
export function forward(network: Network, layers: readonly LayerWeights[], x: tf.Tensor2D): tf.Tensor2D {
  let next = 0;
  let value: tf.Tensor = x;
  for (const layer of network.layers) {
    if (layer.kind === 'activation') {
      value = activate[layer.fn](value);
      continue;
    }
    const { weight, bias } = layers[next++];
    if (layer.kind === 'conv') value = convolve(asPictures(network, value), layer, weight, bias);
    else value = tf.add(tf.matMul(asValues(value), weight, false, true), bias);
  }
  return value as tf.Tensor2D;
}
