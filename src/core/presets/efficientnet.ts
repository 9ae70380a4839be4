import type { Activation, Layer } from '../network';
import type { Stack } from './mlp';
import { activation, convNorm, linear } from './parts';
import type { Task } from './parts';

/** Tan and Le, "EfficientNet" (ICML 2019), table 1: blocks, expansion, kernel, stride of the first, channels out. */
const stages = [
  { blocks: 1, expansion: 1, kernel: 3, stride: 1, out: 16 },
  { blocks: 2, expansion: 6, kernel: 3, stride: 2, out: 24 },
  { blocks: 2, expansion: 6, kernel: 5, stride: 2, out: 40 },
  { blocks: 3, expansion: 6, kernel: 3, stride: 2, out: 80 },
  { blocks: 3, expansion: 6, kernel: 5, stride: 1, out: 112 },
  { blocks: 4, expansion: 6, kernel: 5, stride: 2, out: 192 },
  { blocks: 1, expansion: 6, kernel: 3, stride: 1, out: 320 },
];
const [stem, head] = [32, 1280];

/**
 * EfficientNet-B0 with the layout of torchvision, without its dropout and stochastic depth. As published the stem has a
 * `width` of 32 channels; with another all layers have that many times as many, to the nearest whole number.
 */
export function efficientnetB0(
  { picture: [channels], classes }: Task,
  { width, fn }: Pick<Stack, 'width' | 'fn'>,
): Layer[] {
  const scaled = (published: number): number => Math.max(1, Math.round((published * width) / stem));
  const layers: Layer[] = [...convNorm('stem', channels, width, { stride: 2 }), activation(fn)];
  let inputs = width;
  for (const [s, { blocks, expansion, kernel, stride, out: published }] of stages.entries()) {
    const out = scaled(published);
    for (let index = 0; index < blocks; index++) {
      const name = `stage${s + 1}-block${index + 1}`;
      const shape = { inputs, out, expansion, kernel, stride: index === 0 ? stride : 1 };
      const branch = inverted(name, shape, fn);
      const kept = inputs === out && shape.stride === 1;
      layers.push(...(kept ? [residual(branch)] : branch));
      inputs = out;
    }
  }
  const last = scaled(head);
  return [
    ...layers,
    ...convNorm('head', inputs, last, { kernel: 1 }),
    activation(fn),
    { kind: 'mean' },
    linear('fc', last, classes),
  ];
}

const residual = (branch: Layer[]): Layer => ({ kind: 'residual', branch, shortcut: [] });

interface Shape {
  inputs: number;
  out: number;
  expansion: number;
  kernel: number;
  stride: number;
}

/** An inverted bottleneck (Sandler et al. 2018) with squeeze and excitation to a quarter of the block's inputs. */
function inverted(name: string, { inputs, out, expansion, kernel, stride }: Shape, fn: Activation): Layer[] {
  const wide = inputs * expansion;
  const squeezed = Math.max(1, Math.floor(inputs / 4));
  return [
    ...(expansion > 1 ? [...convNorm(`${name}-expand`, inputs, wide, { kernel: 1 }), activation(fn)] : []),
    ...convNorm(`${name}-depthwise`, wide, wide, { kernel, stride, groups: wide }),
    activation(fn),
    {
      kind: 'squeeze-excite',
      reduce: linear(`${name}-reduce`, wide, squeezed),
      expand: linear(`${name}-excite`, squeezed, wide),
    },
    ...convNorm(`${name}-project`, wide, out, { kernel: 1 }),
  ];
}
