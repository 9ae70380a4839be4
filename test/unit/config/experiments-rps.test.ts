/** The experiments in examples/experiments/rps: valid, and as they say they are. What they claim: test/unit/engine/rps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { CheckedConfig } from '../../../src/config/checked';
import { rewindCounts } from '../../../src/core/prune/rewind';
import { valueText } from '../../../src/core/plain-value';
import { equalMemory } from '../../../src/config/equal-memory';

const folder = join(import.meta.dirname, '../../../examples/experiments/rps');
const suffix = '.sparse.yaml';
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));

/** Of the largest grids 200 trials are checked, from the first to the last. */
const check = (name: string): CheckedConfig =>
  checkConfig(readFileSync(join(folder, name + suffix), 'utf8'), 'yaml', { mostTrials: 200 });

/** What is said of a memory that is used in part, and of runs that diverge or stand still, is what these experiments show. */
const expected = ['config.memory-unused', 'config.divergence-predicted', 'config.standstill-predicted'];

it('has a small one of each', () => {
  const small = names.filter((name) => name.endsWith('-small')).map((name) => name.replace('-small', ''));
  const whole = names.filter((name) => !name.endsWith('-small')).map((name) => name.replace(/-(resnet20|vgg11)$/, ''));
  expect([...new Set(whole)].sort()).toEqual(small.sort());
  expect(small).toEqual(['continuity', 'divergence-map', 'pareto', 'under-training']);
});

describe.each(names)('%s', (name) => {
  it('is valid, every trial of it, with a plan', () => {
    const { issues, config, plan, sweep } = check(name);
    expect(issues.filter(({ code }) => !expected.includes(code))).toEqual([]);
    expect(config!.name).toBe(name);
    expect(plan!.network.layers.length).toBeGreaterThan(0);
    expect(sweep!.count).toBeGreaterThan(10);
  });

  it('is told of on the page about experiments', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/experiments-rps.md'), 'utf8');
    expect(page).toContain(`${name}${suffix}`);
  });
});

describe.each(names.filter((name) => name.endsWith('-small')))('%s', (name) => {
  it('needs no files, and few steps', () => {
    const { config } = check(name);
    expect(config!.data.source).toBe('synthetic-digits');
    const { epochs, steps, batchSize } = config!.train;
    expect(steps ?? epochs * Math.ceil(6_000 / batchSize)).toBeLessThan(200);
  });
});

describe.each(names.filter((name) => name.startsWith('pareto')))('%s', (name) => {
  const trials = [...check(name).sweep!.trials()].filter(({ values }) => values['seed'] === 1);
  const planOf = (variant: string): NonNullable<CheckedConfig['plan']> =>
    checkConfig(trials.find(({ values }) => values['variants'] === variant)!.text, 'yaml').plan!;
  const stored = (variant: string): number => {
    const { sharing, parameters, weights, nonZeros = weights } = planOf(variant);
    return sharing ? sharing.m + sharing.dense : parameters - weights + nonZeros;
  };
  const variants = trials.map(({ values }) => valueText(values['variants']));

  it('stores as many parameters by every method of a size, smaller networks to 1 %', () => {
    const grown = variants.filter((variant) => !/^(thinner|shallower|ltr|dense)-/.test(variant));
    for (const variant of grown) {
      const of = stored(`stable-rps-${variant.slice(variant.lastIndexOf('-') + 1)}`);
      // HashedNet rounds the part of each layer down.
      expect(Math.abs(stored(variant) / of - 1), variant).toBeLessThan(0.015);
    }
    for (const variant of variants.filter((one) => /^(thinner|shallower)-/.test(one))) {
      const of = stored(`stable-rps-${variant.slice(variant.lastIndexOf('-') + 1)}`);
      expect(Math.abs(stored(variant) / of - 1), variant).toBeLessThanOrEqual(0.01);
    }
  });

  const sizes = variants.flatMap((variant) => /^stable-rps-(\d+)$/.exec(variant)?.[1] ?? []);
  const others = ['dense', 'hashednet', 'stable-rps-longer'];
  /** Name and text of each trial of the first seed. */
  const textsOf = ({ sweep }: CheckedConfig, seed: unknown): Map<string, string> =>
    new Map(
      [...sweep!.trials()]
        .filter(({ values }) => values['seed'] === seed)
        .map(({ values, text }) => [valueText(values['variants']), text]),
    );
  const own = textsOf(check(name), 1);
  /** But for the name, for how the weights are distributed over the layers where all are kept, and for the levels of a small ticket. */
  const said = (text: string): unknown => {
    const { sparsity, train, ...config } = checkConfig(text, 'yaml').config!;
    const { distribution, ...rest } = sparsity;
    const { levels, fraction, ...rewind } = train.rewind;
    return {
      ...{ ...config, name: '' },
      sparsity: rest.density === 1 ? rest : { distribution, ...rest },
      train: { ...train, rewind: { ...rewind, ...(!name.endsWith('-small') && { levels, fraction }) } },
    };
  };

  /** After the last level. */
  const keptBy = (text: string): number => {
    const { config, plan } = checkConfig(text, 'yaml');
    const { levels, fraction } = config!.train.rewind;
    return rewindCounts(plan!.weights, levels, fraction)[levels];
  };

  it.each(sizes)('has what `equal-memory` writes for %s times fewer weights, and nothing else of it', (size) => {
    const base = own.get(`stable-rps-${size}`)!;
    const written = textsOf(checkConfig(equalMemory(base, 'yaml').text, 'yaml'), 1);
    const methods = variants.filter((one) => one.endsWith(`-${size}`)).map((one) => one.slice(0, -size.length - 1));
    expect(methods.filter((method) => !others.includes(method)).sort()).toEqual([...written.keys()].sort());
    for (const [method, text] of written) {
      const ours = own.get(`${method}-${size}`)!;
      expect([method, said(ours)]).toEqual([method, said(text)]);
      // Each level is rounded to whole weights.
      expect(Math.abs(keptBy(ours) - keptBy(text))).toBeLessThan(4);
    }
  });
});
