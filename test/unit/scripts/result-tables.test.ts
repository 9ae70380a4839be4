/** The tables of docs/experiments.md, from sweep folders. */
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configMark, staleResults } from '../../../scripts/lib/config-mark.mjs';
import { largestDifferences, pairsOf } from '../../../scripts/lib/curve-table.mjs';
import { experiments, pageOf } from '../../../scripts/lib/experiments.mjs';
import { effortText, readCurves, tableText, withResults } from '../../../scripts/lib/result-tables.mjs';
import { checkConfig } from '../../../src/config/check';
import type { PlainValue } from '../../../src/core/plain-value';
import type { SweepReportData, SweepTrialRecord } from '../../../src/protocol/sweep';
import { Journal } from '../../../src/runs/journal';
import { SweepFolder } from '../../../src/runs/sweep-folder';
import { groupTrials } from '../../../src/runs/sweep-results';
import { readResults } from '../../../src/sweep/results';
import { temporaryFolder } from '../formats/bytes';
import { epochEvent, sampleRecord } from '../runs/samples';

const root = join(import.meta.dirname, '../../..');

type Results = Pick<SweepReportData, 'keys' | 'groups' | 'trials'>;

/** What is told of a sweep folder with these trials; one without an accuracy has failed. */
async function resultsOf(
  keys: string[],
  trials: readonly (SweepTrialRecord & { accuracy?: number })[],
): Promise<Results> {
  const folder = await SweepFolder.create(
    { root: '', directory: join(await temporaryFolder(), 'sweep'), configText: 'version: 1\n' },
    {
      name: 'tiny',
      configPath: '/nowhere.sparse.yaml',
      state: 'failed',
      createdAt: '2025-01-01T00:00:00.000Z',
      backend: 'auto',
      jobs: 1,
      keys,
      trials: trials.map(({ id, values }) => ({ id, values })),
    },
  );
  for (const { id, accuracy } of trials) {
    const run = folder.trial(id);
    await mkdir(run.directory, { recursive: true });
    if (accuracy === undefined) {
      const error = { code: 'train.not-finite', message: 'The loss is no number.' };
      await run.writeRecord(sampleRecord(id, { state: 'failed', error }));
      continue;
    }
    await run.writeRecord(sampleRecord(id, { state: 'completed' }));
    const journal = await Journal.open(run.journalFile);
    journal.append({ ...epochEvent(3, 1), validationAccuracy: accuracy } as ReturnType<typeof epochEvent>);
    journal.close();
  }
  const results = await readResults(folder, await folder.readRecord());
  return { ...groupTrials(keys, results), trials: results };
}

const both: PlainValue[] = [{ preset: 'resnet-32', width: 8 }, { preset: 'mlp' }];
const grid = (accuracies: readonly (number | undefined)[]): Promise<Results> =>
  resultsOf(
    ['model', 'sparsity.density', 'seed'],
    accuracies.map((accuracy, i) => ({
      id: String(i + 1).padStart(4, '0'),
      values: [both[i >> 2], [0.1, 0.5][(i >> 1) & 1], 1 + (i & 1)],
      ...(accuracy !== undefined && { accuracy }),
    })),
  );
const full = [0.5, 0.6, 0.71, 0.73, 0.25, 0.25, 0.9, undefined];

describe('a table of results', () => {
  it('has a row for each setting, with mean and deviation over seeds', async () => {
    const table = tableText(await grid(full), {
      rows: { model: 'model.preset', density: 'sparsity.density' },
      figures: ['accuracy'],
    });
    expect(table.split('\n')).toEqual([
      '| model | density | validation accuracy, % |',
      '| --- | --- | ---: |',
      '| `resnet-32` | `0.1` | 55.0 ± 7.1 |',
      '| `resnet-32` | `0.5` | 72.0 ± 1.4 |',
      '| `mlp` | `0.1` | 25.0 ± 0.0 |',
      // Of one seed there is no deviation, and it is said that the other is missing.
      '| `mlp` | `0.5` | 90.0 (1 of 2) |',
    ]);
  });

  it('has settings along both sides, and a dash where nothing is', async () => {
    const table = tableText(await grid(full.slice(0, 6)), {
      title: 'Accuracy:',
      rows: { model: 'model.preset' },
      columns: { density: 'sparsity.density' },
      figure: 'accuracy',
    });
    expect(table.split('\n')).toEqual([
      'Accuracy:',
      '',
      '| model | 0.1 | 0.5 |',
      '| --- | ---: | ---: |',
      '| `resnet-32` | 55.0 ± 7.1 | 72.0 ± 1.4 |',
      '| `mlp` | 25.0 ± 0.0 | – |',
    ]);
  });

  it('has a value whole where it has no such part', async () => {
    const angles: PlainValue[] = ['uniform', { fixed: 80 }];
    const trials = angles.map((one, i) => ({ id: `000${i + 1}`, values: [one], accuracy: 0.5 }));
    const results = await resultsOf(['sparsity.eoi.angles'], trials);
    const table = tableText(results, { rows: { angles: 'sparsity.eoi.angles.fixed' }, figures: ['accuracy'] });
    expect(table.split('\n').slice(2)).toEqual(['| `uniform` | 50.0 |', '| `80` | 50.0 |']);
  });

  it('refuses what the sweep does not vary, with what it does', async () => {
    const results = await grid(full);
    expect(() => tableText(results, { rows: { init: 'sparsity.init' }, figures: ['loss'] })).toThrow(
      'The sweep does not vary sparsity.init; it varies model, sparsity.density.',
    );
  });

  it('writes small and large figures so that mean and deviation have the same decimals', () => {
    const of = (mean: number, deviation?: number): string =>
      tableText(
        {
          keys: ['a'],
          trials: [],
          groups: [
            {
              values: [1],
              trials: ['0001'],
              completed: 1,
              failed: 0,
              spread: { jacobianMean: { count: 1, mean, deviation } },
            },
          ],
        },
        { rows: { a: 'a' }, figures: ['jacobianMean'] },
      )
        .split('\n')[2]
        .slice('| `1` | '.length, -' |'.length);
    expect(of(0.353, 0.012)).toBe('0.35 ± 0.01');
    expect(of(123, 5)).toBe('123 ± 5');
    expect(of(2.04e-5, 3e-7)).toBe('2.0e-5 ± 3.0e-7');
    expect(of(0, 0)).toBe('0 ± 0');
    expect(of(0)).toBe('0');
    expect(of(1)).toBe('1.0');
    expect(of(0.99999)).toBe('1.0');
    // JSON has no number for it.
    expect(of('NaN' as unknown as number)).toBe('NaN');
  });
});

describe('a table of curves', () => {
  const curve = (name: string, seed: number, losses: number[]) => ({ values: [name, seed], losses });
  const curves = [
    curve('dense', 1, [3, 2, 1]),
    curve('dense', 2, [3, 2.5, 2]),
    curve('same', 2, [3, 2.5, 2]),
    curve('same', 1, [3, 2, 1]),
    curve('other', 1, [3, 1.5, 1]),
    curve('other', 2, [3, 2.25, 2]),
    curve('ended', 1, [3, 2]),
  ];

  it('has the largest difference up to each step, over the seeds of both', () => {
    const at = (name: string): number[] => largestDifferences(pairsOf(curves, 0, name, 'dense'), [1, 2, 3]);
    expect(at('same')).toEqual([0, 0, 0]);
    expect(at('other')).toEqual([0, 0.5, 0.5]);
    expect(at('ended')).toEqual([0, 0, NaN]);
  });

  it('has a row for each of the others', () => {
    const empty = { keys: [], groups: [], trials: [], curves };
    const text = tableText(empty, { title: 'Far:', curves: 'variants', against: 'dense', steps: [1, 3] });
    expect(text.split('\n')).toEqual([
      'Far:',
      '',
      '| variants | 1 | 3 |',
      '| --- | ---: | ---: |',
      '| `same` | 0 | 0 |',
      '| `other` | 0 | 5.0e-1 |',
      '| `ended` | 0 | – |',
    ]);
  });

  it('is of the losses in the run folders', async () => {
    const directory = await temporaryFolder();
    const step = (loss: unknown): string => JSON.stringify({ type: 'step', loss });
    await writeFile(join(directory, 'events.jsonl'), `${step(2.5)}\n{"type":"epoch"}\n${step('NaN')}\n`);
    expect(readCurves({ trials: [{ values: ['a', 1], directory }] })).toEqual([
      { values: ['a', 1], losses: [2.5, NaN] },
    ]);
  });
});

it('tells names of variants in two parts, outcomes, and where all have failed', () => {
  const group = (name: string, more: object) => ({
    ...{ values: [name], trials: ['1', '2', '3'], completed: 3, failed: 0, spread: {} },
    ...more,
  });
  const groups = [
    group('stable-rps-10', { outcomes: { converged: 2, slow: 1 }, spread: { loss: { count: 3, mean: 0.5 } } }),
    group('stable-rps-30', { outcomes: { converged: 3 } }),
    group('snip-10', { completed: 0, failed: 3 }),
  ];
  const axes = { rows: { method: 'variants.method' }, columns: { times: 'variants.times' } };
  const of = (figure: 'outcome' | 'loss'): string[] =>
    tableText({ keys: ['variants'], groups, trials: [] }, { title: '', ...axes, figure }).split('\n');
  expect(of('outcome')).toEqual([
    '| method | 10 | 30 |',
    '| --- | ---: | ---: |',
    '| `stable-rps` | 2 converged, 1 slow | converged |',
    '| `snip` | – | – |',
  ]);
  expect(of('loss').slice(2)).toEqual(['| `stable-rps` | 0.500 | – |', '| `snip` | failed | – |']);
});

it('tells seeds, failures and what it cost, over all calls', async () => {
  const results = await grid(full);
  const efforts = [
    { wallSeconds: 90, processorSeconds: 100, jobs: 2 },
    { wallSeconds: 30, processorSeconds: 20, jobs: 1 },
  ];
  expect(effortText(results, efforts)).toBe(
    '8 trials, 2 seeds: mean ± standard deviation of the sample. 1 failed (`train.not-finite` 1). ' +
      '2.0 minutes of processor time, half of it on two cores: 1.0. Here it took 2.0 minutes with 2 and 1 at once.',
  );
  // Of a sweep that somebody ran by hand nobody took the time.
  expect(effortText(results, [])).toBe(
    '8 trials, 2 seeds: mean ± standard deviation of the sample. 1 failed (`train.not-finite` 1).',
  );
  expect(effortText({ ...results, trials: [] }, [{ wallSeconds: 60, jobs: 2 }])).toBe(
    '0 trials, 2 seeds: mean ± standard deviation of the sample. None failed. Here it took 1.0 minutes with 2 at once.',
  );
});

it('puts results between their marks and leaves the rest as it is', () => {
  const page = 'a\n<!-- results: x -->\n\nold\n\n<!-- end: x -->\n<!-- results: y -->\n<!-- end: y -->\nb\n';
  expect(withResults(page, 'x', 'new')).toBe(
    'a\n<!-- results: x -->\n\nnew\n\n<!-- end: x -->\n<!-- results: y -->\n<!-- end: y -->\nb\n',
  );
  expect(() => withResults(page, 'z', 'new')).toThrow('<!-- results: z --> and <!-- end: z -->');
});

it('tells results of another config from those of a config whose comments were written anew', () => {
  const config = '# One.\nseed: 1\n\nname: x\n';
  const page = withResults('<!-- results: x -->\n<!-- end: x -->\n', 'x', `${configMark(config)}\n\n| a |`);
  expect(staleResults(page, 'x', config)).toBeUndefined();
  expect(
    staleResults(page.replaceAll('\n', '\r\n'), 'x', '# Two,\r\n# three.\r\nseed: 1\r\nname: x\r\n'),
  ).toBeUndefined();
  const another = config.replace('seed: 1', 'seed: 2');
  expect(staleResults(page, 'x', another)).toBe(
    'The results of x are not those of its config as it is; run npm run experiments -- x, which writes them anew.',
  );
  // One whose results say nothing of their config.
  expect(staleResults(withResults(page, 'x', '| a |'), 'x', config)).toContain('The results of x are not');
});

describe.each(Object.entries(experiments))('%s', (name, tables) => {
  it('has the results of its config as it is', () => {
    const text = readFileSync(join(root, `examples/experiments/${name}.sparse.yaml`), 'utf8');
    const stale = staleResults(readFileSync(join(root, pageOf(name)), 'utf8'), name, text);
    expect(stale, stale).toBeUndefined();
  });

  it('has its place on the page, and tables with a cell for each setting of its config', () => {
    const text = readFileSync(join(root, `examples/experiments/${name}.sparse.yaml`), 'utf8');
    const { keys, trials } = checkConfig(text, 'yaml', { mostTrials: 4 }).sweep!;
    const waiting = trials().map(({ id, values }) => ({
      id,
      values: Object.values(values),
      state: 'waiting' as const,
    }));
    const { groups } = groupTrials(keys, waiting);
    // So that no cell of a setting looks as one without.
    const told = groups.map((group) => ({ ...group, failed: 1, outcomes: { slow: 1 } }));
    const results = { keys: keys.filter((key) => key !== 'seed'), groups: told, trials: waiting };
    for (const table of tables) {
      if ('curves' in table) {
        expect(keys[0]).toBe(table.curves);
        expect(results.groups.map(({ values }) => values[0])).toContain(table.against);
        continue;
      }
      const cells = tableText(results, table).match(/\| (failed|slow) /g) ?? [];
      expect(cells).toHaveLength(results.groups.length * ('figures' in table ? table.figures.length : 1));
    }
    const page = readFileSync(join(root, pageOf(name)), 'utf8');
    expect(() => withResults(page, name, '')).not.toThrow();
  });
});

it('are of every small experiment', () => {
  const files = readdirSync(join(root, 'examples/experiments'), { recursive: true, encoding: 'utf8' });
  const names = files.filter((file) => file.includes('-small')).map((file) => file.replaceAll('\\', '/'));
  expect(names.map((file) => file.replace('.sparse.yaml', '')).sort()).toEqual(Object.keys(experiments).sort());
});
