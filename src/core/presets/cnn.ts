import type { Layer } from '../network';
import type { Stack } from './mlp';
import { activation, conv, linear } from './parts';
import type { Task } from './parts';

/** Weighted layers less those that repeat, and what the published count of layers counts besides. */
const apart = 6;

/**
 * The deep convolutional networks without norms of Nowak et al. (eoi.md 4.1), after Xiao et al. (2018): circular 3 x 3
 * convolutions, two of them of stride 2, then `depth` - 6 of stride 1, pooling, one linear layer. Depth 1000 and width 128 are
 * CNN-1000.
 */
export function cnn({ picture: [channels, height, width], classes }: Task, stack: Stack): Layer[] {
  const { width: filters, fn, depth } = stack;
  const strides = [1, 2, 2, ...Array.from({ length: depth - apart }, () => 1)];
  const convolutions = strides.flatMap((stride, i): Layer[] => [
    conv(`conv${i + 1}`, i === 0 ? channels : filters, filters, { stride, padding: 'circular' }),
    activation(fn),
  ]);
  const side = (size: number): number => Math.floor(Math.ceil(Math.ceil(size / 2) / 2) / 2);
  const places = side(height) * side(width);
  return [
    ...convolutions,
    { kind: 'pool', of: 'average', size: 2, stride: 2 },
    { kind: 'flatten' },
    linear('fc', filters * places, classes),
  ];
}
