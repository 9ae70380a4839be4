/** The experiments in examples/experiments: valid, and as they say they are. What they claim: test/unit/engine/experiments.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../../../src/config/check';
import type { CheckedConfig } from '../../../src/config/checked';

const folder = join(import.meta.dirname, '../../../examples/experiments');
const suffix = '.sparse.yaml';
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));
/** A network of `contemporary-small` with data, rate and epochs of its own. */
const apart = 'contemporary-efficientnet';
const published = names.filter((name) => !name.endsWith('-small') && name !== apart);

/** Of the largest grids 60 trials are checked, from the first to the last. */
const check = (name: string): CheckedConfig =>
  checkConfig(readFileSync(join(folder, name + suffix), 'utf8'), 'yaml', { mostTrials: 60 });

/** What is said of a degree that gives another density, and of pictures that the published network shrinks to one place, is meant to be seen. */
const expected = ['config.density-by-degrees', 'config.no-effect', 'config.one-place'];

/** What the config of a trial has at a key path. */
const writtenAt = (text: string, path: string): string => {
  const steps = path.split('.');
  const value = steps.reduce<unknown>((map, step) => (map as Record<string, unknown> | undefined)?.[step], parse(text));
  return JSON.stringify(value);
};

it('has one for each experiment of the paper, with a small one beside it', () => {
  expect(published.map((name) => `${name}-small`).sort()).toEqual(
    names.filter((name) => name.endsWith('-small')).sort(),
  );
  expect(published).toHaveLength(8);
});

describe.each(names)('%s', (name) => {
  it('is valid, every trial of it', () => {
    const { issues, config, sweep } = check(name);
    expect(issues.filter(({ code }) => !expected.includes(code))).toEqual([]);
    expect(config!.name).toBe(name);
    expect(sweep!.count).toBeGreaterThan(2);
  });

  it('is told of on the page about experiments', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/experiments.md'), 'utf8');
    expect(page).toContain(`${name}${suffix}`);
  });
});

describe.each(published)('%s-small', (name) => {
  it('needs no files, and few steps', () => {
    const { config } = check(`${name}-small`);
    expect(config!.data.source).toMatch(/^synthetic-/);
    const { epochs, steps, batchSize } = config!.train;
    expect(steps ?? epochs * Math.ceil(6_000 / batchSize)).toBeLessThanOrEqual(400);
  });

  it('varies what the published one does, or less', () => {
    const trials = check(name).sweep!.trials();
    for (const key of check(`${name}-small`).sweep!.keys) {
      // No key of a trial's config: variants are told apart by their names.
      const found = trials.map(({ text, values }) => (key === 'variants' ? values[key] : writtenAt(text, key)));
      expect(new Set(found).size, key).toBeGreaterThan(1);
    }
  });
});

describe.each(published.filter((name) => name !== 'generation-time'))('%s', (name) => {
  it('trains as published: Nesterov momentum of .9, batches of 128, the rate cut after 1/2 and 3/4, five seeds', () => {
    const { config, sweep } = check(name);
    expect(config!.train).toMatchObject({
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
      schedule: { name: 'step', at: [0.5, 0.75], factor: 0.1 },
      batchSize: 128,
    });
    expect(config!.data.validation).toBe(0.1);
    expect(new Set(sweep!.trials().map(({ values }) => values['seed']))).toEqual(new Set([1, 2, 3, 4, 5]));
  });
});
