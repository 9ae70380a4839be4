import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { NetworkPlan } from '../../../src/config/plan';
import { minimumDensity } from '../../../src/core/init/eoi';
import { everyLayer } from '../../../src/core/network';

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

describe('presets', () => {
  const cifar = 'data: { source: cifar-10, path: ./data }\n';
  const presetPlan = (model: string, rest = ''): NetworkPlan => planOf(`model: { ${model} }\n${cifar}${rest}`);

  it.each([
    ['preset: mlp, depth: 1000, width: 128', 16_452_864 + 128 * (3_072 - 784)],
    ['preset: cnn, depth: 1000', 146_890_112],
    ['preset: resnet-20', 270_896],
    ['preset: resnet-32', 464_432],
    ['preset: resnet-56', 851_504],
    ['preset: resnet-110', 1_722_416],
    ['preset: vgg-11', 9_268_928 - 90 * 512],
    ['preset: vgg-16-c', 11_307_712],
    ['preset: deit-blocks', 3_538_944],
  ])('%s: %d weights of cifar-10', (model, weights) => {
    const plan = presetPlan(model);
    expect(plan.weights).toBe(weights);
    expect(plan.nonZeros).toBe(Math.round(weights / 10));
    expect(plan.layers.every(({ path }) => path === 'model.preset')).toBe(true);
  });

  it('take the activation of their source, or the one that is named', () => {
    const fns = (model: string): string[] => [
      ...new Set(
        [...everyLayer(presetPlan(model).network.layers)].flatMap((layer) =>
          layer.kind === 'activation' ? [layer.fn] : [],
        ),
      ),
    ];
    expect(fns('preset: cnn')).toEqual(['tanh']);
    expect(fns('preset: vgg-11')).toEqual(['relu']);
    expect(fns('preset: efficientnet-b0')).toEqual(['silu']);
    expect(fns('preset: deit-blocks')).toEqual(['gelu']);
    expect(fns('preset: resnet-20, activation: selu')).toEqual(['selu']);
  });

  it('have the settings of convolutions where they are some', () => {
    const issues = (model: string): string[] =>
      checkConfig(`version: 1\nmodel: { ${model} }\nsparsity: { eoi: { convDensity: as-given } }\n`, 'yaml').issues.map(
        ({ code }) => code,
      );
    expect(issues('preset: resnet-20')).toEqual([]);
    expect(issues('preset: deit-blocks')).toEqual(['config.no-effect']);
    const residual = '{ residual: [{ name: c, conv: { in: 1, out: 1 } }] }, { name: fc, linear: { in: 784, out: 10 } }';
    expect(issues(`layers: [${residual}]`)).toEqual([]);
  });

  it('take pictures of one channel too', () => {
    for (const name of ['cnn', 'resnet-20', 'vgg-11', 'vgg-16-c', 'efficientnet-b0', 'deit-blocks'])
      expect(planOf(`model: { preset: ${name} }\n`).network.picture).toEqual([1, 28, 28]);
  });

  it('have a critical gain for each activation that mean-field theory has one for', () => {
    const gain = 'sparsity: { gain: { weight: critical, bias: 0.05 } }\n';
    for (const fn of ['tanh', 'hard-tanh', 'selu']) {
      const { gain: found } = presetPlan(`preset: cnn, activation: ${fn}`, gain);
      expect(found.weight).toBeGreaterThan(0.5);
      expect(found.weight).not.toBe(1);
    }
  });
});

describe('layers that stay dense', () => {
  const text = (density: string): string =>
    `model:
  layers:
    - { name: a, linear: { in: 784, out: 32, dense: true } }
    - { name: norm, batchNorm: { size: 32 } }
    - { name: b, linear: { in: 32, out: 32, bias: false } }
    - { name: c, linear: { in: 32, out: 10 } }
sparsity: { ${density} }
`;
  const parameters = 784 * 32 + 32 + 2 * 32 + 32 * 32 + 32 * 10 + 10;

  it('keep all their weights, and are no part of what a density is a share of', () => {
    const { layers, ...plan } = planOf(text('density: 0.25, distribution: uniform'));
    expect(layers.map(({ name, targetDensity, dense }) => [name, targetDensity, dense])).toEqual([
      ['a', 1, true],
      ['b', 0.25, undefined],
      ['c', 0.25, undefined],
    ]);
    expect(layers.map(({ biases }) => biases)).toEqual([32, 0, 10]);
    expect(plan).toMatchObject({ weights: 1_344, nonZeros: 336, density: 0.25, parameters });
  });

  it.each([
    ['density: 0.25, distribution: snip, init: base'],
    ['density: 0.25, init: base, update: { method: one-shot }'],
    ['density: 0.25, init: eoi, eoi: { pattern: { nm: [1, 4] } }'],
    ['density: 0.25, init: sao, sao: { degree: { "*": 8 } }'],
  ])('with %s too', (sparsity) => {
    // 8 of 32 columns, and 8 of 10 rows do not: c is planned dense.
    const degree = sparsity.includes('degree');
    const { plan } = checkConfig(`version: 1\n${text(sparsity.replace('"*"', 'b'))}`, 'yaml');
    const [a, b] = plan!.layers;
    expect([a.targetDensity, a.targetNonZeros, a.decidedBy]).toEqual([1, 784 * 32, undefined]);
    expect(b.dense).toBeUndefined();
    expect(plan!.weights).toBe(1_344);
    if (degree) expect(b.targetDensity).toBe(0.25);
  });

  it('of attention are both of its layers, with a path of their entry', () => {
    const { layers } = planOf(`model:
  layers:
    - { name: patch, conv: { in: 1, out: 16, kernel: 4, stride: 4, padding: none } }
    - { reshape: tokens }
    - residual: [{ name: ln, layerNorm: { size: 16 } }, { name: att, attention: { size: 16, heads: 2, dense: true } }]
    - { reshape: mean }
    - { name: fc, linear: { in: 16, out: 10 } }
`);
    expect(layers.map(({ name, path, dense, stack }) => ({ name, path, dense, stack }))).toEqual([
      { name: 'patch', path: 'model.layers[0]' },
      { name: 'att-input', path: 'model.layers[2].residual[1]', dense: true, stack: 3 },
      { name: 'att-output', path: 'model.layers[2].residual[1]', dense: true },
      { name: 'fc', path: 'model.layers[4]' },
    ]);
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

  it.each([
    ['mlp-stable-rps', []],
    ['mlp-roast', ['config.memory-unused', 'config.divergence-predicted']],
  ])('%s shares a tenth of the weights: %j', (name, expected) => {
    const text = readFileSync(join(import.meta.dirname, `../../../examples/${name}.sparse.yaml`), 'utf8');
    const { config, plan, issues } = checkConfig(text, 'yaml');
    expect(issues.map(({ code }) => code)).toEqual(expected);
    expect([config!.name, plan!.sharing!.m]).toEqual([name, 12_940]);
  });

  it('differ in name and initialisation only', () => {
    const read = (name: string): object =>
      checkConfig(readFileSync(join(import.meta.dirname, `../../../examples/${name}.sparse.yaml`), 'utf8'), 'yaml')
        .config!;
    const base = read('mlp7-base') as { sparsity: object };
    expect(read('mlp7-eoi')).toEqual({ ...base, name: 'mlp7-eoi', sparsity: { ...base.sparsity, init: 'eoi' } });
  });
});
