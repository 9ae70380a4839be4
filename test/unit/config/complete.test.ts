import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../src/core/presets';
import { checkConfig } from '../../../src/config/check';
import { completionsAt } from '../../../src/config/complete';

/** Completions where `|` stands. */
const at = (marked: string): ReturnType<typeof completionsAt> =>
  completionsAt(marked.replace('|', ''), marked.indexOf('|'));
const labels = (marked: string): string[] => at(marked).map(({ label }) => label);

const besideDensity = [
  'distribution',
  'layers',
  'init',
  'base',
  'fan',
  'gain',
  'eoi',
  'ai',
  'sao',
  'synflow',
  'update',
];
const dataKeys = ['source', 'path', 'validation', 'augment', 'files', 'layout', 'channels', 'size', 'onCorrupt'];
const kinds = [
  'linear',
  'conv',
  'activation',
  'batchNorm',
  'layerNorm',
  'pool',
  'reshape',
  'embedding',
  'position',
  'attention',
  'squeezeExcite',
  'again',
];
const head = 'version: 1\nmodel: { preset: mlp-7 }\n';

describe('completion of keys', () => {
  it.each([
    [
      'an empty file',
      '|',
      ['version', 'name', 'seed', 'model', 'data', 'sparsity', 'sharing', 'train', 'compute', 'probes', 'sweep'],
    ],
    [
      'the end of a file',
      `${head}|`,
      ['name', 'seed', 'data', 'sparsity', 'sharing', 'train', 'compute', 'probes', 'sweep'],
    ],
    [
      'a config that is sparse: nothing is shared then',
      `${head}|\nsparsity: { density: 0.1 }\n`,
      ['name', 'seed', 'data', 'train', 'compute', 'probes', 'sweep'],
    ],
    [
      'a config that shares: nothing is sparse then',
      `${head}|\nsharing: {}\n`,
      ['name', 'seed', 'data', 'train', 'compute', 'probes', 'sweep'],
    ],
    [
      'a word begun',
      `${head}spa|\nseed: 1\n`,
      ['name', 'data', 'sparsity', 'sharing', 'train', 'compute', 'probes', 'sweep'],
    ],
    ['an empty block', `${head}data:\n  |\nseed: 1\n`, dataKeys],
    ['a block with keys', `${head}sparsity:\n  density: 0.1\n  |\n`, besideDensity],
    ['braces', `${head}sparsity: { | }\n`, ['density', ...besideDensity]],
    ['braces after a comma', `${head}sparsity: { density: 0.1, i| }\n`, besideDensity],
    ['braces not closed', `${head}sparsity: { density: 0.1, |`, besideDensity],
    [
      'a deeper block',
      `${head}train:\n  optimizer:\n    name: sgd\n    |`,
      ['learningRate', 'momentum', 'nesterov', 'weightDecay', 'decayAll'],
    ],
    [
      'model with a preset',
      'version: 1\nmodel: { preset: mlp-7, | }\n',
      ['activation', 'depth', 'width', 'widths', 'blocks'],
    ],
    ['a new layer', 'version: 1\nmodel:\n  layers:\n    - |\n', ['name', ...kinds, 'residual', 'shortcut']],
    [
      'a layer with a name',
      'version: 1\nmodel:\n  layers:\n    - { name: fc1, | }\n',
      kinds.filter((kind) => !['activation', 'pool', 'reshape', 'again'].includes(kind)),
    ],
    [
      'a size',
      'version: 1\nmodel:\n  layers:\n    - { name: fc1, linear: { in: 784, | } }\n',
      ['out', 'bias', 'dense', 'stack'],
    ],
    ['CRLF', `${head}data:\n  |\n`.replaceAll('\n', '\r\n'), dataKeys],
  ])('in %s', (_, marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });

  it('replaces the whole word under the cursor, and keeps a colon that is there', () => {
    const text = `${head}tr|ain:\n  epochs: 2\n`;
    const [train] = at(text).filter(({ label }) => label === 'train');
    expect(train).toMatchObject({ snippet: 'train', span: { start: head.length, end: head.length + 5 } });
  });

  it('goes on to the value: a default to type over, a list of words, the next line', () => {
    const snippets = Object.fromEntries(at(`${head}sparsity:\n  |\n`).map(({ label, snippet }) => [label, snippet]));
    expect(snippets).toEqual({
      density: 'density: ${1:0.1}',
      distribution: 'distribution: $0',
      init: 'init: $0',
      layers: 'layers:\n  $0',
      base: 'base: $0',
      fan: 'fan: $0',
      gain: 'gain:\n  $0',
      eoi: 'eoi:\n  $0',
      ai: 'ai:\n  $0',
      sao: 'sao:\n  $0',
      synflow: 'synflow:\n  $0',
      update: 'update:\n  $0',
    });
    expect(at(`${head}sparsity: { | }\n`).at(-1)!.snippet).toBe('update: { $0 }');
  });

  it('knows where no key of ours can be', () => {
    expect(labels(`${head}seed: 1 # |\n`)).toEqual([]);
    expect(labels(`${head}banana:\n  |\n`)).toEqual([]);
    expect(labels(`${head}name: x y |\n`)).toEqual([]);
  });
});

describe('completion in a sweep', () => {
  it('offers paths of keys, each with a list, and not what is swept', () => {
    const offered = at(`${head}sweep:\n  sparsity.density: [0.1]\n  |\n`);
    const paths = offered.map(({ label }) => label);
    expect(paths).toEqual(expect.arrayContaining(['seed', 'sparsity.init', 'train.optimizer.learningRate']));
    for (const none of ['version', 'name', 'sweep', 'sparsity', 'sparsity.density']) expect(paths).not.toContain(none);
    expect(offered.find(({ label }) => label === 'seed')!.snippet).toBe('seed: [$0]');
  });

  it('takes a path with its dots for one word', () => {
    const text = `${head}sweep:\n  sparsity.in|\n`;
    const start = text.indexOf('sparsity.in');
    expect(at(text).find(({ label }) => label === 'sparsity.init')).toMatchObject({
      span: { start, end: start + 'sparsity.in'.length },
    });
  });

  it('knows the words of a swept key', () => {
    expect(labels(`${head}sweep:\n  sparsity.init: [eoi, |]\n`)).toEqual(['base', 'ai', 'sao', 'eoi', 'eis']);
    expect(labels(`${head}sweep:\n  data.augment: [[|]]\n`)).toEqual(['crop', 'flip']);
  });
});

describe('completion of words', () => {
  it.each([
    [`${head}sparsity: { init: | }\n`, ['base', 'ai', 'sao', 'eoi', 'eis']],
    [`${head}sparsity:\n  init: |\n  density: 0.1\n`, ['base', 'ai', 'sao', 'eoi', 'eis']],
    [`${head}sparsity:\n  init: eo|\n`, ['base', 'ai', 'sao', 'eoi', 'eis']],
    [`${head}train: { optimizer: { nesterov: | } }\n`, ['true', 'false']],
    [`${head}probes: { jacobian: { at: [0, |] } }\n`, ['end']],
    [`${head}sparsity: { eoi: { angles: | } }\n`, ['uniform', '{ fixed: ... }', '{ range: ... }', '{ list: ... }']],
    ['version: 1\nmodel:\n  preset: |\n', presetNames],
    [`${head}seed: |\n`, []],
  ])('%j', (marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });

  it('explains each', () => {
    const eoi = at(`${head}sparsity:\n  init: |\n`).find(({ label }) => label === 'eoi');
    expect(eoi!.documentation).toMatch(/Givens/);
  });

  it('offers only what the check accepts', () => {
    for (const { snippet, span } of at(`${head}data: { path: x, source: | }\n`)) {
      const text = `${head}data: { path: x, source:  }\n`;
      const filled = text.slice(0, span.start) + snippet + text.slice(span.end);
      expect(checkConfig(filled, 'yaml').config?.data.source).toBe(snippet);
    }
  });
});
