import type { Activation, Layer } from '../network';
import { activation, batchNorm, convNorm, linear } from './parts';
import type { Stack } from './mlp';
import type { Task } from './parts';

type Wide = Pick<Stack, 'width' | 'fn'>;

const halve: Layer = { kind: 'pool', of: 'max', size: 2, stride: 2 };

/** Convolutions with norms, `channels` wide, between poolings. */
const convolutions = (
  blocks: readonly (readonly (readonly [channels: number, kernel?: number])[])[],
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
 * as in the experiments on parameter sharing (rps.md 4). As published the first convolution has a `width` of 64 channels.
 */
export const vgg11 = ({ picture: [channels], classes }: Task, { width, fn }: Wide): Layer[] => {
  const [second, third, last] = [2 * width, 4 * width, 8 * width];
  return [
    ...convolutions([[[width]], [[second]], [[third], [third]], [[last], [last]], [[last], [last]]], channels, fn),
    { kind: 'mean' },
    linear('fc', last, classes),
  ];
};

/**
 * VGG-16, configuration C, where the third convolution of the later blocks is 1 x 1, with batch norm and three linear layers, as
 * in the pruning literature since SNIP and in Nowak et al. (eoi.md 4.1). Of a linear layer the norm comes after the activation:
 * it stands there in place of dropout. Published code pads its 1 x 1 kernels too, so that pictures grow, and halves them a fifth
 * time; without either, 32 x 32 leaves the same 2,048 values. As published the first convolutions have a `width` of 64 channels.
 */
export const vgg16c = ({ picture: [channels, ...sides], classes }: Task, { width, fn }: Wide): Layer[] => {
  const deep = (out: number) => [[out], [out], [out, 1]] as const;
  const last = 8 * width;
  const places = Math.floor(sides[0] / 16) * Math.floor(sides[1] / 16);
  const hidden = (name: string, inputs: number): Layer[] => [
    linear(name, inputs, last),
    activation(fn),
    batchNorm(`${name}-norm`, last),
  ];
  return [
    ...convolutions(
      [[[width], [width]], [[2 * width], [2 * width]], deep(4 * width), deep(last), deep(last)],
      channels,
      fn,
    ),
    { kind: 'flatten' },
    ...hidden('fc1', last * places),
    ...hidden('fc2', last),
    linear('fc3', last, classes),
  ];
};
