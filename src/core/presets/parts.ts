/** What networks of the literature are built of. */
import type { Activation, ConvLayer, Layer, LinearLayer, NormLayer } from '../network';

/** What is classified, into so many classes: a picture, or values as channels of a single place. */
export interface Task {
  picture: readonly [channels: number, height: number, width: number];
  classes: number;
}

/** A network of stages. */
export interface Staged {
  /** Channels of each stage. */
  widths: readonly number[];
  /** Of each stage: how often what it is made of comes. */
  blocks: readonly number[];
  fn: Activation;
}

type Options = Partial<Omit<ConvLayer, 'kind' | 'name' | 'in' | 'out' | 'kernel'>> & { kernel?: number };

/** Square kernel, default 3 x 3; stride 1, zero padding. */
export const conv = (name: string, inputs: number, out: number, options: Options = {}): ConvLayer => {
  const { kernel = 3, ...rest } = options;
  const common = { kernel: [kernel, kernel], stride: 1, padding: 'zero', groups: 1 } as const;
  return { kind: 'conv', name, in: inputs, out, ...common, ...rest };
};

export const linear = (name: string, inputs: number, out: number, rest: Partial<LinearLayer> = {}): LinearLayer => ({
  kind: 'linear',
  name,
  in: inputs,
  out,
  ...rest,
});

export const activation = (fn: Activation): Layer => ({ kind: 'activation', fn });

export const batchNorm = (name: string, size: number): NormLayer => ({ kind: 'norm', over: 'batch', name, size });

/** A convolution without biases, which the batch norm after it would take away again, and that norm. */
export const convNorm = (name: string, inputs: number, out: number, options: Options = {}): Layer[] => [
  conv(name, inputs, out, { ...options, bias: false }),
  batchNorm(`${name}-norm`, out),
];
