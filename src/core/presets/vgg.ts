import type { Layer } from '../network';
import { activation, batchNorm, convNorm, linear } from './parts';
import type { Staged, Task } from './parts';

const halve: Layer = { kind: 'pool', of: 'max', size: 2, stride: 2 };

/**
 * Stages of convolutions with norms, between poolings. `kernelOf`: the side of the kernels, by stage and place within
 * it.
 */
const convolutions = (
  inputs: number,
  { widths, blocks, fn }: Staged,
  kernelOf: (stage: number, index: number) => number,
): Layer[] =>
  blocks.flatMap((count, b) => [
    ...(b > 0 ? [halve] : []),
    ...Array.from({ length: count }, (_, i): Layer[] => {
      const before = i > 0 ? widths[b] : (widths[b - 1] ?? inputs);
      const kernel = kernelOf(b, i);
      return [...convNorm(`block${b + 1}-conv${i + 1}`, before, widths[b], { kernel }), activation(fn)];
    }).flat(),
  ]);

/** Channels of the five stages of a VGG, in proportion to those of its first. */
export const vggWidths = (width: number): number[] => [width, 2 * width, 4 * width, 8 * width, 8 * width];

/** Convolutions of the five stages of VGG-11. */
export const vgg11Blocks = [1, 1, 2, 2, 2];

/**
 * VGG-11 with batch norm and one linear layer after the mean over places: Simonyan and Zisserman (2015), configuration
 * A, as in the experiments on parameter sharing (rps.md 4). As published the first convolution has 64 channels.
 */
export const vgg11 = ({ picture: [channels], classes }: Task, stages: Staged): Layer[] => [
  ...convolutions(channels, stages, () => 3),
  { kind: 'mean' },
  linear('fc', stages.widths[stages.blocks.length - 1], classes),
];

/** Convolutions of the five stages of VGG-16. */
export const vgg16Blocks = [2, 2, 3, 3, 3];

/** Channels of its five stages, and the values of its two hidden linear layers. */
export const vgg16Widths = (width: number): number[] => [...vggWidths(width), 8 * width];

/**
 * VGG-16, configuration C, where from the third stage on the third convolution is 1 x 1, with batch norm and three
 * linear layers, as in the pruning literature since SNIP and in Nowak et al. (eoi.md 4.1). Of a linear layer the norm
 * comes after the activation: it stands there in place of dropout. Published code pads its 1 x 1 kernels too, so that
 * pictures grow, and halves them a fifth time; without either, 32 x 32 leaves the same 2,048 values. As published the
 * first convolutions have 64 channels.
 */
export const vgg16c = ({ picture: [channels, ...sides], classes }: Task, stages: Staged): Layer[] => {
  const { widths, blocks, fn } = stages;
  const places = Math.floor(sides[0] / 16) * Math.floor(sides[1] / 16);
  const wide = widths[blocks.length];
  const hidden = (name: string, inputs: number): Layer[] => [
    linear(name, inputs, wide),
    activation(fn),
    batchNorm(`${name}-norm`, wide),
  ];
  return [
    ...convolutions(channels, stages, (stage, index) => (stage >= 2 && index >= 2 ? 1 : 3)),
    { kind: 'flatten' },
    ...hidden('fc1', widths[blocks.length - 1] * places),
    ...hidden('fc2', wide),
    linear('fc3', wide, classes),
  ];
};
