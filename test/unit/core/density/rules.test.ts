import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution, LayerShape } from '../../../../src/core/density';
import { distribute } from '../../../../src/core/density';

const conv = (name: string, rows: number, inputs: number, side: number): LayerShape => ({
  name,
  rows,
  columns: inputs * side * side,
  kernel: [side, side],
});
const linear = (name: string, rows: number, columns: number): LayerShape => ({ name, rows, columns });
const many = (count: number, make: (index: number) => LayerShape): LayerShape[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** CIFAR ResNet32 with shortcuts by 1x1 convolution: 464,432 weights (eoi.md 4.1). */
const resnet32 = [
  conv('conv1', 16, 3, 3),
  ...many(10, (i) => conv(`a${i}`, 16, 16, 3)),
  conv('b', 32, 16, 3),
  ...many(9, (i) => conv(`b${i}`, 32, 32, 3)),
  conv('b.shortcut', 32, 16, 1),
  conv('c', 64, 32, 3),
  ...many(9, (i) => conv(`c${i}`, 64, 64, 3)),
  conv('c.shortcut', 64, 32, 1),
  linear('fc', 10, 64),
];

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const counts = (layers: LayerShape[], density: number, rule: Distribution, fixed?: Map<string, number>): number[] =>
  distribute(layers, density, rule, { fixed }).map(({ count }) => count);
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

/** VGG16-C with 1x1 convolutions, 11,307,712 weights (eoi.md 4.1). */
const vgg16c = [
  conv('1', 64, 3, 3),
  conv('2', 64, 64, 3),
  conv('3', 128, 64, 3),
  conv('4', 128, 128, 3),
  conv('5', 256, 128, 3),
  conv('6', 256, 256, 3),
  conv('7', 256, 256, 1),
  conv('8', 512, 256, 3),
  conv('9', 512, 512, 3),
  conv('10', 512, 512, 1),
  conv('11', 512, 512, 3),
  conv('12', 512, 512, 3),
  conv('13', 512, 512, 1),
  linear('fc1', 512, 2048),
  linear('fc2', 512, 512),
  linear('fc3', 10, 512),
];

describe('ERK of convolutions', () => {
  it('gives the published densities of VGG16-C at 0.1', () => {
    expect(sum(vgg16c.map(({ rows, columns }) => rows * columns))).toBe(11_307_712);
    const wanted = [1, 0.3548, 0.2621, 0.1734, 0.1291, 0.0857, 0.7655, 0.064, 0.0426, 0.382];
    const all = [...wanted, 0.0426, 0.0426, 0.382, 0.2383, 0.3812, 1];
    distribute(vgg16c, 0.1, 'erk').forEach(({ density }, l) => expect(Math.abs(density - all[l])).toBeLessThan(1e-4));
  });

  it.each([
    [0.1, [1, 0.2995, 0.2128, 0.1379, 1, 0.1005, 0.066, 0.8691, 1]],
    [0.05, [0.5135, 0.1463, 0.104, 0.0674, 0.8665, 0.0491, 0.0323, 0.4246, 1]],
  ])('gives the published densities of ResNet32 at %f', (density, wanted) => {
    expect(sum(resnet32.map(({ rows, columns }) => rows * columns))).toBe(464_432);
    const found = new Map(distribute(resnet32, density, 'erk').map((layer) => [layer.name, layer]));
    ['conv1', 'a0', 'b', 'b0', 'b.shortcut', 'c', 'c0', 'c.shortcut', 'fc'].forEach((name, l) => {
      const layer = found.get(name);
      // The vectors have 4 decimals; whole counts move a density by one weight at most.
      expect(Math.abs((layer?.density ?? 0) - wanted[l])).toBeLessThan(6e-5 + 1 / ((layer?.count ?? 1) / wanted[l]));
    });
  });
});

describe('ER', () => {
  it('goes by channels only: two kernels of the same channels have the same density', () => {
    const [small, large] = distribute([conv('a', 40, 60, 1), conv('b', 40, 60, 5)], 0.1, 'er');
    expect(small.density).toBeCloseTo(0.1, 3);
    expect(large.density).toBeCloseTo(0.1, 3);
    const [wide, narrow] = distribute([linear('a', 100, 300), linear('b', 100, 100)], 0.05, 'er');
    expect(wide.count / narrow.count).toBeCloseTo(2, 2);
  });
});

describe('balanced', () => {
  it('keeps the same number everywhere, all of a layer that has less', () => {
    expect(counts([linear('a', 100, 100), linear('b', 2, 5), linear('c', 30, 30)], 410 / 10_910, 'balanced')).toEqual([
      200, 10, 200,
    ]);
  });
});

describe('uniform-plus', () => {
  const layers = [conv('stem', 8, 3, 3), conv('body', 64, 8, 3), linear('hidden', 50, 64), linear('head', 10, 50)];

  it('keeps the first convolution dense and a fifth of the last linear layer', () => {
    const found = counts(layers, 0.1, 'uniform-plus');
    expect(found[0]).toBe(216);
    expect(found[3]).toBe(100);
    expect(sum(found)).toBe(Math.round(0.1 * (216 + 4608 + 3200 + 500)));
    expect(found[1] / 4608).toBeCloseTo(found[2] / 3200, 3);
  });

  it('is uniform where the last layer has its fifth anyway', () => {
    const found = distribute(layers, 0.5, 'uniform-plus');
    expect(found[3].density).toBeCloseTo(found[1].density, 2);
    expect(found[0].density).toBe(1);
  });

  it('says which density its dense layer allows', () => {
    const refused = (density: number) => () => distribute(layers, density, 'uniform-plus');
    expect(refused(0.01)).toThrow(code('density.rest-too-small'));
    expect(refused(0.01)).toThrow(/at least 0\.0373/);
    expect(refused(0.01)).toThrow(/none is left for "[a-z0-9]+" and 1 more/);
    expect(counts(layers, 0.0373, 'uniform-plus')).toEqual([216, 1, 1, 100]);
  });

  it('lets a density asked for go before its own', () => {
    expect(counts(layers, 0.1, 'uniform-plus', new Map([['stem', 0.5]]))[0]).toBe(108);
  });
});

describe('densities of their own', () => {
  const layers = [linear('a', 10, 10), linear('b', 20, 10), linear('c', 10, 30)];

  it('keeps them and shares the rest', () => {
    expect(counts(layers, 0.5, 'uniform', new Map([['b', 0.25]]))).toEqual([63, 50, 187]);
  });

  it.each([
    ['density.rest-too-small', 0.1, { b: 1 }],
    ['density.rest-too-large', 0.9, { c: 0.1 }],
    ['density.rest-too-small', 0.1, { a: 0.5, b: 0.5, c: 0.5 }],
    ['density.rest-too-large', 0.9, { a: 0.5, b: 0.5, c: 0.5 }],
  ])('%s tells a density that works', (wanted, density, own) => {
    const fixed = new Map<string, number>(Object.entries(own));
    let nearest = 0;
    try {
      distribute(layers, density, 'erk', { fixed });
    } catch (error) {
      expect(error).toEqual(code(wanted));
      nearest = (error as { details: { nearest: number } }).details.nearest;
    }
    const total = sum(counts(layers, nearest, 'erk', fixed));
    expect(total).toBe(Math.round(600 * nearest));
  });

  it('refuses what cannot be', () => {
    const rejects = (name: string, density: number, wanted: string, of = layers) =>
      expect(() => distribute(of, 0.5, 'erk', { fixed: new Map([[name, density]]) })).toThrow(code(wanted));
    rejects('d', 0.5, 'density.unknown-layer');
    for (const density of [0, 1.5, NaN]) rejects('a', density, 'density.layer-out-of-range');
    rejects('a', 0.004, 'density.layer-empty');
    rejects('a', 0.5, 'density.duplicate-layer', [...layers, linear('a', 3, 3)]);
    for (const kernel of [
      [3, 3],
      [0, 1],
      [1.5, 2],
    ] as const)
      expect(() => distribute([{ name: 'k', rows: 4, columns: 10, kernel }], 0.5, 'erk')).toThrow(
        code('density.bad-kernel'),
      );
  });
});

describe('every rule', () => {
  const size = fc.integer({ min: 1, max: 60 });
  const shape = fc
    .record({ rows: size, inputs: size, side: fc.constantFrom(0, 1, 3, 5) })
    .map(({ rows, inputs, side }) => (side === 0 ? linear('', rows, inputs) : conv('', rows, inputs, side)));
  const input = fc.record({
    layers: fc
      .array(shape, { minLength: 1, maxLength: 12 })
      .map((shapes) => shapes.map((layer, l) => ({ ...layer, name: `layer${l}` }))),
    density: fc.oneof(fc.double({ min: 1e-4, max: 1, noNaN: true }), fc.constantFrom(1, 0.5, 0.1)),
    rule: fc.constantFrom<Distribution>('uniform', 'er', 'erk', 'balanced'),
  });

  it('meets the total to the weight, over-fills nothing, and does not care for the order of the layers', () => {
    fc.assert(
      fc.property(input, ({ layers, density, rule }) => {
        const found = distribute(layers, density, rule);
        const capacity = layers.map(({ rows, columns }) => rows * columns);
        expect(sum(found.map(({ count }) => count))).toBe(Math.round(density * sum(capacity)));
        found.forEach(({ count }, l) =>
          expect(count >= 0 && count <= capacity[l] && Number.isInteger(count)).toBe(true),
        );
        const turned = distribute(layers.toReversed(), density, rule);
        expect(turned.toReversed()).toEqual(found);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
