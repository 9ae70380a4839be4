/** A network as data: an ordered list of layers, no framework types. Weights are (out, in), as in PyTorch. */

export const activations = ['linear', 'tanh', 'relu'] as const;
export type Activation = (typeof activations)[number];

export interface LinearLayer {
  kind: 'linear';
  /** Unique in the network: `fc1`. Tensors are `NAME.weight`, `NAME.mask`, `NAME.bias`. */
  name: string;
  in: number;
  out: number;
}

export interface ActivationLayer {
  kind: 'activation';
  fn: Activation;
}

export type Layer = LinearLayer | ActivationLayer;

export interface Network {
  /** Values per example after flattening. */
  inputs: number;
  classes: number;
  layers: Layer[];
}

/** The layers that have a weight to mask, in order. */
export const maskableLayers = (network: Network): LinearLayer[] =>
  network.layers.filter((layer): layer is LinearLayer => layer.kind === 'linear');
