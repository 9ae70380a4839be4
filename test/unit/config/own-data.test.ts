import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { parseConfig } from '../../../src/config/parse';
import type { DataFacts } from '../../../src/core/data-sets';

/** Checked as by somebody who has looked at the data and found this. */
const check = (text: string, facts?: Partial<DataFacts>) => {
  const { config } = parseConfig(text, 'yaml');
  const looked = config &&
    facts && [{ data: config.data, facts: { inputs: 12, classes: 4, examples: 500, tests: 0, ...facts } }];
  return checkConfig(text, 'yaml', { looked });
};

const codes = (data: string, facts?: Partial<DataFacts>, rest = 'model: { preset: mlp-7 }') =>
  check(`version: 1\n${rest}\ndata: { ${data} }\n`, facts).issues.map(({ code, path }) => `${code} ${path}`);

describe('files that a look did not find', () => {
  const problem = { code: 'data.file-missing', message: 'There is none.' };
  const look = (text: string) => {
    const { config } = parseConfig(text, 'yaml');
    return checkConfig(text, 'yaml', { looked: [{ data: config!.data, problem }] });
  };
  const text = 'version: 1\nmodel: { preset: mlp-7 }\ndata: { source: mnist, path: ./here }\n';

  it('are told at data.path, and the network is planned where the name says for what', () => {
    const { issues, plan } = look(text);
    expect(issues).toMatchObject([{ ...problem, severity: 'error', path: 'data.path' }]);
    expect(text.slice(issues[0].range.start.offset, issues[0].range.end.offset)).toBe('./here');
    expect(plan?.weights).toBe(129_400);
    const own = look(text.replace('mnist', 'npy'));
    expect(own.issues).toMatchObject([problem]);
    expect([own.config, own.plan]).toEqual([undefined, undefined]);
  });

  it('are nothing to a config that names other data', () => {
    const { config } = parseConfig(text.replace('./here', './there'), 'yaml');
    expect(checkConfig(text, 'yaml', { looked: [{ data: config!.data, problem }] }).issues).toEqual([]);
  });
});

describe('a config on data of the person', () => {
  it('is planned when somebody has looked, and found right as far as it goes when nobody has', () => {
    const text = 'version: 1\nmodel: { preset: mlp-7 }\ndata: { source: npy, path: . }\n';
    const unseen = checkConfig(text, 'yaml');
    expect(unseen.issues).toEqual([]);
    expect(unseen.config).toBeDefined();
    expect(unseen.plan).toBeUndefined();
    const { plan, issues } = check(text, {});
    expect(issues).toEqual([]);
    expect(plan?.layers.map(({ rows, columns }) => [rows, columns])).toEqual([
      [100, 12],
      ...Array.from({ length: 5 }, () => [100, 100]),
      [4, 100],
    ]);
    expect(plan?.network).not.toHaveProperty('picture');
  });

  it('that looks like channels last is mended to be read so', () => {
    const text = 'version: 1\nmodel: { preset: mlp-7 }\ndata:\n  source: npy\n  path: .\n';
    const [{ severity, suggestion, range }] = check(text, { picture: [8, 8, 3] }).issues;
    expect(severity).toBe('warning');
    const mended = text.slice(0, range.start.offset) + suggestion!.text + text.slice(range.end.offset);
    expect(mended).toContain('data:\n  source: npy\n  layout: channels-last\n  path: .\n');
  });

  it.each([
    ['source: npy', undefined, undefined, ['config.data-path-missing data.source']],
    ['source: npy, path: ., augment: [crop]', {}, undefined, ['config.augment-needs-pictures data.augment']],
    ['source: npy, path: ., augment: [crop]', { picture: [3, 2, 2] }, undefined, []],
    ['source: npy, path: .', {}, 'model: { preset: resnet-20 }', ['config.preset-needs-picture model.preset']],
    [
      'source: npy, path: .',
      { examples: 100 },
      undefined,
      ['config.batch-too-large train.batchSize', 'config.fewer-samples probes.jacobian.samples'],
    ],
    ['source: npy, path: ., validation: 0', {}, undefined, ['config.no-test-examples data.validation']],
    ['source: npy, path: ., validation: 0', { tests: 40 }, undefined, []],
    ['source: npy, path: .', { picture: [32, 32, 3] }, undefined, ['config.maybe-channels-last data.source']],
    ['source: npy, path: .', { picture: [28, 28, 1] }, undefined, ['config.maybe-channels-last data.source']],
    ['source: npy, path: ., layout: channels-first', { picture: [28, 28, 1] }, undefined, []],
    ['source: npy, path: ., layout: channels-last', { picture: [28, 28, 1] }, undefined, []],
    ['source: npy, path: .', { picture: [3, 5, 3] }, undefined, []],
    ['source: npy, path: .', { picture: [2, 2, 2] }, undefined, []],
    ['source: npy, path: ., size: 3', {}, undefined, ['config.no-effect data.size']],
    ['source: image-folder, path: ., layout: channels-last', undefined, undefined, ['config.no-effect data.layout']],
    ['files: { inputs: a.npy }', undefined, undefined, ['config.no-effect data.files']],
  ] as const)('%s with %j is told %s', (data, facts, rest, expected) => {
    expect(codes(data, facts, rest)).toEqual(expected);
  });
});

describe('an embedding', () => {
  const table = '{ name: table, embedding: { size: 50, width: 8 } }';
  const rest = '{ reshape: mean }, { name: fc, linear: { in: 8, out: 4 } }';
  const npy = 'source: npy, path: .';
  const all = 'sparsity: { density: 1 }';

  it.each([
    [npy, { whole: true }, `${table}, ${rest}`, []],
    [npy, {}, `${table}, ${rest}`, ['config.embedding-needs-whole-numbers model.layers[0]']],
    [npy, { whole: true, picture: [1, 3, 4] }, `${table}, ${rest}`, ['config.wrong-input model.layers[0]']],
    ['source: synthetic-digits', undefined, `${table}, ${rest}`, ['config.wrong-input model.layers[0]']],
    [
      npy,
      { whole: true },
      `{ name: fc0, linear: { in: 12, out: 12 } }, ${table}, ${rest}`,
      ['config.embedding-not-first model.layers[1]'],
    ],
    [
      npy,
      { whole: true },
      `{ residual: [${table}], shortcut: [] }, ${rest}`,
      ['config.embedding-not-first model.layers[0].residual[0]'],
    ],
  ] as const)('%s, %j, %s', (data, facts, layers, expected) => {
    expect(codes(data, facts as Partial<DataFacts>, `model: { layers: [${layers}] }\n${all}`)).toEqual(expected);
  });

  it('counts as parameters, but not as weights that a density is a share of', () => {
    const { plan } = check(`version: 1\nmodel: { layers: [${table}, ${rest}] }\ndata: { ${npy} }\n${all}\n`, {
      whole: true,
    });
    expect(plan).toMatchObject({ weights: 32, parameters: 50 * 8 + 32 + 4 });
  });

  it.each(['synflow', 'grasp'])('is what %s sees through', (distribution) => {
    const model = `model: { layers: [${table}, ${rest}] }\nsparsity: { distribution: ${distribution} }`;
    expect(codes(npy, { whole: true }, model)).toEqual([]);
  });
});
