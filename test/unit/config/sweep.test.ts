import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { completionsAt } from '../../../src/config/complete';
import { describeKey } from '../../../src/config/describe';
import { valueAt } from '../../../src/config/tree';

const head = 'version: 1\nmodel: { preset: mlp-7 }\n';
const sweepOf = (text: string, format: 'yaml' | 'json' = 'yaml') => {
  const { sweep, issues } = checkConfig(text, format);
  return { trials: sweep?.trials() ?? [], count: sweep?.count, keys: sweep?.keys, issues };
};
const messages = (text: string): string[] => checkConfig(text, 'yaml').issues.map(({ message }) => message);

describe('a sweep', () => {
  it('is every combination, in the order written, the last key fastest', () => {
    const { trials, keys, issues } = sweepOf(`${head}sweep:\n  sparsity.density: [0.1, 0.5]\n  seed: [1, 2, 3]\n`);
    expect(issues).toEqual([]);
    expect(keys).toEqual(['sparsity.density', 'seed']);
    expect(trials.map(({ id, values }) => [id, ...Object.values(values)])).toEqual([
      ['0001', 0.1, 1],
      ['0002', 0.1, 2],
      ['0003', 0.1, 3],
      ['0004', 0.5, 1],
      ['0005', 0.5, 2],
      ['0006', 0.5, 3],
    ]);
  });

  it('has variants under their names, each with all that it sets', () => {
    const { trials, keys, issues } = sweepOf(`${head}sparsity: { density: 0.3, init: base }
train: { epochs: 7 }
sweep:
  variants:
    - { name: stable-rps, sharing: { compression: 4 } }
    - { name: snip, sparsity.distribution: snip }
    - { name: tickets, sparsity: { density: 1, init: base }, train.rewind: { levels: 2, step: 3 } }
  seed: [1, 2]
`);
    expect(issues).toEqual([]);
    expect(keys).toEqual(['variants', 'seed']);
    expect(trials.map(({ values }) => values)).toEqual(
      ['stable-rps', 'snip', 'tickets'].flatMap((variants) => [1, 2].map((seed) => ({ variants, seed }))),
    );
    const [shared, , snip, , tickets] = trials.map(({ text }) => checkConfig(text, 'yaml').config!);
    expect(shared).toMatchObject({ sharing: { compression: 4 }, train: { epochs: 7 }, seed: 1 });
    expect(snip).toMatchObject({ sparsity: { density: 0.3, distribution: 'snip', init: 'base' } });
    expect(snip.sharing).toBeUndefined();
    expect(tickets).toMatchObject({ sparsity: { density: 1 }, train: { epochs: 7, rewind: { levels: 2 } } });
  });

  it('knows the words within a variant', () => {
    const text = `${head}sweep:\n  variants:\n    - name: a\n      sharing: { mapping:  }\n`;
    const offered = completionsAt(text, text.indexOf(' }\n', head.length));
    expect(offered.map(({ label }) => label)).toEqual(['random', 'hashednet', 'roast', 'robe', 'fold']);
    expect(describeKey('sweep.variants[0].sharing.mapping', 'fold')?.markdown).toContain('RANDOMFOLD');
  });

  it('makes configs that are whole and read back to its values', () => {
    const densities = fc.uniqueArray(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });
    const seeds = fc.uniqueArray(fc.integer({ min: 0, max: 1 << 30 }), { minLength: 1, maxLength: 3 });
    const inits = fc.uniqueArray(fc.constantFrom('base', 'eoi', 'ai'), { minLength: 1 });
    const updates = fc.uniqueArray(fc.constantFrom({ method: 'static' }, { method: 'rigl', every: 50 }), {
      minLength: 1,
    });
    const formats = fc.constantFrom('yaml' as const, 'json' as const);
    fc.assert(
      fc.property(densities, seeds, inits, updates, formats, (density, seed, init, update, format) => {
        const sweep = {
          'sparsity.density': density,
          seed,
          'sparsity.init': init,
          'sparsity.update': update,
        };
        const config = { version: 1, name: 'grid', model: { preset: 'mlp-7' }, train: { epochs: 7 }, sweep };
        // JSON is YAML too.
        const { trials, count } = sweepOf(JSON.stringify(config), format);
        expect(count).toBe(density.length * seed.length * init.length * update.length);
        expect(trials).toHaveLength(count!);
        expect(new Set(trials.map(({ text }) => text)).size).toBe(count);
        for (const { text, values } of trials) {
          const read = checkConfig(text, format);
          expect([read.sweep, read.config!.name, read.config!.train.epochs]).toEqual([undefined, 'grid', 7]);
          for (const [path, value] of Object.entries(values))
            expect(valueAt(read.config!, path)).toEqual(
              typeof value === 'object' ? expect.objectContaining(value as object) : value,
            );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('puts values into layers, and into keys that the rest does not have', () => {
    const layers = `sparsity: { density: 0.06 }\nversion: 1\nmodel:\n  layers:\n    - { name: fc1, linear: { in: 784, out: 32 } }\n    - { name: fc2, linear: { in: 32, out: 10 } }\n`;
    const { trials, issues } = sweepOf(
      `${layers}sweep: { 'model.layers[0].linear.bias': [true, false], sparsity.layers.fc1: [0.06] }\n`,
    );
    expect(issues).toEqual([]);
    expect(trials.map(({ text }) => checkConfig(text, 'yaml').config)).toMatchObject([
      { model: { layers: [{ linear: { bias: true } }, {}] }, sparsity: { layers: { fc1: 0.06 } } },
      { model: { layers: [{ linear: { bias: false } }, {}] }, sparsity: { layers: { fc1: 0.06 } } },
    ]);
  });

  it('may have what the rest lacks', () => {
    const { trials, issues } = sweepOf(
      'version: 1\nsweep: { model.preset: [mlp-7, resnet-20], data.source: [synthetic-digits] }\n',
    );
    expect(trials).toHaveLength(2);
    expect(issues.map(({ severity }) => severity)).not.toContain('error');
  });

  it('has the plan of its first trial', () => {
    const { plan, config } = checkConfig(`${head}sweep: { sparsity.density: [0.5, 0.1] }\n`, 'yaml');
    expect([plan!.density, config!.sparsity.density]).toEqual([expect.closeTo(0.5, 3), 0.5]);
  });

  it('tells what all trials share once, as of one config', () => {
    const text = `${head}probes: { jacobian: { samples: 700 } }\n`;
    expect(messages(`${text}sweep: { seed: [1, 2, 3], sparsity.density: [0.1, 0.2] }\n`)).toEqual(messages(text));
  });

  it('tells of a combination that cannot be had where its value is, and the others can', () => {
    const text = `${head}sparsity: { distribution: uniform }\nsweep:\n  sparsity.init: [base, eoi]\n  sparsity.density: [0.005, 0.5]\n  seed: [1, 2]\n`;
    const { issues, trials } = sweepOf(text);
    expect(trials).toHaveLength(8);
    const [issue, ...others] = issues;
    expect(others).toEqual([]);
    expect(text.slice(issue.range.start.offset, issue.range.end.offset)).toBe('0.005');
    expect([issue.severity, issue.code]).toEqual(['warning', 'config.density-too-low']);
    expect(issue.message).toMatch(
      / So 2 of 8 trials fail, the first is 0005 \(sparsity\.init: eoi, sparsity\.density: 0\.005, seed: 1\)\.$/,
    );
  });

  it('is an error when no combination can be had', () => {
    const { issues, count } = sweepOf(`${head}sweep: { sparsity.density: [0.0001, 0.0002] }\n`);
    expect(issues.map(({ severity }) => severity)).toEqual(['error', 'error']);
    expect(count).toBeUndefined();
  });

  it('does not call a key idle that has an effect in some trials', () => {
    const text = `${head}sparsity: { eoi: { angles: { fixed: 80 } } }\nsweep: { sparsity.init: [base, eoi] }\n`;
    expect(messages(text)).toEqual([]);
    expect(
      messages(`${head}sweep: { sparsity.init: [base, eoi], sparsity.base: [orthogonal, kaiming-normal] }\n`),
    ).toEqual([expect.stringMatching(/^`sparsity\.base` has no effect: .* So in 2 of 4 trials, the first is 0003/)]);
  });

  it('of many trials only so many are checked when asked, and all values are read', () => {
    const seeds = Array.from({ length: 60 }, (_, i) => `0.${i + 101}`).join(', ');
    const text = `${head}sweep: { sparsity.density: [${seeds}], train.optimizer.learningRate: [${seeds}, -1] }\n`;
    expect(checkConfig(text, 'yaml', { mostTrials: 4 }).issues.map(({ code }) => code)).toEqual([
      'config.out-of-range',
    ]);
  });

  it('of deep networks fewer are checked then, so that typing is not held up', () => {
    const grid = (depth: number): string =>
      `version: 1\nmodel: { preset: mlp, depth: ${depth} }\nsparsity: { density: 0.2 }\n` +
      `sweep: { sparsity.density: [0.2, 0.0001, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] }\n`;
    const found = (depth: number, most: number): number =>
      checkConfig(grid(depth), 'yaml', { mostTrials: most }).issues.length;
    expect([found(7, 50), found(1000, 50), found(1000, Infinity)]).toEqual([1, 0, 1]);
  });
});
