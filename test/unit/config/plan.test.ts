import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { NetworkPlan } from '../../../src/config/plan';
import { minimumDensity } from '../../../src/core/init/eoi';

const planOf = (rest: string): NetworkPlan => {
  const { plan, issues } = checkConfig(`version: 1\n${rest}`, 'yaml');
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return plan!;
};
const mlp7 = 'model: { preset: mlp-7 }\n';

describe('MLP-7', () => {
  it('is 784-100x6-10 with 129,400 weights and an activation between its seven layers', () => {
    const { network, layers, weights, parameters } = planOf(mlp7);
    expect(weights).toBe(129_400);
    expect(parameters).toBe(129_400 + 610);
    expect(layers.map(({ name, rows, columns }) => `${name} ${rows}x${columns}`)).toEqual([
      'fc1 100x784',
      'fc2 100x100',
      'fc3 100x100',
      'fc4 100x100',
      'fc5 100x100',
      'fc6 100x100',
      'fc7 10x100',
    ]);
    expect(network.layers.map((layer) => layer.kind).join(' ')).toBe(`${'linear activation '.repeat(6)}linear`);
  });

  // Nowak et al. via eoi.md 3.1: densities of the first, hidden and last layer.
  it.each([
    [0.1, 0.0732, 0.1298, 0.7138],
    [0.05, 0.0366, 0.0649, 0.3569],
  ])('has the published ERK densities at %d', (density, first, hidden, last) => {
    const { layers, nonZeros } = planOf(`${mlp7}sparsity: { density: ${density} }\n`);
    expect(layers[0].targetDensity).toBeCloseTo(first, 3);
    for (const layer of layers.slice(1, 6)) expect(layer.targetDensity).toBeCloseTo(hidden, 3);
    expect(layers[6].targetDensity).toBeCloseTo(last, 2);
    expect(nonZeros).toBe(Math.round(129_400 * density));
    expect(layers.reduce((sum, layer) => sum + layer.targetNonZeros!, 0)).toBe(nonZeros);
  });

  it('takes the values of cifar-10 as they are', () => {
    const { layers, network } = planOf(`${mlp7}data: { source: cifar-10, path: ./data }\n`);
    expect(layers[0].columns).toBe(3_072);
    expect(network).toMatchObject({ inputs: 3_072, classes: 10 });
  });

  it('can be dense', () => {
    const { density, layers } = planOf(`${mlp7}sparsity: { density: 1 }\n`);
    expect([density, ...layers.map((layer) => layer.targetDensity)]).toEqual(Array.from({ length: 8 }, () => 1));
  });
});

describe('blocks of a degree', () => {
  it('are planned as they will be drawn: the nearest degree, whatever the density asks for', () => {
    const layers = '[{ name: a, linear: { in: 784, out: 60 } }, { name: b, linear: { in: 60, out: 10 } }]';
    const { plan } = checkConfig(
      `version: 1\nmodel: { layers: ${layers} }\nsparsity: { init: sao, density: 0.001 }\n`,
      'yaml',
    );
    // 784 = 196 * 4 and 60 * 196 / 784 is whole; 60 = 6 * 10 and 10 * 6 / 60 is whole.
    expect(plan!.layers.map(({ targetNonZeros }) => targetNonZeros)).toEqual([60 * 196, 10 * 6]);
    expect(plan!.nonZeros).toBe(60 * 196 + 10 * 6);
  });
});

describe('layers of their own', () => {
  it('point to where they are written', () => {
    const { layers } = planOf(
      'model:\n  layers:\n    - { name: a, linear: { in: 784, out: 20 } }\n    - { activation: relu }\n    - { name: b, linear: { in: 20, out: 10 } }\n',
    );
    expect(layers.map(({ path }) => path)).toEqual(['model.layers[0]', 'model.layers[2]']);
    expect(layers.map((layer) => layer.minimumDensity)).toEqual([1 / 784, 1 / 20]);
  });
});

describe('the smallest density that is said to work for EOI', () => {
  const cases = ['uniform', 'erk'].flatMap((distribution) =>
    [0.0001, 0.001, 0.004, 0.0076].map((density) => [distribution, density] as const),
  );

  it.each(cases)('works, and a little less does not (%s, %d)', (distribution, density) => {
    const config = (value: number | string): string =>
      `version: 1\n${mlp7}sparsity: { density: ${value}, distribution: ${distribution} }\n`;
    const { issues } = checkConfig(config(density), 'yaml');
    expect(issues.map(({ code }) => code)).toEqual(['config.density-too-low']);
    const possible = issues[0].suggestion!.text;
    const { plan } = checkConfig(config(possible), 'yaml');
    for (const layer of plan!.layers)
      expect(layer.targetDensity).toBeGreaterThanOrEqual(minimumDensity(layer.rows, layer.columns));
    expect(checkConfig(config(Number(possible) * 0.999), 'yaml').plan).toBeUndefined();
  });
});

describe('the examples', () => {
  it.each(['mlp7-eoi', 'mlp7-base'])('%s is right, and trains within 400 steps', (name) => {
    const text = readFileSync(join(import.meta.dirname, `../../../examples/${name}.sparse.yaml`), 'utf8');
    const { config, plan, issues } = checkConfig(text, 'yaml');
    expect(issues).toEqual([]);
    expect(config!.name).toBe(name);
    expect(plan).toMatchObject({ weights: 129_400, nonZeros: 12_940 });
    const { epochs, batchSize } = config!.train;
    expect(epochs * Math.ceil(5_400 / batchSize)).toBeLessThanOrEqual(400);
  });

  it('differ in name and initialisation only', () => {
    const read = (name: string): object =>
      checkConfig(readFileSync(join(import.meta.dirname, `../../../examples/${name}.sparse.yaml`), 'utf8'), 'yaml')
        .config!;
    const base = read('mlp7-base') as { sparsity: object };
    expect(read('mlp7-eoi')).toEqual({ ...base, name: 'mlp7-eoi', sparsity: { ...base.sparsity, init: 'eoi' } });
  });
});
