/** Smaller networks of a preset: as many parameters as wanted to 1 %, counted one by one. */
import { describe, expect, it } from 'vitest';
import type { SizedModel } from '../../../src/config/fit-widths';
import { networkOf } from '../../../src/config/model-network';
import { smallerModel } from '../../../src/config/smaller-model';
import { everyLayer, maskableLayers, weightShape } from '../../../src/core/network';
import { presetSizes } from '../../../src/core/presets';
import type { PresetName } from '../../../src/core/presets';

const picture = [3, 32, 32] as const;
const task = { inputs: 3072, picture, classes: 10 };

/** Every parameter of every layer. */
function parametersWith(model: object): number {
  const { network } = networkOf({ model }, task);
  let all = 0;
  for (const layer of everyLayer(network.layers)) {
    if (layer.kind === 'norm') all += 2 * layer.size;
    if (layer.kind === 'position') all += layer.tokens * layer.size;
  }
  for (const layer of maskableLayers(network)) {
    const { rows, columns } = weightShape(layer);
    all += rows * columns + (layer.bias === false ? 0 : rows);
  }
  return all;
}

type Model = Parameters<typeof smallerModel>[0]['model'];

const found = (model: Model, wanted: number, how: 'thinner' | 'shallower'): SizedModel => {
  const one = smallerModel({ model }, task, wanted, how);
  if ('why' in one) throw new Error(JSON.stringify(one));
  return one;
};

const layersOf = (model: object): number => maskableLayers(networkOf({ model }, task).network).length;

const presets = [
  ...(['mlp-7', 'mlp', 'cnn', 'resnet-20', 'resnet-110', 'vgg-11', 'vgg-16-c'] as const),
  ...(['efficientnet-b0', 'deit-blocks'] as const),
] satisfies readonly PresetName[];

const cases = presets.flatMap((preset) => [1.5, 2, 3, 10, 30, 50, 100].map((times) => [preset, times] as const));

describe('a network of fewer parameters', () => {
  it.each(cases)('of %s, a 1/%f, by its widths', (preset, times) => {
    const wanted = parametersWith({ preset }) / times;
    const { model, parameters, off } = found({ preset }, wanted, 'thinner');
    expect(parametersWith(model)).toBe(parameters);
    expect(off).toBeCloseTo(parameters / wanted - 1, 12);
    expect(Math.abs(off)).toBeLessThanOrEqual(0.01);
    expect(layersOf(model)).toBe(layersOf({ preset }));
    expect(model.blocks).toBeUndefined();
  });

  it.each(cases)('of %s, a 1/%f, by fewer layers', (preset, times) => {
    const wanted = parametersWith({ preset }) / times;
    const { model, parameters, off } = found({ preset }, wanted, 'shallower');
    expect(parametersWith(model)).toBe(parameters);
    expect(off).toBeCloseTo(parameters / wanted - 1, 12);
    expect(Math.abs(off)).toBeLessThanOrEqual(0.01);
    expect(layersOf(model)).toBeLessThan(layersOf({ preset }));
  });

  it('has one width for all where that does', () => {
    const model = { preset: 'mlp', width: 400, depth: 6 } as const;
    const thinner = found(model, parametersWith(model) / 4, 'thinner').model;
    expect(thinner).toEqual({ preset: 'mlp', depth: 6, width: thinner.width });
  });

  it('keeps the proportions of the stages as far as whole numbers allow', () => {
    const wanted = parametersWith({ preset: 'vgg-11' }) / 2;
    const { widths = [] } = found({ preset: 'vgg-11' }, wanted, 'thinner').model;
    expect(widths).toHaveLength(5);
    const published = presetSizes('vgg-11', {}).widths;
    widths.forEach((width, s) => expect(Math.abs(width / published[s] - Math.SQRT1_2)).toBeLessThan(0.02));
  });

  it('keeps widths and blocks of its own in proportion', () => {
    const own: Model = { preset: 'resnet-20', widths: [10, 30, 40], blocks: [1, 2, 1] };
    const { model } = found(own, parametersWith(own) / 2, 'thinner');
    expect(model).toMatchObject({ preset: 'resnet-20', blocks: [1, 2, 1] });
    for (const [s, width] of [10, 30, 40].entries()) expect(model.widths![s]).toBeLessThan(width);
    expect(found(own, parametersWith(own) / 2, 'shallower').model.blocks).toEqual([1, 1, 1]);
  });

  it('keeps the tokens of a transformer with widths of its own', () => {
    const own: Model = { preset: 'deit-blocks', width: 64, widths: [100, 200, 300] };
    expect(found(own, parametersWith(own) / 1.5, 'thinner').model).toMatchObject({ width: 64, depth: 3 });
  });

  it('has as few layers as are enough at full width', () => {
    const model = { preset: 'cnn', width: 32, depth: 40 } as const;
    const wanted = parametersWith(model) / 3;
    const { depth } = presetSizes('cnn', found(model, wanted, 'shallower').model);
    expect(parametersWith({ ...model, depth: depth - 1 })).toBeLessThan(wanted);
    expect(parametersWith({ ...model, depth })).toBeGreaterThanOrEqual(wanted * 0.99);
  });
});

describe('no network of so few parameters', () => {
  it('is told with the smallest that there is', () => {
    const of = (model: Model, wanted: number, how: 'thinner' | 'shallower') =>
      smallerModel({ model }, task, wanted, how);
    // One wide: 3072 + 1, five times 1 + 1, ten times 1 + 1; with two layers without the five.
    const [thin, shallow] = [3073 + 5 * 2 + 20, 3073 + 20];
    expect(of({ preset: 'mlp-7' }, 500, 'thinner')).toEqual({ why: 'too-small', least: thin, nearest: thin });
    expect(of({ preset: 'mlp-7' }, 500, 'shallower')).toEqual({ why: 'too-small', least: shallow, nearest: shallow });
    const least = parametersWith({ preset: 'resnet-20', widths: [1, 1, 1] });
    expect(of({ preset: 'resnet-20' }, least - 10, 'thinner')).toMatchObject({ why: 'too-small', least });
    // Where whole widths leave a gap.
    expect(of({ preset: 'resnet-20' }, least * 1.06, 'thinner')).toMatchObject({ why: 'none-near', least });
  });

  it('is there of layers of one own, or of a network that has no fewer layers', () => {
    expect(smallerModel({ model: { layers: [] } }, task, 100, 'thinner')).toEqual({ why: 'own-layers' });
    const model: Model = { preset: 'resnet-20', blocks: [1, 1, 1] };
    expect(smallerModel({ model }, task, 1000, 'shallower')).toEqual({ why: 'no-fewer-layers' });
  });
});
