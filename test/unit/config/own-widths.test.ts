/** Narrower layers of one's own: shapes stay consistent, what is given by the data and by heads and groups stays as it is. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { equalMemory } from '../../../src/config/equal-memory';
import { parametersOf } from '../../../src/core/network';

const facts = { inputs: 20, classes: 4, examples: 500, tests: 0, whole: true } as const;

const pictures = `
  - { name: c1, conv: { in: 3, out: 48 } }
  - { name: n1, batchNorm: { size: 48 } }
  - { activation: relu }
  - { name: d1, conv: { in: 48, out: 96, groups: 48 } }
  - { name: g1, conv: { in: 96, out: 64, kernel: [1, 3], groups: 4, bias: false } }
  - { name: s1, squeezeExcite: { channels: 64, reduced: 24 } }
  - residual:
      - { name: r1, conv: { in: 64, out: 80 } }
      - { activation: relu }
      - { name: r2, conv: { in: 80, out: 40 } }
    shortcut:
      - { name: r3, conv: { in: 64, out: 40, kernel: 1 } }
  - { pool: { size: 8 } }
  - { reshape: flatten }
  - { name: f1, linear: { in: 640, out: 60, stack: 3 } }
  - { name: f2, linear: { in: 60, out: 60 } }
  - { again: f2 }
  - { name: f3, linear: { in: 60, out: 10 } }`;

const tokens = `
  - { name: words, embedding: { size: 500, width: 32 } }
  - { name: at, position: { tokens: 20, size: 32 } }
  - residual:
      - { name: ln, layerNorm: { size: 32 } }
      - { name: att, attention: { size: 32, heads: 4 } }
  - residual:
      - { name: up, linear: { in: 32, out: 128 } }
      - { activation: gelu }
      - { name: down, linear: { in: 128, out: 32 } }
  - { reshape: mean }
  - { name: head, linear: { in: 32, out: 4 } }`;

const config = (layers: string, compression: number, sharing = ''): string =>
  `version: 1\nmodel:\n  layers:${layers.replaceAll('\n', '\n  ')}\ndata: { source: synthetic-images }\nsharing: { compression: ${compression}${sharing} }\n`;

type Entry = { name?: string; residual?: Entry[]; shortcut?: Entry[] };
type Sizes = Record<string, number>;

/** Each by its name, with its sizes. */
const byName = (layers: readonly Entry[]): Record<string, Sizes> =>
  Object.fromEntries(
    layers.flatMap(({ name, residual = [], shortcut = [], ...kind }): [string, Sizes][] => {
      const [sizes] = Object.values<Sizes>(kind);
      return name === undefined ? Object.entries(byName([...residual, ...shortcut])) : [[name, sizes]];
    }),
  );

const thinnerOf = (text: string, looked: Parameters<typeof equalMemory>[2] = {}) => {
  const { variants, left, budget } = equalMemory(text, 'yaml', looked);
  const thinner = variants.find(({ name }) => name === 'thinner');
  const model = thinner?.settings['model'] as { layers: Entry[] } | undefined;
  return { thinner, left, budget, layers: model?.layers };
};

describe('narrower layers of one own', () => {
  it.each([2, 5, 20])('meet a budget of a 1/%i, with groups, residuals, ties and stacks that fit', (compression) => {
    const { thinner, layers } = thinnerOf(config(pictures, compression));
    // What does not fit together would have been left out with the reason.
    expect(Math.abs(thinner!.off)).toBeLessThanOrEqual(0.01);
    const at = byName(layers!);
    expect([at['c1']['in'], at['f3']['out'], at['g1']['groups'], at['f1']['stack']]).toEqual([3, 10, 4, 3]);
    expect(at['d1']).toEqual({ in: at['c1']['out'], out: 2 * at['c1']['out'], groups: at['c1']['out'] });
    expect(at['n1']['size']).toBe(at['c1']['out']);
    expect([at['g1']['out'] % 4, at['g1']['in'] % 4, at['f1']['out'] % 3]).toEqual([0, 0, 0]);
    expect(at['f1']['in']).toBe(16 * at['r2']['out']);
    expect(at['r3']['out']).toBe(at['r2']['out']);
    expect([at['f2']['in'], at['f2']['out']]).toEqual([at['f1']['out'], at['f1']['out']]);
    expect(at['c1']['out']).toBeLessThan(48);
  });

  it('keep their proportions, and what is written beside the sizes', () => {
    const { layers } = thinnerOf(config(pictures, 4));
    const at = byName(layers!);
    for (const [name, key, whole] of [
      ['c1', 'out', 48],
      ['r1', 'out', 80],
      ['s1', 'reduced', 24],
    ] as const)
      expect(Math.abs(at[name][key] / whole - 0.5), name).toBeLessThan(0.2);
    expect(at['g1']).toMatchObject({ kernel: [1, 3], bias: false });
    expect(Object.keys(at['c1'])).toEqual(['in', 'out']);
  });

  it('have heads that divide, and the rows and tokens that the data has', () => {
    const text = config(tokens, 4, ', include: { names: [att-*, up, down, head] }').replace(
      '{ source: synthetic-images }',
      '{ source: npy, path: . }',
    );
    const { data } = checkConfig(text, 'yaml').config!;
    const { layers, thinner } = thinnerOf(text, { looked: [{ data, facts }] });
    expect(Math.abs(thinner!.off)).toBeLessThanOrEqual(0.01);
    const at = byName(layers!);
    expect(at['words']['size']).toBe(500);
    expect(at['at']['tokens']).toBe(20);
    expect(at['att']['heads']).toBe(4);
    expect(at['att']['size'] % 4).toBe(0);
    for (const size of [at['at']['size'], at['ln']['size'], at['att']['size'], at['up']['in'], at['down']['out']])
      expect(size).toBe(at['words']['width']);
    expect(at['up']['out']).toBe(at['down']['in']);
  });

  const linears = (hidden: number): string => `
  - { name: a, linear: { in: 3072, out: ${hidden} } }
  - { activation: relu }
  - { name: b, linear: { in: ${hidden}, out: 10 } }`;
  const reasonOf = (text: string): string =>
    equalMemory(text, 'yaml').left.find(({ name }) => name === 'thinner')!.reason;

  it('are told where there are none', () => {
    const small = reasonOf(config(linears(30), 60));
    // One value wide: 3072 + 1 + 10 + 10.
    expect(small).toMatch(
      /narrowest have 3,093, the smallest budget that can be met \(sharing\.compression of at most/,
    );
    const compression = Number(/at most ([\d.]+)\)/.exec(small)![1]);
    expect(thinnerOf(config(linears(30), compression)).thinner).toBeDefined();
    expect(reasonOf(config(linears(30), 20))).toMatch(
      /^No widths of your own layers .* the nearest have (3,093|6,176)\.$/,
    );
    const alone = '\n  - { name: a, linear: { in: 3072, out: 10 } }';
    expect(reasonOf(config(alone, 4))).toMatch(/^Layers of your own .* cannot be narrower\./);
  });

  it('are not fewer', () => {
    const { left } = thinnerOf(config(linears(300), 10));
    expect(left.map(({ name }) => name)).toEqual(['shallower']);
    expect(left[0].reason).toMatch(/not known which may be left out/);
  });

  it('count what they are said to', () => {
    const text = config(pictures, 3);
    const { thinner, layers } = thinnerOf(text);
    const json = JSON.stringify({ version: 1, model: { layers }, data: { source: 'synthetic-images' } });
    expect(parametersOf(checkConfig(json, 'json').plan!.network)).toBe(thinner!.stored);
  });
});
