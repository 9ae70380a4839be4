import type { Activation, Layer } from '../network';
import { activation, batchNorm, convNorm, linear } from './parts';
import type { Task } from './parts';

const halve: Layer = { kind: 'pool', of: 'max', size: 2, stride: 2 };

/** Convolutions with norms, `channels` wide, between poolings. */
const convolutions = (
  blocks: readonly (readonly [channels: number, kernel?: number])[][],
  inputs: number,
  fn: Activation,
): Layer[] => {
  let last = inputs;
  return blocks.flatMap((block, b) => [
    ...(b > 0 ? [halve] : []),
    ...block.flatMap(([channels, kernel = 3], i): Layer[] => {
      const layer = convNorm(`block${b + 1}-conv${i + 1}`, last, channels, { kernel });
      last = channels;
      return [...layer, activation(fn)];
    }),
  ]);
};

/**
 * VGG-11 with batch norm and one linear layer after the mean over places: Simonyan and Zisserman (2015), configuration A,
 * as in the experiments on parameter sharing (rps.md 4).
 */
export const vgg11 = ({ picture: [channels], classes }: Task, fn: Activation): Layer[] => [
  ...convolutions([[[64]], [[128]], [[256], [256]], [[512], [512]], [[512], [512]]], channels, fn),
  { kind: 'mean' },
  linear('fc', 512, classes),
];

/**
 * VGG-16, configuration C, where the third convolution of the later blocks is 1 x 1, with batch norm and three linear layers, as
 * in the pruning literature since SNIP and in Nowak et al. (eoi.md 4.1). Of a linear layer the norm comes after the activation:
 * it stands there in place of dropout. Published code pads its 1 x 1 kernels too, so that pictures grow, and halves them a fifth
 * time; without either, 32 x 32 leaves the same 2,048 values.
 */
export const vgg16c = ({ picture: [channels, height, width], classes }: Task, fn: Activation): Layer[] => {
  const deep = (out: number) => [[out], [out], [out, 1]] as const;
  const places = Math.floor(height / 16) * Math.floor(width / 16);
  const hidden = (name: string, inputs: number): Layer[] => [
    linear(name, inputs, 512),
    activation(fn),
    batchNorm(`${name}-norm`, 512),
  ];
  return [
    ...convolutions([[[64], [64]], [[128], [128]], [...deep(256)], [...deep(512)], [...deep(512)]], channels, fn),
    { kind: 'flatten' },
    ...hidden('fc1', 512 * places),
    ...hidden('fc2', 512),
    linear('fc3', 512, classes),
  ];
};
