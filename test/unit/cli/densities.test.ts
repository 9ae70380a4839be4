/** `density` and `prune`, held against test/golden/cli: what is drawn is the same on every machine. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import { expectGolden } from '../../golden/golden';
import type { Change } from '../engine/project';
import { cliFixture } from './fixture';
import type { Finished } from './sparsescope';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli, config } = fixture;

const output = 'pruned.safetensors';

/** Under every heading what was printed, JSON with six significant digits; the folder is another one each time. */
const written = (sections: [heading: string, Finished][]): string =>
  sections
    .map(([heading, { code, out, err }]) => {
      expect([code, err], heading).toEqual([0, '']);
      const six = (_: string, value: unknown): unknown =>
        typeof value === 'number' ? Number(value.toPrecision(6)) : value;
      const text = out.startsWith('{') ? `${JSON.stringify(JSON.parse(out), six, 1)}\n` : out;
      return `## ${heading}\n${text.replaceAll(fixture.project.root, 'FOLDER')}`;
    })
    .join('\n');

const convolutions = [
  '{ name: conv1, conv: { in: 1, out: 8, kernel: 3, stride: 2, padding: circular } }',
  '{ activation: tanh }',
  '{ name: conv2, conv: { in: 8, out: 8, kernel: [2, 3], stride: 2, groups: 2, padding: circular } }',
  '{ activation: tanh }',
  '{ name: fc, linear: { in: 392, out: 10 } }',
];

/** Scores that no gradient goes into: those of a backend may differ in their last bits. */
const scored = ['random', 'magnitude', 'synflow'] as const;

describe('density', () => {
  const drawn: [name: string, change: Change][] = [
    ['uniform, eoi', {}],
    ['erk with a layer of its own, base', { distribution: 'erk', init: 'base', sparsity: 'layers: { fc2: 0.5 }' }],
    ['uniform, sao', { density: 0.25, init: 'sao' }],
    ['convolutions, eis', { layers: convolutions, init: 'eis' }],
    ...scored.map((distribution): [string, Change] => [`${distribution}, base`, { distribution, init: 'base' }]),
  ];

  it('prints what each layer was to keep and what it keeps, and answers it with --json', async () => {
    const sections: [string, Finished][] = [];
    for (const [name, change] of drawn) {
      await config(change);
      sections.push([name, await cli('density', 'tiny.sparse.yaml')]);
      sections.push([`${name}, --json`, await cli('density', 'tiny.sparse.yaml', '--json')]);
    }
    expectGolden('cli/density.txt', written(sections));
    expect((await readdir(fixture.project.root)).sort()).toEqual(['data', 'tiny.sparse.yaml']);
  });

  it('needs the data only where scores are of a loss, and tells which file is missing', async () => {
    await rm(join(fixture.project.root, 'data'), { recursive: true });
    await config({ distribution: 'magnitude', init: 'base' });
    expect((await cli('density', 'tiny.sparse.yaml')).code).toBe(0);
    await config({ distribution: 'snip', init: 'base' });
    const { code, out, err } = await cli('density', 'tiny.sparse.yaml');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error data\.file-missing: .*\n$/);
  });
});

describe('a descent of ai with steps that are too long', () => {
  const change = (rate: number): Change => ({
    init: 'ai',
    epochs: 1,
    // What has grown like that is not to be trained.
    learningRate: 1e-9,
    sparsity: `ai: { learningRate: ${rate}, iterations: 4 }`,
  });
  const warned = /^(warning: fc\d: \|\|WWᵀ-σ²I\|\| rose from \S+ to \S+: .*sparsity\.ai\.learningRate .*\n)+$/;

  it.each([
    ['init', ['-o', 'x.safetensors']],
    ['density', []],
    ['run', ['-o', 'out']],
  ])('%s warns, of each layer, and says so with --json', async (command, args) => {
    await config(change(3));
    const { code, err } = await cli(command, 'tiny.sparse.yaml', ...args);
    expect(code).toBe(0);
    expect(err).toMatch(warned);
    await rm(join(fixture.project.root, 'out'), { recursive: true, force: true });
    const json = await cli(command, 'tiny.sparse.yaml', ...args, '--json');
    expect([json.code, json.err]).toEqual([0, err]);
    const { layers } = answer(json) as {
      layers: { name: string; details: { initialResidual: number; residual: number } }[];
    };
    const risen = layers.filter(({ details }) => details.residual > details.initialResidual);
    expect(risen.length).toBeGreaterThan(0);
    expect(err.match(/(?<=^warning: )fc\d/gm)).toEqual(risen.map(({ name }) => name));
  });

  it('is silent where they are short enough', async () => {
    await config(change(0.02));
    expect(await cli('density', 'tiny.sparse.yaml')).toMatchObject({ code: 0, err: '' });
  });
});

describe('prune', () => {
  const prune = (...args: string[]): Promise<Finished> => cli('prune', 'tiny.sparse.yaml', '-o', output, ...args);

  /** Of each layer: the weights kept by its mask in the file; every other weight is zero. */
  const keptInFile = async (): Promise<Record<string, number>> => {
    const file = await openSafetensors(await openFile(join(fixture.project.root, output)));
    const kept: Record<string, number> = {};
    for (const name of ['fc1', 'fc2', 'fc3']) {
      const [mask, weight] = await Promise.all(
        ['mask', 'weight'].map((part) => file.readFloat64(file.get(`layers.${name}.${part}`)!)),
      );
      expect(weight.every((value, i) => (mask[i] === 1) === (value !== 0))).toBe(true);
      kept[name] = mask.reduce((a, b) => a + b);
    }
    const scores = file.tensors.filter((tensor) => tensor.name.endsWith('.score')).length;
    await file.close();
    return { ...kept, scores };
  };

  it('prints what the scores keep, answers it with --json, and writes just that', async () => {
    const sections: [string, Finished][] = [];
    for (const distribution of scored) {
      await config({ distribution, init: 'base' });
      sections.push([distribution, await prune()]);
      const json = await prune('--json');
      sections.push([`${distribution}, --json`, json]);
      const { layers } = answer(json) as { layers: { name: string; nonZeros: number }[] };
      expect(await keptInFile()).toEqual({
        ...Object.fromEntries(layers.map(({ name, nonZeros }) => [name, nonZeros])),
        scores: distribution === 'synflow' ? 0 : 3,
      });
    }
    expectGolden('cli/prune.txt', written(sections));
  });

  it.each(['snip', 'grasp'])('keeps exactly the count by %s, whatever the backend rounds', async (distribution) => {
    await config({ distribution, init: 'base' });
    const json = await prune('--json');
    expect([json.code, json.err]).toEqual([0, '']);
    const { layers } = answer(json) as { layers: { nonZeros: number }[] };
    const total = 784 * 12 + 12 * 12 + 12 * 10;
    expect(layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.3 * total));
    expect((await keptInFile())['scores']).toBe(3);
  });

  it.each<[string, Change]>([
    ['prune in training', { sparsity: 'update: { method: gradual-magnitude }' }],
    ['prune at once', { sparsity: 'update: { method: one-shot }' }],
    ['are led by a pattern', { init: 'eoi', sparsity: 'eoi: { pattern: { nm: [1, 2] } }' }],
    ['are led by a file', { init: 'eoi', sparsity: 'eoi: { pattern: { file: ./no.safetensors } }' }],
  ])('cuts the dense network to the density where the weights %s', async (_, change) => {
    await config({ distribution: 'magnitude', init: 'base', ...change });
    const json = await prune('--json');
    expect(json.code).toBe(0);
    const { layers } = answer(json) as { layers: { nonZeros: number }[] };
    const total = 784 * 12 + 12 * 12 + 12 * 10;
    expect(layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.3 * total));
  });

  it.each<[string, Change, string[], RegExp]>([
    ['shapes decide, not scores', {}, ['-o', output], /^error engine\.not-pruned: .*uniform.*\n$/],
    ['weights are shared', { sharing: 'compression: 4' }, ['-o', output], /error engine\.not-pruned: .*shares.*\n$/],
    [
      'there is no such folder',
      { distribution: 'magnitude', init: 'base' },
      ['-o', 'no/where.safetensors'],
      /^error file\.no-folder: .*\n$/,
    ],
  ])('is refused where %s: one sentence, exit 1, nothing written', async (_, change, args, sentence) => {
    await config(change);
    const { code, out, err } = await cli('prune', 'tiny.sparse.yaml', ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(sentence);
    const json = await cli('prune', 'tiny.sparse.yaml', ...args, '--json');
    expect([json.code, json.err]).toEqual([1, '']);
    expect(answer(json)).toMatchObject({ sparsescope: 1, command: 'prune', ok: false });
    expect((await readdir(fixture.project.root)).sort()).toEqual(['data', 'tiny.sparse.yaml']);
  });
});
