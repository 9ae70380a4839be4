/**
 * A network as data: layers in order, some of which hold layers of their own; no framework types. Weights are as in
 * PyTorch. What flows is values (n), a picture (channels, height, width) or tokens (count, size); `flow.ts` says which
 * goes where.
 */
import type { LayerShape } from './density/layer-shape';

/**
 * Layers with a weight that may be masked: more than any network here has; a snapshot of a run with all of them fits
 * one message.
 */
export const mostLayers = 1000;

export const activations = ['linear', 'tanh', 'hard-tanh', 'relu', 'leaky-relu', 'selu', 'gelu', 'silu'] as const;
export type Activation = (typeof activations)[number];

/** What both kinds of layers with a weight to mask have. */
interface Weighted {
  /** Unique in the network: `fc1`. Tensors are `NAME.weight`, `NAME.mask`, `NAME.bias`. */
  name: string;
  /** Default true. */
  bias?: false;
  /** Never pruned: it takes no part in the density. */
  dense?: true;
}

/** Weight (out, in). It takes values, each token by itself, or a picture as its values, channel by channel. */
export interface LinearLayer extends Weighted {
  kind: 'linear';
  in: number;
  out: number;
  /** Matrices that stand one upon the other in the weight, default 1: 3 where query, key and value are one layer. */
  stack?: number;
}

export const paddings = ['zero', 'circular', 'none'] as const;
/** What lies beyond the picture: nothing (`none`: no place looks there), or so much that stride 1 keeps the size. */
export type Padding = (typeof paddings)[number];

/** Weight (out, in / groups, kh, kw). */
export interface ConvLayer extends Weighted {
  kind: 'conv';
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

/** A layer that came before once more, with the same weights and biases: they are parameters of the first alone. */
export interface AgainLayer {
  kind: 'again';
  of: LinearLayer | ConvLayer;
}

export interface ActivationLayer {
  kind: 'activation';
  fn: Activation;
}

/**
 * Normalises, then scales and shifts by `NAME.weight` and `NAME.bias`, (size). `batch`: each value or channel over the
 * batch (and its places), by running averages when not training. `layer`: each example's values or token by itself.
 */
export interface NormLayer {
  kind: 'norm';
  over: 'batch' | 'layer';
  name: string;
  /** Channels of a picture, values, or the size of a token. */
  size: number;
}

/** Windows of a picture, size x size, without padding. */
export interface PoolLayer {
  kind: 'pool';
  of: 'max' | 'average';
  size: number;
  /** Places from one window to the next. */
  stride: number;
}

/**
 * `mean`: over the places of a picture, or over tokens. `flatten`: a picture as values. `tokens`: its places as tokens.
 */
export interface ReshapeLayer {
  kind: 'mean' | 'flatten' | 'tokens';
}

/**
 * A row of a table for each value, which is its number: `NAME.weight`, (size, width), as of torch.nn.Embedding. Only
 * the first layer, of values that are whole numbers below `size`. Never pruned: a row that is hardly seen has hardly a
 * score.
 */
export interface EmbeddingLayer {
  kind: 'embedding';
  name: string;
  /** Rows: how many different numbers there may be. */
  size: number;
  /** Values of a row, of which a token is made. */
  width: number;
}

/** Adds a learned vector to each token: `NAME.weight`, (tokens, size). */
export interface PositionLayer {
  kind: 'position';
  name: string;
  tokens: number;
  size: number;
}

/** Multi-head self-attention. `input` stacks the matrices of query, key and value. */
export interface AttentionLayer {
  kind: 'attention';
  heads: number;
  input: LinearLayer;
  output: LinearLayer;
}

/** Scales each channel by a number in (0, 1) made of the means of all: mean, `reduce`, SiLU, `expand`, sigmoid. */
export interface SqueezeExciteLayer {
  kind: 'squeeze-excite';
  reduce: LinearLayer;
  expand: LinearLayer;
}

/** The sum of what both give of the same input; a shortcut without layers is the identity. */
export interface ResidualLayer {
  kind: 'residual';
  branch: Layer[];
  shortcut: Layer[];
}

export type MaskableLayer = LinearLayer | ConvLayer;
export type Layer =
  | MaskableLayer
  | AgainLayer
  | ActivationLayer
  | NormLayer
  | PoolLayer
  | ReshapeLayer
  | EmbeddingLayer
  | PositionLayer
  | AttentionLayer
  | SqueezeExciteLayer
  | ResidualLayer;

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

/** Values, or channels of a picture, that the first layer is given. */
export const channelsIn = ({ inputs, picture, layers }: Pick<Network, 'inputs' | 'picture' | 'layers'>): number =>
  picture && layers.at(0)?.kind !== 'linear' ? picture[0] : inputs;

/**
 * Every layer, those that others hold after them, in the order in which they are computed; of a residual the branch
 * first.
 */
export function* everyLayer(layers: readonly Layer[]): Generator<Layer> {
  for (const layer of layers) {
    yield layer;
    if (layer.kind === 'residual') {
      yield* everyLayer(layer.branch);
      yield* everyLayer(layer.shortcut);
    } else if (layer.kind === 'attention') yield* [layer.input, layer.output];
    else if (layer.kind === 'squeeze-excite') yield* [layer.reduce, layer.expand];
  }
}

export const isMaskable = (layer: Layer): layer is MaskableLayer => layer.kind === 'linear' || layer.kind === 'conv';

/** The layers that have a weight to mask, in order; those that stay dense too. */
export const maskableLayers = ({ layers }: Pick<Network, 'layers'>): MaskableLayer[] =>
  [...everyLayer(layers)].filter(isMaskable);

/** The matrix view of a layer's weight. */
export function weightShape(layer: MaskableLayer): LayerShape {
  const { name, out: rows, dense } = layer;
  const stays = dense && { dense };
  if (layer.kind === 'linear')
    return { name, rows, columns: layer.in, ...(layer.stack && { stack: layer.stack }), ...stays };
  const { kernel, groups } = layer;
  return { name, rows, columns: (layer.in / groups) * kernel[0] * kernel[1], kernel, groups, ...stays };
}

/** Rows of the table that the values of an example are looked up in; nothing where they are numbers to compute with. */
export const vocabularyOf = ({ layers }: Pick<Network, 'layers'>): number | undefined => {
  const first = layers.at(0);
  return first?.kind === 'embedding' ? first.size : undefined;
};

/** Whether examples of a batch see each other in training. */
export const hasBatchNorm = ({ layers }: Pick<Network, 'layers'>): boolean =>
  [...everyLayer(layers)].some((layer) => layer.kind === 'norm' && layer.over === 'batch');

/** Parameters of layers that are never masked: norms, embeddings and positions. */
export const otherParameters = ({ layers }: Pick<Network, 'layers'>): number =>
  [...everyLayer(layers)].reduce((sum, layer) => {
    if (layer.kind === 'norm') return sum + 2 * layer.size;
    if (layer.kind === 'embedding') return sum + layer.size * layer.width;
    return layer.kind === 'position' ? sum + layer.tokens * layer.size : sum;
  }, 0);

/** Parameters with biases, norms, embeddings and positions; tied weights once. */
export const parametersOf = (network: Network): number =>
  otherParameters(network) +
  maskableLayers(network).reduce((sum, layer) => {
    const { rows, columns } = weightShape(layer);
    return sum + rows * columns + (layer.bias === false ? 0 : rows);
  }, 0);
