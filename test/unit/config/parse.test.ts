import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Activation } from '../../../src/core/network';
import type { PresetName } from '../../../src/core/presets';
import { checkConfig } from '../../../src/config/check';
import { configFormat } from '../../../src/config/format';
import { parseConfig } from '../../../src/config/parse';
import type { Config } from '../../../src/config/types';
import type { Angles } from '../../../src/core/angles';

const head = 'version: 1\nmodel: { preset: mlp-7 }\n';

const defaults = {
  version: 1,
  name: 'run',
  seed: 1,
  model: { preset: 'mlp-7' },
  data: {
    source: 'synthetic-digits',
    files: { inputs: 'x_train.npy', labels: 'y_train.npy', testInputs: 'x_test.npy', testLabels: 'y_test.npy' },
    layout: 'channels-first',
    channels: 3,
    onCorrupt: 'fail',
    validation: 0.1,
    augment: [],
  },
  sparsity: {
    density: 0.1,
    distribution: 'erk',
    layers: {},
    init: 'eoi',
    base: 'orthogonal',
    fan: 'dense',
    gain: { weight: 1, bias: 0 },
    eoi: { angles: 'uniform', convDensity: 'more-nonzeros' },
    ai: { iterations: 1000, learningRate: 0.1 },
    sao: {},
    synflow: { iterations: 100 },
    update: { method: 'static', every: 100, dropFraction: 0.3, schedule: 'cosine', until: 0.75 },
  },
  train: {
    optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-4, decayAll: false },
    schedule: { name: 'constant', at: [0.5, 0.75], factor: 0.1, warmup: 0.05, warmupSteps: 0 },
    labelSmoothing: 0,
    earlyStop: { patience: 0 },
    epochs: 2,
    batchSize: 128,
    microBatch: 'auto',
    memory: 3,
    checkpointEvery: 500,
    rewind: { levels: 0, step: 500, fraction: 0.2 },
  },
  compute: { backend: 'auto', threads: 'auto' },
  probes: {
    jacobian: { at: [0, 'end'], samples: 32, depths: 16, budget: 8 },
    signals: { at: [], every: 0, samples: 128 },
    divergence: { at: [], every: 50 },
    spectra: { at: [0, 'end'], every: 500 },
  },
};

/** What a linear layer is by default. */
const plain = { bias: true, dense: false, stack: 1 };

describe('a config that is right', () => {
  it('has every default filled in', () => {
    expect(parseConfig(head, 'yaml')).toMatchObject({ config: defaults, issues: [] });
  });

  it('shares no default with another', () => {
    const first = parseConfig(head, 'yaml').config!;
    first.train.schedule.at.push(1);
    first.sparsity.density = 1;
    expect(parseConfig(head, 'yaml').config).toEqual(defaults);
  });

  it('is the same in YAML and in JSON', () => {
    const text = JSON.stringify(defaults, undefined, '\t');
    expect(parseConfig(text, 'json')).toMatchObject({ config: defaults, issues: [] });
    expect(parseConfig(text, 'yaml')).toMatchObject({ config: defaults, issues: [] });
  });

  it('keeps what is written', () => {
    const text = `%YAML 1.2
---
version: 1
name: "a.b-c_1"
seed: 0x10
model:
  layers:
    - { name: fc1, linear: { in: 784, out: 32 } }
    - activation: relu
    - name: fc2
      linear: &size { in: 32, out: 32 }
    - { name: fc3, linear: *size }
    - { name: fc4, linear: { in: 32, out: 10 } }
data: { source: mnist, path: ../données, validation: 0 }
sparsity: { density: 5e-1, distribution: uniform, init: base, eoi: }
train: { epochs: 3.0 }
probes: { jacobian: { at: [] } }
`;
    const { config, issues } = parseConfig(text, 'yaml');
    expect(issues).toEqual([]);
    expect(config).toMatchObject({
      name: 'a.b-c_1',
      seed: 16,
      data: { source: 'mnist', path: '../données', validation: 0 },
      sparsity: { density: 0.5, init: 'base', eoi: { angles: 'uniform', convDensity: 'more-nonzeros' } },
      train: { epochs: 3 },
      probes: { jacobian: { at: [], samples: 32, depths: 16 } },
    });
    expect(config!.model.layers).toEqual([
      { name: 'fc1', linear: { in: 784, out: 32, ...plain } },
      { activation: 'relu' },
      { name: 'fc2', linear: { in: 32, out: 32, ...plain } },
      { name: 'fc3', linear: { in: 32, out: 32, ...plain } },
      { name: 'fc4', linear: { in: 32, out: 10, ...plain } },
    ]);
    expect('preset' in config!.model).toBe(false);
  });

  it.each<[string, Angles]>([
    ['uniform', 'uniform'],
    ['{ fixed: 45 }', { fixed: 45 }],
    ['{ range: [0, 90] }', { range: [0, 90] }],
    ['{ list: [30, -60.5] }', { list: [30, -60.5] }],
  ])('angles %s', (text, angles) => {
    const { config, issues } = checkConfig(`${head}sparsity: { eoi: { angles: ${text} } }\n`, 'yaml');
    expect(issues).toEqual([]);
    expect(config!.sparsity.eoi.angles).toEqual(angles);
  });

  it('has the types that the rest of the program expects', () => {
    expectTypeOf<Config['sparsity']['eoi']['angles']>().toExtend<Angles>();
    expectTypeOf<Config['model']['activation']>().toEqualTypeOf<Activation | undefined>();
    expectTypeOf<Config['model']['preset']>().toEqualTypeOf<PresetName | undefined>();
    expectTypeOf<Config['data']['path']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['probes']['jacobian']['at']>().toEqualTypeOf<(number | 'end')[]>();
    expectTypeOf<Config['version']>().toEqualTypeOf<1>();
  });
});

describe('places', () => {
  const text = `\uFEFFversion: 1\r\nmodel: { preset: mlp-7 }\r\nname: x # 😀\r\nsparsity:\r\n  density: 0.5\r\n`;
  const parsed = parseConfig(text, 'yaml');

  it('are lines and columns as an editor counts them', () => {
    expect(parsed.locate('sparsity.density')).toEqual({
      start: { line: 4, column: 11, offset: text.indexOf('0.5') - 1 },
      end: { line: 4, column: 14, offset: text.indexOf('0.5') + 2 },
    });
    expect(parsed.locate('model.preset')!.start).toMatchObject({ line: 1, column: 17 });
  });

  it('exist for what is written only', () => {
    expect(parsed.locate('seed')).toBeUndefined();
    expect(parsed.locate('model.preset.more')).toBeUndefined();
    expect(parsed.locate('model.layers[0]')).toBeUndefined();
  });

  it('tell their path', () => {
    const at = (word: string): unknown => {
      const hit = parsed.pathAt(text.indexOf(word));
      return hit && [hit.path, hit.onKey];
    };
    expect(at('density')).toEqual(['sparsity.density', true]);
    expect(at('0.5')).toEqual(['sparsity.density', false]);
    expect(at('preset')).toEqual(['model.preset', true]);
    expect(at('😀')).toBeUndefined();
  });

  it('are there in a config with mistakes too', () => {
    const broken = parseConfig(`${head}sparsity: { density: 0.5, banana: 1 }\n`, 'yaml');
    expect(broken.config).toBeUndefined();
    expect(broken.locate('sparsity.density')).toBeDefined();
  });
});

describe('the format', () => {
  it('is JSON by name, else YAML', () => {
    expect(['a.sparse.json', 'a.sparse.JSON', 'a.sparse.yaml', 'config.yaml'].map(configFormat)).toEqual([
      'json',
      'json',
      'yaml',
      'yaml',
    ]);
  });
});
