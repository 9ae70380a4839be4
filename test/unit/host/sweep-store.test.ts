import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { SweepStore } from '../../../src/host/sweep-store';
import { sweepDescription, sweepFacts, sweepTitle, trialDescription } from '../../../src/host/trees/sweep-row';
import { trialTitles } from '../../../src/host/trees/trial-title';
import type { RunRecord } from '../../../src/protocol/run';
import type { SweepRecord } from '../../../src/protocol/sweep';
import { SweepFolder } from '../../../src/runs/sweep-folder';
import { sampleRecord } from '../runs/samples';

let root: string;
let store: SweepStore;
const report = vi.fn();

const makeSweep = (change: Partial<SweepRecord> = {}): Promise<SweepFolder> =>
  SweepFolder.create(
    { root, configText: 'version: 1\n' },
    {
      name: 'grid',
      configPath: '/configs/grid.sparse.yaml',
      state: 'failed',
      createdAt: '2025-01-01T00:00:00.000Z',
      backend: 'auto',
      jobs: 2,
      keys: ['sparsity.density', 'seed'],
      trials: [1, 2, 3, 4].map((seed) => ({ id: `000${seed}`, values: [0.1, seed] })),
      ...change,
    },
  );
const makeTrial = async (
  sweep: SweepFolder,
  id: string,
  change: Partial<RunRecord>,
  accuracy?: number,
): Promise<void> => {
  const folder = sweep.trial(id);
  mkdirSync(folder.directory, { recursive: true });
  await folder.writeRecord(sampleRecord(id, { totalSteps: 60, ...change }));
  const event = { type: 'epoch', at: 1, step: 60, epoch: 0, trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1 };
  if (accuracy !== undefined)
    writeFileSync(folder.journalFile, `${JSON.stringify({ ...event, validationAccuracy: accuracy })}\n`);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sweeps-'));
  store = new SweepStore({ roots: () => [root], report });
});
afterEach(() => {
  store.dispose();
  rmSync(root, { recursive: true });
  expect(report).not.toHaveBeenCalled();
});

describe('SweepStore', () => {
  it('counts what has ended and failed, and finds the best of what completed', async () => {
    const sweep = await makeSweep({ state: 'interrupted' });
    await makeTrial(sweep, '0001', { state: 'completed' }, 0.8);
    await makeTrial(sweep, '0002', { state: 'completed' }, 0.912);
    await makeTrial(sweep, '0003', { state: 'failed', error: { code: 'a.b', message: 'No data.' } }, 0.99);
    await store.refresh();
    const [entry] = store.list();
    expect(entry).toMatchObject({ id: 'grid-1', ended: 3, failed: 1, best: { id: '0002', accuracy: 0.912 } });
    expect(entry.trials.map(({ title }) => title)).toEqual([1, 2, 3, 4].map((seed) => `density 0.1, seed ${seed}`));
    expect(entry.trials.map(trialDescription)).toEqual([
      'completed · 0.800 val · 0001',
      'completed · 0.912 val · 0002',
      'failed · step 60/60 · 0.990 val · 0003',
      'waiting · 0004',
    ]);
    expect(entry.trials[2].problem).toBe('No data.');
    expect(sweepTitle(entry.id)).toBe('grid · sweep 1');
    expect(sweepDescription(entry)).toBe('interrupted · 3/4 · 1 failed · best 0.912 val');
    expect(sweepFacts(entry)).toContainEqual(['seed', '1, 2, 3, 4']);
    expect(sweepFacts(entry)).toContainEqual(['best trial', '0002: density 0.1, seed 2: 0.912 val']);
    expect(store.trial(sweep.trial('0003').directory)).toBe(entry.trials[2]);
  });

  it('reads a sweep as interrupted whose process is gone, and follows one that goes on', async () => {
    const sweep = await makeSweep({ state: 'running' });
    await store.refresh();
    expect(store.list()[0].record?.state).toBe('interrupted');
    const lock = await sweep.lock();
    await store.refresh();
    expect(sweepDescription(store.list()[0])).toBe('running · 0/4');
    const ended = new Promise<void>((resolve) => {
      store.onDidChange(() => {
        if (store.list()[0].ended === 1) resolve();
      });
    });
    await makeTrial(sweep, '0004', { state: 'completed' }, 0.5);
    await ended;
    await lock.release();
  });

  it('tells only of what is new, and does not read again what is completed', async () => {
    const sweep = await makeSweep();
    await makeTrial(sweep, '0001', { state: 'completed' }, 0.5);
    await store.refresh();
    const heard = vi.fn();
    store.onDidChange(heard);
    const before = store.list()[0];
    writeFileSync(sweep.trial('0001').recordFile, '{ torn');
    await store.refresh();
    expect(store.list()[0]).toBe(before);
    expect(heard).not.toHaveBeenCalled();
  });

  it('shows what cannot be read, with the reason, and the rest all the same', async () => {
    const [torn, sound] = [await makeSweep(), await makeSweep()];
    writeFileSync(torn.recordFile, '{ torn');
    await makeTrial(sound, '0001', {});
    writeFileSync(sound.trial('0001').recordFile, '{ torn');
    await store.refresh();
    expect(store.get(torn.directory)?.problem).toContain('sweep.json');
    expect(sweepDescription(store.get(torn.directory)!)).toBe('cannot be read');
    expect(store.get(sound.directory)).toMatchObject({ failed: 1, trials: { length: 4 } });
    expect(store.get(sound.directory)?.trials[0].problem).toContain('run.json');
  });

  it('lists a trial once that a strange record names twice, and follows none out of the folder', async () => {
    const strange = ['0001', '0001', '../../runs/a-1'].map((id) => ({ id, values: [] }));
    const sweep = await makeSweep({ keys: ['[a](https://b.c)'], trials: strange });
    await makeTrial(sweep, '0001', { state: 'completed' });
    await makeTrial(sweep, '../../runs/a-1', { state: 'completed' });
    await store.refresh();
    const [entry] = store.list();
    expect(entry.trials.map(({ id, state }) => [id, state])).toEqual([
      ['0001', 'completed'],
      ['../../runs/a-1', 'waiting'],
    ]);
    expect(JSON.stringify(sweepFacts(entry).map(([name]) => name))).not.toContain('(');
  });

  it('forgets a sweep that was deleted, and reads one outside when asked for it', async () => {
    const sweep = await makeSweep();
    await store.refresh();
    await sweep.remove();
    await store.refresh();
    expect([store.list(), existsSync(sweep.directory)]).toEqual([[], false]);
    expect((await store.find(sweep.directory)).problem).toContain('sweep.json');
  });
});

describe('deleting a sweep', () => {
  it('is refused while it, or an engine that it left, still writes', async () => {
    const sweep = await makeSweep();
    await makeTrial(sweep, '0001', { state: 'training' });
    for (const busy of [sweep, sweep.trial('0001')]) {
      const lock = await busy.lock();
      await expect(sweep.remove()).rejects.toMatchObject({ code: 'runs.still-running' });
      await lock.release();
    }
    expect(JSON.parse(readFileSync(sweep.recordFile, 'utf8'))).toMatchObject({ name: 'grid' });
    expect(existsSync(sweep.trial('0001').recordFile)).toBe(true);
  });

  it('is refused of folders that are no sweep of a project, and of links', async () => {
    const elsewhere = join(root, 'precious');
    mkdirSync(elsewhere);
    await expect(new SweepFolder(elsewhere).remove()).rejects.toMatchObject({ code: 'runs.sweep-elsewhere' });
    const { directory } = await makeSweep();
    const link = join(directory, '../linked-1');
    symlinkSync(elsewhere, link);
    await expect(new SweepFolder(link).remove()).rejects.toMatchObject({ code: 'runs.not-a-folder' });
    expect(existsSync(elsewhere)).toBe(true);
  });
});

describe('titles of trials', () => {
  it('name keys as shortly as they can be told apart, and cut long values', () => {
    const keys = ['sparsity.update.method', 'train.optimizer.method', 'seed', 'model'];
    const model = { layers: Array.from({ length: 20 }, () => 'linear') };
    expect(trialTitles({ keys, trials: [{ id: '0001', values: ['set', 'adam', 1, model] }] })).toEqual([
      'update.method set, optimizer.method adam, seed 1, model { layers: [linear, linear, line…',
    ]);
    expect(trialTitles({ keys: ['a.b', 'b'], trials: [{ id: '0001', values: [1, 2] }] })).toEqual(['a.b 1, b 2']);
  });
});
