/** Presets: the published counts of weights, densities by Erdős-Rényi kernel, and that all layers fit. */
import { describe, expect, it } from 'vitest';
import { distribute } from '../../../src/core/density';
import { weightsOf } from '../../../src/core/density/layer-shape';
import { along } from '../../../src/core/flow';
import { everyLayer, maskableLayers, weightShape } from '../../../src/core/network';
import type { Layer } from '../../../src/core/network';
import { presetLayers, presetNames } from '../../../src/core/presets';
import type { PresetName, PresetOptions } from '../../../src/core/presets';

type Picture = [number, number, number];
const mnist: Picture = [1, 28, 28];
const cifar: Picture = [3, 32, 32];

const layersOf = (name: PresetName, picture: Picture, classes = 10, options: PresetOptions = {}): Layer[] =>
  presetLayers(name, { picture, classes }, options);

const maskable = (layers: Layer[]) =>
  maskableLayers({ layers })
    .filter(({ dense }) => !dense)
    .map(weightShape);

const weightsIn = (layers: Layer[]): number => maskable(layers).reduce((sum, shape) => sum + weightsOf(shape), 0);

/** Everything that is trained. */
const parametersIn = (layers: Layer[]): number =>
  [...everyLayer(layers)].reduce((sum, layer) => {
    if (layer.kind === 'norm') return sum + 2 * layer.size;
    if (layer.kind === 'position') return sum + layer.tokens * layer.size;
    if (layer.kind !== 'linear' && layer.kind !== 'conv') return sum;
    return sum + weightsOf(weightShape(layer)) + (layer.bias === false ? 0 : layer.out);
  }, 0);

describe('published counts of maskable weights (eoi.md 4.1, rps.md 4)', () => {
  it.each<[PresetName, Picture, number, number, PresetOptions]>([
    ['mlp-7', mnist, 10, 129_400, {}],
    ['mlp', mnist, 10, 16_452_864, { depth: 1000, width: 128 }],
    ['cnn', cifar, 10, 146_890_112, { depth: 1000 }],
    ['resnet-20', cifar, 10, 270_896, {}],
    ['resnet-32', cifar, 10, 464_432, {}],
    ['resnet-56', cifar, 10, 851_504, {}],
    ['resnet-110', cifar, 10, 1_722_416, {}],
    ['vgg-11', cifar, 100, 9_268_928, {}],
    ['vgg-16-c', cifar, 10, 11_307_712, {}],
  ])('%s on %j with %d classes: %d', (name, picture, classes, weights, options) => {
    expect(weightsIn(layersOf(name, picture, classes, options))).toBe(weights);
  });

  it('efficientnet-b0 has the parameters that torchvision publishes for 1000 classes', () => {
    const layers = layersOf('efficientnet-b0', [3, 224, 224], 1000);
    expect(parametersIn(layers)).toBe(5_288_548);
    // Less scales and shifts of the norms, which Keras tells as moving averages, the biases of sixteen gates and of the classes.
    const inputs = [32, 16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192];
    const gates = inputs.reduce((sum, channels, b) => sum + channels / 4 + (b === 0 ? 1 : 6) * channels, 0);
    expect(weightsIn(layers)).toBe(5_288_548 - 42_016 - gates - 1000);
    expect(weightsIn(layersOf('efficientnet-b0', cifar))).toBe(5_236_192 - 990 * 1280);
  });

  it('deit-blocks of width 192 has the blocks of DeiT-Ti', () => {
    const layers = layersOf('deit-blocks', cifar);
    // A block of timm's deit_tiny: 2 norms, input and output projection, two layers; all with biases.
    const block = 4 * 192 + (192 * 576 + 576) + (192 * 192 + 192) + (192 * 768 + 768) + (768 * 192 + 192);
    const around = 3 * 16 * 192 + 192 + 64 * 192 + 2 * 192 + 192 * 10 + 10;
    expect(parametersIn(layers)).toBe(12 * block + around);
    expect(weightsIn(layers)).toBe(12 * 2 * 192 * 768);
  });
});

describe('a width of their own', () => {
  it.each<[PresetName, number, number]>([
    ['resnet-20', 16, 8],
    ['resnet-56', 16, 2],
    ['vgg-11', 64, 8],
    ['vgg-16-c', 64, 16],
    ['efficientnet-b0', 32, 8],
  ])('%s has channels in proportion: %d, as published, and %d', (name, published, width) => {
    const outputs = (own?: number) =>
      maskable(layersOf(name, [3, 64, 64], 10, own === undefined ? {} : { width: own }));
    expect(outputs(published)).toEqual(outputs());
    const [wide, narrow] = [outputs(), outputs(width)];
    // Squeeze and excitation is rounded down, the classes stay.
    wide.slice(0, -1).forEach(({ name: layer, rows }, l) => {
      if (!layer.endsWith('-reduce')) expect(narrow[l].rows, layer).toBe(Math.round((rows * width) / published));
    });
    expect(narrow.at(-1)!.rows).toBe(10);
  });

  it.each(presetNames.filter((name) => name !== 'mlp-7'))('%s can be 1 wide', (name) => {
    const layers = layersOf(name, cifar, 10, {
      width: 1,
      ...(name === 'deit-blocks' || name === 'cnn' ? { depth: 8 } : {}),
    });
    const flat = layers[0].kind === 'linear';
    const begin = flat ? ({ kind: 'values', size: 3072 } as const) : ({ kind: 'picture', size: cifar } as const);
    expect(along(layers, begin)).toEqual({ kind: 'values', size: 10 });
  });
});

describe('densities by Erdős-Rényi kernel (eoi.md 3.1)', () => {
  const densities = (name: PresetName, density: number) =>
    new Map(distribute(maskable(layersOf(name, cifar)), density, 'erk').map((layer) => [layer.name, layer.density]));

  it.each([
    [0.1, [1, 0.2995, 0.2128, 0.1379, 1, 0.1005, 0.066, 0.8691, 1]],
    [0.05, [0.5135, 0.1463, 0.104, 0.0674, 0.8665, 0.0491, 0.0323, 0.4246, 1]],
  ])('resnet-32 at %d', (density, expected) => {
    const found = densities('resnet-32', density);
    const names = [
      'conv1',
      'stage1-block1-conv1',
      'stage2-block1-conv1',
      'stage2-block1-conv2',
      'stage2-block1-shortcut',
      'stage3-block1-conv1',
      'stage3-block1-conv2',
      'stage3-block1-shortcut',
      'fc',
    ];
    names.forEach((name, i) => expect(Math.abs(found.get(name)! - expected[i]), name).toBeLessThan(1e-3));
  });

  it('vgg-16-c at 0.1', () => {
    const found = [...densities('vgg-16-c', 0.1).values()];
    const distinct = [1, 0.3548, 0.2621, 0.1734, 0.1291, 0.0857, 0.7655, 0.064, 0.0426, 0.382, 0.2383, 0.3812, 1];
    for (const expected of distinct)
      expect(Math.min(...found.map((density) => Math.abs(density - expected)))).toBeLessThan(1e-3);
    expect(found[0]).toBe(1);
    expect(found.at(-1)).toBe(1);
  });
});

describe('every preset', () => {
  const small: Partial<Record<PresetName, PresetOptions>> = {
    mlp: { depth: 3 },
    cnn: { depth: 8 },
    'deit-blocks': { depth: 2 },
  };

  it.each(presetNames)('%s fits together on the pictures it is for, and names each layer once', (name) => {
    const pictures: Picture[] = name === 'efficientnet-b0' ? [[3, 64, 64], cifar] : [cifar, mnist];
    for (const picture of pictures) {
      const layers = layersOf(name, picture, 7, small[name]);
      const [channels, height, width] = picture;
      const flat = layers[0].kind === 'linear';
      const begin = flat
        ? ({ kind: 'values', size: channels * height * width } as const)
        : ({ kind: 'picture', size: picture } as const);
      expect(along(layers, begin), String(picture)).toEqual({ kind: 'values', size: 7 });
      const names = [...everyLayer(layers)].flatMap((layer) => ('name' in layer ? [layer.name] : []));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it.each([8, 64, 100, 192, 200, 384])('deit-blocks of width %d has heads that divide it', (width) => {
    const picture: Picture = [3, 32, 40];
    const layers = layersOf('deit-blocks', picture, 10, { depth: 1, width });
    expect(along(layers, { kind: 'picture', size: picture })).toEqual({ kind: 'values', size: 10 });
  });

  it('does not fit on pictures too small for it', () => {
    expect(along(layersOf('vgg-11', [3, 8, 8]), { kind: 'picture', size: [3, 8, 8] })).toBeUndefined();
  });
});
