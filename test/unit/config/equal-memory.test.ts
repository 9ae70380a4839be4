import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { equalMemory } from '../../../src/config/equal-memory';
import { smallerModel } from '../../../src/config/smaller-model';
import { parametersOf } from '../../../src/core/network';
import { networkOf } from '../../../src/config/model-network';

const picture = [3, 32, 32] as const;
const task = { inputs: 3072, picture, classes: 10 };
const parametersWith = (model: object): number => parametersOf(networkOf({ model }, task).network);

describe('a smaller model', () => {
  const cases = ['mlp-7', 'mlp', 'cnn', 'resnet-20', 'resnet-110', 'vgg-11', 'vgg-16-c', 'efficientnet-b0'] as const;
  it.each(cases.flatMap((preset) => [2, 10, 50].map((times) => [preset, times] as const)))(
    'of %s, a 1/%i of its parameters: the nearest width',
    (preset, times) => {
      const wanted = parametersWith({ preset }) / times;
      const found = smallerModel({ model: { preset } }, task, wanted, 'thinner')!;
      expect(parametersWith(found.model)).toBe(found.parameters);
      expect(found.off).toBeCloseTo(found.parameters / wanted - 1, 12);
      const { width, depth } = found.model;
      if (depth === undefined || Math.abs(found.off) > 0.01) {
        // No other width with the same depth is nearer.
        for (const other of [width! - 1, width! + 1])
          if (other >= 1)
            expect(Math.abs(parametersWith({ ...found.model, width: other }) - wanted)).toBeGreaterThanOrEqual(
              Math.abs(found.parameters - wanted),
            );
      } else expect(Math.abs(found.off)).toBeLessThanOrEqual(0.01);
    },
  );

  it('keeps the size that is not chosen where 1 % can be met with it', () => {
    const model = { preset: 'mlp', width: 400, depth: 6 } as const;
    const found = smallerModel({ model }, task, parametersWith(model) / 4, 'thinner')!;
    expect(found.model.depth).toBe(6);
    expect(Math.abs(found.off)).toBeLessThanOrEqual(0.01);
  });

  it('is one of fewer layers', () => {
    const model = { preset: 'cnn', width: 32, depth: 40 } as const;
    const found = smallerModel({ model }, task, parametersWith(model) / 3, 'shallower')!;
    expect(found.model.depth).toBeLessThan(40);
    expect(Math.abs(found.off)).toBeLessThanOrEqual(0.01);
  });

  it('is as wide as a network of fewer layers can be, where depth alone does not do', () => {
    const model = { preset: 'mlp', width: 400, depth: 8 } as const;
    const found = smallerModel({ model }, task, parametersWith(model) / 10, 'shallower')!;
    expect(Math.abs(found.off)).toBeLessThanOrEqual(0.01);
    const thinner = smallerModel({ model }, task, parametersWith(model) / 10, 'thinner')!;
    expect(found.model.width).toBeGreaterThanOrEqual(thinner.model.width!);
    expect(found.model.depth).toBeLessThanOrEqual(8);
  });

  it('is none of layers of one own, or without the size', () => {
    expect(smallerModel({ model: { layers: [] } }, task, 100, 'thinner')).toBeUndefined();
    expect(smallerModel({ model: { preset: 'resnet-20' } }, task, 100, 'shallower')).toBeUndefined();
  });
});

const config = (model: string, sharing: string, rest = ''): string =>
  `version: 1\nname: mine\nmodel: ${model}\ndata: { source: synthetic-images }\nsharing: ${sharing}\n${rest}`;

describe('a comparison at equal memory', () => {
  it('gives every method as many stored parameters, and reads back as a sweep', () => {
    const text = config('{ preset: mlp-7, activation: relu }', '{ compression: 20 }', 'train: { epochs: 8 }\n');
    const { budget, variants, left, text: sweepText } = equalMemory(text, 'yaml', { seeds: [1, 2] });
    expect(left).toEqual([]);
    expect(variants.map(({ name }) => name)).toEqual([
      ...['stable-rps', 'roast', 'rand', 'mag', 'snip', 'synflow', 'grasp', 'ltr'],
      ...['thinner', 'shallower'],
    ]);
    const { plan } = checkConfig(text, 'yaml');
    expect(budget).toBe(plan!.sharing!.m + plan!.sharing!.dense);
    for (const { name, off, stored } of variants) {
      expect(off).toBeCloseTo(stored / budget - 1, 12);
      expect(Math.abs(off), name).toBeLessThan(['thinner', 'shallower'].includes(name) ? 0.01 : 0.001);
    }
    const { sweep, issues, config: first } = checkConfig(sweepText, 'yaml');
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(sweep?.count).toBe(20);
    expect(first).toMatchObject({ name: 'mine-equal-memory', train: { epochs: 8 }, sharing: { compression: 20 } });
  });

  it('leaves out, with the reason, what the network cannot have', () => {
    const { variants, left } = equalMemory(config('{ preset: resnet-20 }', '{ compression: 20000 }'), 'yaml');
    expect(left.map(({ name }) => name)).toEqual(['rand', 'mag', 'snip', 'synflow', 'grasp', 'ltr']);
    for (const { reason } of left) expect(reason).toContain('22 layers, and each needs one');
    expect(variants.map(({ name }) => name)).toEqual(['stable-rps', 'roast', 'thinner']);
  });

  it('has every method for a network with residuals', () => {
    const { variants, left } = equalMemory(config('{ preset: resnet-20 }', '{ compression: 4 }'), 'yaml');
    expect(left).toEqual([]);
    expect(variants.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['rand', 'mag', 'snip', 'synflow', 'grasp', 'ltr']),
    );
    expect(Math.abs(variants.find(({ name }) => name === 'thinner')!.off)).toBeLessThan(0.01);
  });

  it('keeps what the config says of sharing, and ROAST at its own scale', () => {
    const sharing = '{ method: roast, mapping: fold, initStd: 0.3, compression: 5, include: { minSize: 2000 } }';
    const { variants } = equalMemory(config('{ preset: mlp-7 }', sharing), 'yaml');
    const include = { minSize: 2000 };
    expect(variants[0].settings).toEqual({ sharing: { method: 'stable-rps', compression: 5, include } });
    expect(variants[1].settings).toEqual({
      sharing: { method: 'roast', mapping: 'fold', initStd: 0.3, compression: 5, include },
    });
  });

  it('is refused for a config without sharing', () => {
    expect(() => equalMemory('version: 1\nmodel: { preset: mlp-7 }\n', 'yaml')).toThrow(/has `sharing`/);
    expect(() => equalMemory('version: 2\n', 'yaml')).toThrow(/without a mistake/);
  });
});
