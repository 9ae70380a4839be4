/** Files made to hurt: each ends in issues, none in an exception, a hang or a flood. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { completionsAt } from '../../../src/config/complete';
import { Rng } from '../../../src/core/rng';

const head = 'version: 1\nmodel: { preset: mlp-7 }\n';
const codes = (text: string, format: 'yaml' | 'json' = 'yaml'): string[] => [
  ...new Set(checkConfig(text, format).issues.map(({ code }) => code)),
];

const bomb = Array.from({ length: 9 }, (_, i) => {
  const inner = i === 0 ? '1' : `*a${i - 1}`;
  return `a${i}: &a${i} [${Array.from({ length: 9 }, () => inner).join(', ')}]\n`;
}).join('');

/** Each line is within the bound, together they are not. */
const tower = Array.from({ length: 10 }, (_, i) => {
  const inner = i === 0 ? '1' : `*b${i - 1}`;
  return `b${i}: &b${i} ${'['.repeat(60)}${inner}${']'.repeat(60)}\n`;
}).join('');

describe('a file made to hurt', () => {
  const cases: Record<string, [text: string, codes: string[]]> = {
    'more than a MiB': [`${head}# ${'x'.repeat(2 ** 20)}`, ['config.too-large']],
    'nested aliases': [`${head}${bomb}seed: *a8\n`, ['config.too-many-aliases']],
    brackets: ['['.repeat(100_000), ['config.too-deep']],
    dashes: ['- '.repeat(50_000), ['config.too-deep']],
    indentation: [Array.from({ length: 1_300 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), ['config.too-deep']],
    'depth by aliases': [`${head}${tower}seed: *b9\n`, ['config.too-deep']],
    'question marks': ['? '.repeat(50_000), ['config.too-deep']],
    'a key __proto__': [`${head}__proto__: { seed: 2 }\n`, ['config.unknown-key']],
    'a key constructor': [`${head}constructor: 1\n`, ['config.unknown-key']],
    'toString as a layer key': ['version: 1\nmodel: { layers: [{ toString: 1 }] }\n', ['config.wrong-type']],
    'eighty thousand keys': [
      head + Array.from({ length: 80_000 }, (_, i) => `k${i}: 1\n`).join(''),
      ['config.unknown-key'],
    ],
    NUL: [`${head}name: "\\0"\n`, ['config.bad-name']],
    'lone surrogates': [`${head}name: \ud800\n`, ['config.bad-name']],
    'a key of half a MiB': [`${head}${'k'.repeat(2 ** 19)}: 1\n`, ['config.syntax']],
    'a word of half a MiB': [`${head}data: { source: ${'k'.repeat(2 ** 19)} }\n`, ['config.not-one-of']],
  };

  // By name only: a runner that prints half a MiB as a title does not survive it.
  it.each(Object.keys(cases))('%s', (name) => {
    const [text, expected] = cases[name];
    expect(codes(text)).toEqual(expected);
    for (const { message } of checkConfig(text, 'yaml').issues) expect(message.length).toBeLessThan(400);
  });

  it('JSON brackets', () => {
    expect(codes('['.repeat(100_000), 'json')).toEqual(['config.too-deep']);
    expect(codes('{"a":'.repeat(100_000), 'json')).toEqual(['config.too-deep']);
  });

  it('adds nothing to the prototype', () => {
    checkConfig(`${head}__proto__: { polluted: true }\n`, 'yaml');
    checkConfig('{ "version": 1, "model": { "preset": "mlp-7" }, "__proto__": { "polluted": true } }', 'json');
    expect('polluted' in {}).toBe(false);
  });

  it('lists a hundred issues at most, errors first', () => {
    const steps = Array.from({ length: 500 }, (_, i) => 1_000_000 + i).join(', ');
    const { issues } = checkConfig(
      `${head}probes: { jacobian: { at: [${steps}] } }\ntrain: { batchSize: 6000 }\n`,
      'yaml',
    );
    expect(issues).toHaveLength(100);
    expect(issues.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'config.batch-too-large',
    ]);
  });

  it('refuses a network of more than memory holds before anything is allocated', () => {
    const size = 16_384;
    const entries = [
      `{ name: fc0, linear: { in: 784, out: ${size} } }`,
      ...Array.from({ length: 4 }, (_, i) => `{ name: h${i}, linear: { in: ${size}, out: ${size} } }`),
      `{ name: last, linear: { in: ${size}, out: 10 } }`,
    ];
    expect(codes(`version: 1\nmodel: { layers: [${entries.join(', ')}] }\n`)).toEqual(['config.network-too-large']);
  });

  it('plans a thousand layers, and no more', () => {
    const network = (middle: number): string =>
      `version: 1\nmodel:\n  layers:\n    - { name: first, linear: { in: 784, out: 10 } }\n` +
      Array.from({ length: middle }, (_, i) => `    - { name: h${i}, linear: { in: 10, out: 10 } }\n`).join('') +
      'sparsity: { density: 0.5 }\n';
    expect(checkConfig(network(999), 'yaml').plan!.layers).toHaveLength(1_000);
    expect(codes(network(1_000))).toEqual(['config.too-many-layers']);
    expect(codes(network(10_000))).toEqual(['config.list-length']);
  });
});

describe('mutated configs', () => {
  const seeds = [
    `${head}data: { source: mnist, path: ./data }\nsparsity:\n  density: 0.1\n  eoi: { angles: { list: [30, 60] } }\n`,
    'version: 1\nmodel:\n  layers:\n    - { name: fc1, linear: { in: 784, out: 10 } }\n    - { activation: tanh }\nprobes: { jacobian: { at: [0, end] } }\n',
    '{ "version": 1, "model": { "preset": "mlp-7" }, "train": { "epochs": 1, "optimizer": { "nesterov": false } } }',
  ];
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '\n',
    '\t',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '---\n',
    '0',
    '-1',
    '1e999',
    '.nan',
    'null',
    '~',
    '%',
    '😀',
    '\r',
    '\uFEFF',
    ',',
  ];

  it('always end in issues or in a plan, and every issue is in the text', () => {
    const rng = Rng.fromSeed(7).split('mutated configs');
    for (let n = 0; n < 4_000; n++) {
      let text = seeds[rng.below(seeds.length)];
      for (let edits = 1 + rng.below(4); edits > 0; edits--) {
        const at = rng.below(text.length + 1);
        const piece = rng.below(3) === 0 ? '' : pieces[rng.below(pieces.length)];
        text = text.slice(0, at) + piece + text.slice(at + rng.below(4));
      }
      for (const format of ['yaml', 'json'] as const) {
        const { issues, config, plan } = checkConfig(text, format);
        const refused = issues.some(({ severity }) => severity === 'error');
        if (refused === (plan !== undefined) || refused === (config !== undefined))
          throw new Error(`neither refused nor planned: ${JSON.stringify(text)}`);
        for (const { range, message } of issues)
          if (range.end.offset > text.length || range.start.offset > range.end.offset || message === '')
            throw new Error(`an issue outside the text: ${JSON.stringify(text)}`);
      }
      if (n % 10 === 0) completionsAt(text, rng.below(text.length + 1));
    }
  });
});
