import type { Activation, Layer } from '../network';
import { activation, conv, linear } from './parts';
import type { Task } from './parts';

/**
 * The deep convolutional networks without norms of Nowak et al. (eoi.md 4.1), after Xiao et al. (2018): circular 3 x 3
 * convolutions of so many channels, the second and third of stride 2, then pooling and one linear layer. 997 widths of
 * 128 are CNN-1000.
 */
export function cnn(
  { picture: [channels, height, width], classes }: Task,
  { widths, fn }: { widths: readonly number[]; fn: Activation },
): Layer[] {
  const convolutions = widths.flatMap((filters, i): Layer[] => [
    conv(`conv${i + 1}`, widths[i - 1] ?? channels, filters, {
      stride: i === 1 || i === 2 ? 2 : 1,
      padding: 'circular',
    }),
    activation(fn),
  ]);
  const side = (size: number): number => Math.floor(Math.ceil(Math.ceil(size / 2) / 2) / 2);
  const places = side(height) * side(width);
  return [
    ...convolutions,
    { kind: 'pool', of: 'average', size: 2, stride: 2 },
    { kind: 'flatten' },
    linear('fc', (widths.at(-1) ?? channels) * places, classes),
  ];
}
