import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { equalMemory } from '../../../src/config/equal-memory';

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
      expect(Math.abs(off), name).toBeLessThanOrEqual(['thinner', 'shallower'].includes(name) ? 0.01 : 0.001);
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
    expect(variants.map(({ name }) => name)).toEqual(['stable-rps', 'roast', 'thinner', 'shallower']);
  });

  const reasonsOf = (text: string): Map<string, string> =>
    new Map(equalMemory(text, 'yaml').left.map(({ name, reason }) => [name, reason]));
  const pruned = ['rand', 'mag', 'snip', 'synflow', 'grasp', 'ltr'];
  const smaller = ['thinner', 'shallower'];

  it('says what the smallest budget is where none can be met, and the compression that leaves it', () => {
    const reasons = reasonsOf(config('{ preset: mlp-7 }', '{ compression: 500 }'));
    expect([...reasons.keys()]).toEqual(expect.arrayContaining(smaller));
    // One wide: 3072 + 1, five times 1 + 1, ten times 1 + 1; of two layers without the five.
    expect(reasons.get('thinner')).toMatch(/one value or channel wide it has 3,103, the smallest budget/);
    expect(reasons.get('shallower')).toMatch(/it has 3,093, /);
    for (const name of smaller) {
      const compression = /at most ([\d.]+)\)/.exec(reasons.get(name)!)![1];
      expect(reasonsOf(config('{ preset: mlp-7 }', `{ compression: ${compression} }`)).has(name)).toBe(false);
    }
  });

  it('says that nothing is to be pruned or made smaller without compression', () => {
    const reasons = reasonsOf(config('{ preset: mlp-7 }', '{ compression: 1 }'));
    expect([...reasons.keys()]).toEqual([...pruned, ...smaller]);
    for (const reason of reasons.values()) expect(reason).toMatch(/^The memory leaves 358,810 stored parameters/);
  });

  it('says what pruning cannot do where an embedding is shared, or nothing but one', () => {
    const facts = { inputs: 20, classes: 4, examples: 500, tests: 0, whole: true } as const;
    const compared = (fc: string, sharing: string) => {
      const layers = `{ name: words, embedding: { size: 100, width: 40 } }, { reshape: mean }, { name: fc, linear: ${fc} }`;
      const text = `version: 1\nmodel: { layers: [${layers}] }\ndata: { source: npy, path: . }\nsharing: ${sharing}\n`;
      const { data } = checkConfig(text, 'yaml').config!;
      return equalMemory(text, 'yaml', { looked: [{ data, facts }] });
    };
    const { left, budget } = compared('{ in: 40, out: 4 }', '{ compression: 4 }');
    expect(budget).toBe(4160 / 4 + 4);
    expect(left.map(({ name }) => name)).toEqual([...pruned, 'shallower']);
    expect(left[0].reason).toMatch(
      /embeddings and dense layers, 4,004 parameters, more than the budget of 1,044\. Leave the embedding out of sharing\.include\.names\.$/,
    );
    expect(
      compared('{ in: 40, out: 4 }', '{ compression: 4, include: { names: [fc] } }').left.map(({ name }) => name),
    ).toEqual(['shallower']);
    const alone = compared('{ in: 40, out: 4, dense: true }', '{ compression: 4 }');
    expect(alone.budget).toBe(4000 / 4 + 164);
    expect(alone.variants.map(({ name, stored }) => [name, stored])).toEqual([
      ['stable-rps', 1164],
      ['roast', 1164],
    ]);
    expect(alone.left[0].reason).toMatch(/nothing to prune/);
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

  it('has ROAST for memories of each layer, with tiles that the smallest has room for', () => {
    const { variants, left } = equalMemory(config('{ preset: mlp-7 }', '{ scope: local, compression: 20 }'), 'yaml');
    expect(left).toEqual([]);
    // 1,000 weights of the last layer: 50 locations.
    expect(variants[1].settings).toMatchObject({ sharing: { method: 'roast', scope: 'local', tile: [4, 4] } });
    expect(Math.abs(variants[1].off)).toBeLessThan(0.001);
  });

  it('is refused for a config without sharing', () => {
    expect(() => equalMemory('version: 1\nmodel: { preset: mlp-7 }\n', 'yaml')).toThrow(/has `sharing`/);
    expect(() => equalMemory('version: 2\n', 'yaml')).toThrow(/without a mistake/);
  });
});
