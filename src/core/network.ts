/** A network as data: an ordered list of layers, no framework types. Weights are as in PyTorch. */
import type { LayerShape } from './density/layer-shape';

export const activations = ['linear', 'tanh', 'relu'] as const;
export type Activation = (typeof activations)[number];

/** Weight (out, in). After a convolution it takes the whole picture, channel by channel. */
export interface LinearLayer {
  kind: 'linear';
  /** Unique in the network: `fc1`. Tensors are `NAME.weight`, `NAME.mask`, `NAME.bias`. */
  name: string;
  in: number;
  out: number;
  /** Matrices that stand one upon the other in the weight, default 1: 3 where query, key and value are one layer. */
  stack?: number;
}

export const paddings = ['zero', 'circular', 'none'] as const;
/** What lies beyond the picture: nothing (`none`: no place looks there), or so much that stride 1 keeps the size. */
export type Padding = (typeof paddings)[number];

/** Weight (out, in / groups, kh, kw). */
export interface ConvLayer {
  kind: 'conv';
  name: string;
  /** Channels. */
  in: number;
  out: number;
  /** (kh, kw). */
  kernel: readonly [number, number];
  /** Places from one output to the next, along both sides. */
  stride: number;
  padding: Padding;
  /** Channels fall into so many groups that see nothing of each other; as many as channels: depthwise. */
  groups: number;
}

export interface ActivationLayer {
  kind: 'activation';
  fn: Activation;
}

export type MaskableLayer = LinearLayer | ConvLayer;
export type Layer = MaskableLayer | ActivationLayer;

/** Channels, height, width; a picture lies in memory in that order. */
export type PictureSize = readonly [channels: number, height: number, width: number];

export interface Network {
  /** Values per example after flattening. */
  inputs: number;
  /** What they are a picture of. Only networks that begin with a linear layer do without. */
  picture?: PictureSize;
  classes: number;
  layers: Layer[];
}

export const isMaskable = (layer: Layer): layer is MaskableLayer => layer.kind !== 'activation';

/** The layers that have a weight to mask, in order. */
export const maskableLayers = (network: Network): MaskableLayer[] => network.layers.filter(isMaskable);

/** The matrix view of a layer's weight. */
export const weightShape = (layer: MaskableLayer): LayerShape =>
  layer.kind === 'linear'
    ? { name: layer.name, rows: layer.out, columns: layer.in, ...(layer.stack && { stack: layer.stack }) }
    : {
        name: layer.name,
        rows: layer.out,
        columns: (layer.in / layer.groups) * layer.kernel[0] * layer.kernel[1],
        kernel: layer.kernel,
        groups: layer.groups,
      };
