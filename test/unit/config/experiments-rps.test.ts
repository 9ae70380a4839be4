/** The experiments in examples/experiments/rps: valid, and as they say they are. What they claim: test/unit/engine/rps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { CheckedConfig } from '../../../src/config/check';
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

  it('has the methods that the network can have, at every size', () => {
    const text = trials.find(({ values }) => values['variants'] === 'stable-rps-10')!.text;
    const possible = equalMemory(text, 'yaml').variants.map((variant) => variant.name);
    const own = variants.filter((one) => one.endsWith('-10')).map((one) => one.slice(0, -'-10'.length));
    const others = ['hashednet', ...(name.endsWith('-small') ? ['stable-rps-longer'] : [])];
    expect(own.sort()).toEqual([...possible, ...others].sort());
  });
});
