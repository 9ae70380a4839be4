/** What flows through a network: what a layer takes, what it gives, and why it may not fit. */
import { outputSize } from './convolution';
import type { ConvLayer, Layer, PictureSize } from './network';

export type Flow =
  | { kind: 'values'; size: number }
  | { kind: 'picture'; size: PictureSize }
  | { kind: 'tokens'; count: number; size: number };

/** What a layer has to be given. */
export type Taken = 'values' | 'picture' | 'tokens' | 'values or tokens' | 'picture or tokens';

export type Misfit =
  | { why: 'kind'; takes: Taken }
  /** The size that the layer says it takes is not `given`, that of what comes. */
  | { why: 'size'; said: number; given: number }
  | { why: 'tokens'; said: number; given: number }
  /** Groups or heads that do not divide. */
  | { why: 'groups' }
  | { why: 'heads' }
  /** A kernel or window larger than the picture. */
  | { why: 'kernel' };

/** `after`: what the layer gives; where it does not fit, what it says that it gives, if that can be told. */
export interface Step {
  after?: Flow;
  misfit?: Misfit;
}

/** Values of an example when a picture is flattened. */
export const valuesIn = (flow: Flow): number => {
  if (flow.kind === 'picture') return flow.size[0] * flow.size[1] * flow.size[2];
  return flow.kind === 'tokens' ? flow.count * flow.size : flow.size;
};

/** What a norm or a token-wise layer works along: channels of a picture, else the last axis. */
const sizeOf = (flow: Flow): number => (flow.kind === 'picture' ? flow.size[0] : flow.size);

const sized = (said: number, given: number, after: Flow): Step =>
  said === given ? { after } : { after, misfit: { why: 'size', said, given } };

const needs = (takes: Taken): Step => ({ misfit: { why: 'kind', takes } });

/** One layer; of a residual, which is two ways at once, only `along` tells. */
export function through(layer: Exclude<Layer, { kind: 'residual' }>, flow: Flow): Step {
  switch (layer.kind) {
    case 'activation':
      return { after: flow };
    case 'again':
      return through(layer.of, flow);
    case 'linear':
      if (flow.kind === 'tokens') return sized(layer.in, flow.size, { ...flow, size: layer.out });
      return sized(layer.in, valuesIn(flow), { kind: 'values', size: layer.out });
    case 'conv': {
      if (flow.kind !== 'picture') return needs('picture');
      if (layer.in !== flow.size[0]) return { misfit: { why: 'size', said: layer.in, given: flow.size[0] } };
      if (layer.in % layer.groups !== 0 || layer.out % layer.groups !== 0) return { misfit: { why: 'groups' } };
      return windowed(layer, outputSize(layer, flow.size), flow.size);
    }
    case 'pool': {
      if (flow.kind !== 'picture') return needs('picture');
      const kernel: [number, number] = [layer.size, layer.size];
      const window = { out: flow.size[0], kernel, stride: layer.stride, padding: 'none' } as const;
      return windowed(window, outputSize(window, flow.size), flow.size);
    }
    case 'norm':
      if (layer.over === 'layer' && flow.kind === 'picture') return needs('values or tokens');
      return sized(layer.size, sizeOf(flow), flow);
    case 'mean':
      if (flow.kind === 'values') return needs('picture or tokens');
      return { after: { kind: 'values', size: sizeOf(flow) } };
    case 'flatten':
      return flow.kind === 'picture' ? { after: { kind: 'values', size: valuesIn(flow) } } : needs('picture');
    case 'tokens':
      if (flow.kind !== 'picture') return needs('picture');
      return { after: { kind: 'tokens', count: flow.size[1] * flow.size[2], size: flow.size[0] } };
    case 'embedding':
      if (flow.kind !== 'values') return needs('values');
      return { after: { kind: 'tokens', count: flow.size, size: layer.width } };
    case 'position':
      if (flow.kind !== 'tokens') return needs('tokens');
      if (layer.tokens !== flow.count)
        return { after: flow, misfit: { why: 'tokens', said: layer.tokens, given: flow.count } };
      return sized(layer.size, flow.size, flow);
    case 'attention':
      if (flow.kind !== 'tokens') return needs('tokens');
      if (layer.input.in % layer.heads !== 0) return { after: flow, misfit: { why: 'heads' } };
      return sized(layer.input.in, flow.size, flow);
    case 'squeeze-excite':
      return flow.kind === 'picture' ? sized(layer.reduce.in, flow.size[0], flow) : needs('picture');
  }
}

/** A kernel may reach over the edge: into zeros any way, around the edge as far as the picture goes. */
function windowed(
  { kernel, padding }: Pick<ConvLayer, 'kernel' | 'padding'>,
  size: PictureSize,
  [, height, width]: PictureSize,
): Step {
  const reaches = {
    none: (length: number) => length,
    circular: (length: number) => Math.floor(length / 2),
    zero: () => 1,
  };
  const reach = reaches[padding];
  const fits = reach(kernel[0]) <= height && reach(kernel[1]) <= width && size[1] >= 1 && size[2] >= 1;
  return fits ? { after: { kind: 'picture', size } } : { misfit: { why: 'kernel' } };
}

/** Whether both are of one shape, so that they can be added. */
export const sameFlow = (a: Flow, b: Flow): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What all layers together give; nothing where one does not fit. */
export function along(layers: readonly Layer[], flow: Flow): Flow | undefined {
  let here: Flow = flow;
  for (const layer of layers) {
    if (layer.kind === 'residual') {
      const [branch, shortcut] = [along(layer.branch, here), along(layer.shortcut, here)];
      if (!branch || !shortcut || !sameFlow(branch, shortcut)) return undefined;
      here = branch;
      continue;
    }
    const { after, misfit } = through(layer, here);
    if (!after || misfit) return undefined;
    here = after;
  }
  return here;
}
