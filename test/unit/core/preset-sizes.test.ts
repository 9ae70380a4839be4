/** Presets with widths and blocks of their own: parameters counted by hand, and that all layers fit. */
import { describe, expect, it } from 'vitest';
import { along } from '../../../src/core/flow';
import { maskableLayers, parametersOf } from '../../../src/core/network';
import { presetLayers, presetSizes } from '../../../src/core/presets';
import type { PresetName, PresetOptions } from '../../../src/core/presets';

const picture = [3, 32, 32] as const;
const task = { picture, classes: 10 } as const;

const networkOf = (name: PresetName, options: PresetOptions) => ({
  inputs: 3072,
  picture,
  classes: 10,
  layers: presetLayers(name, task, options),
});

/** A convolution without biases and its norm. */
const normed = (inputs: number, out: number, kernel = 3): number => kernel * kernel * inputs * out + 2 * out;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('parameters of a preset with sizes of its own', () => {
  it.each<[PresetName, PresetOptions, number]>([
    ['mlp', { widths: [300, 100] }, 3072 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10],
    ['mlp', { depth: 3, widths: [5, 7] }, 3072 * 5 + 5 + 5 * 7 + 7 + 7 * 10 + 10],
    [
      'cnn',
      { widths: [4, 6, 5, 3] },
      // 8 x 8 places after two strides, 4 x 4 after the pooling.
      sum([9 * 3 * 4 + 4, 9 * 4 * 6 + 6, 9 * 6 * 5 + 5, 9 * 5 * 3 + 3, 16 * 3 * 10 + 10]),
    ],
    [
      'resnet-20',
      { widths: [5, 7, 11], blocks: [1, 2, 1] },
      sum([
        normed(3, 5),
        ...[normed(5, 5), normed(5, 5)],
        ...[normed(5, 7), normed(7, 7), normed(5, 7, 1), normed(7, 7), normed(7, 7)],
        ...[normed(7, 11), normed(11, 11), normed(7, 11, 1)],
        11 * 10 + 10,
      ]),
    ],
    [
      'vgg-11',
      { widths: [2, 3, 5, 7, 11], blocks: [1, 1, 1, 1, 2] },
      sum([normed(3, 2), normed(2, 3), normed(3, 5), normed(5, 7), normed(7, 11), normed(11, 11), 11 * 10 + 10]),
    ],
    [
      'vgg-16-c',
      { widths: [2, 3, 4, 5, 6, 7], blocks: [1, 1, 3, 1, 1] },
      sum([
        ...[normed(3, 2), normed(2, 3)],
        ...[normed(3, 4), normed(4, 4), normed(4, 4, 1)],
        ...[normed(4, 5), normed(5, 6)],
        // 2 x 2 places after four poolings; norms of the values.
        ...[6 * 4 * 7 + 7 + 14, 7 * 7 + 7 + 14, 7 * 10 + 10],
      ]),
    ],
    [
      'deit-blocks',
      { width: 12, widths: [20, 9] },
      sum([
        ...[3 * 16 * 12 + 12, 64 * 12],
        ...[20, 9].map(
          (hidden) => 4 * 12 + (12 * 36 + 36) + (12 * 12 + 12) + (12 * hidden + hidden) + (hidden * 12 + 12),
        ),
        ...[2 * 12, 12 * 10 + 10],
      ]),
    ],
  ])('%s %j: %d', (name, options, parameters) => {
    const network = networkOf(name, options);
    expect(parametersOf(network)).toBe(parameters);
    const begin = name === 'mlp' ? { kind: 'values', size: 3072 } : { kind: 'picture', size: picture };
    expect(along(network.layers, begin as Parameters<typeof along>[1])).toEqual({ kind: 'values', size: 10 });
  });

  it('are those of efficientnet-b0 with one block a stage, by hand', () => {
    const widths = [8, 4, 6, 8, 10, 12, 14, 16, 20];
    const block = (inputs: number, out: number, kernel: number, expansion = 6): number => {
      const wide = expansion * inputs;
      const squeezed = Math.max(1, Math.floor(inputs / 4));
      return (
        (expansion > 1 ? normed(inputs, wide, 1) : 0) +
        (kernel * kernel * wide + 2 * wide) +
        (wide * squeezed + squeezed) +
        (squeezed * wide + wide) +
        normed(wide, out, 1)
      );
    };
    const kernels = [3, 3, 5, 3, 5, 5, 3];
    const stages = kernels.map((kernel, s) => block(widths[s], widths[s + 1], kernel, s === 0 ? 1 : 6));
    expect(parametersOf(networkOf('efficientnet-b0', { widths, blocks: Array<number>(7).fill(1) }))).toBe(
      sum([normed(3, 8), ...stages, normed(16, 20, 1), 20 * 10 + 10]),
    );
  });
});

describe('sizes as they are published', () => {
  it.each<[PresetName, PresetOptions]>([
    ['resnet-20', { widths: [16, 32, 64], blocks: [3, 3, 3] }],
    ['resnet-110', { widths: [16, 32, 64], blocks: [18, 18, 18] }],
    ['vgg-11', { widths: [64, 128, 256, 512, 512], blocks: [1, 1, 2, 2, 2] }],
    ['vgg-16-c', { widths: [64, 128, 256, 512, 512, 512], blocks: [2, 2, 3, 3, 3] }],
    ['efficientnet-b0', { widths: [32, 16, 24, 40, 80, 112, 192, 320, 1280], blocks: [1, 2, 2, 3, 3, 4, 1] }],
    ['deit-blocks', { widths: Array<number>(12).fill(768) }],
    ['mlp', { widths: Array<number>(6).fill(100) }],
    ['cnn', { widths: Array<number>(29).fill(128) }],
  ])('%s is that of %j', (name, options) => {
    expect(presetLayers(name, task, options)).toEqual(presetLayers(name, task, {}));
    expect(presetSizes(name, {})).toMatchObject(options);
  });

  it('has as many layers as widths where no depth is said', () => {
    expect(presetSizes('mlp', { widths: [3, 4] })).toMatchObject({ depth: 3 });
    expect(presetSizes('cnn', { widths: [3, 4, 5, 6] })).toMatchObject({ depth: 7 });
    expect(presetSizes('deit-blocks', { widths: [3, 4] })).toMatchObject({ depth: 2, width: 192 });
    expect(maskableLayers({ layers: presetLayers('mlp', task, { widths: [3, 4] }) })).toHaveLength(3);
  });

  it('makes a deeper ResNet of a shallower one by its blocks', () => {
    expect(presetLayers('resnet-20', task, { blocks: [5, 5, 5] })).toEqual(presetLayers('resnet-32', task, {}));
  });
});
