import type { Activation, Layer } from '../network';
import { activation, convNorm, linear } from './parts';
import type { Staged, Task } from './parts';

/** Tan and Le, "EfficientNet" (ICML 2019), table 1: expansion, kernel, stride of the first. */
const stages = [
  { expansion: 1, kernel: 3, stride: 1 },
  { expansion: 6, kernel: 3, stride: 2 },
  { expansion: 6, kernel: 5, stride: 2 },
  { expansion: 6, kernel: 3, stride: 2 },
  { expansion: 6, kernel: 5, stride: 1 },
  { expansion: 6, kernel: 5, stride: 2 },
  { expansion: 6, kernel: 3, stride: 1 },
];

/** Blocks of the seven stages, as published. */
export const efficientnetBlocks = [1, 2, 2, 3, 3, 4, 1];

/** Channels of the stem, the seven stages and the head, as published. */
const channelsOf = [32, 16, 24, 40, 80, 112, 192, 320, 1280];

/** With so many channels in the stem: all others in proportion, to the nearest whole number. */
export const efficientnetWidths = (stem: number): number[] =>
  channelsOf.map((published) => Math.max(1, Math.round((published * stem) / channelsOf[0])));

/**
 * EfficientNet-B0 with the layout of torchvision, without its dropout and stochastic depth. `widths`: of stem, stages
 * and head.
 */
export function efficientnetB0({ picture: [channels], classes }: Task, { widths, blocks, fn }: Staged): Layer[] {
  const [stem, ...outs] = widths;
  const layers: Layer[] = [...convNorm('stem', channels, stem, { stride: 2 }), activation(fn)];
  let inputs = stem;
  for (const [s, { expansion, kernel, stride }] of stages.entries()) {
    const out = outs[s];
    for (let index = 0; index < blocks[s]; index++) {
      const name = `stage${s + 1}-block${index + 1}`;
      const shape = { inputs, out, expansion, kernel, stride: index === 0 ? stride : 1 };
      const branch = inverted(name, shape, fn);
      const kept = inputs === out && shape.stride === 1;
      layers.push(...(kept ? [residual(branch)] : branch));
      inputs = out;
    }
  }
  const last = outs[stages.length];
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
