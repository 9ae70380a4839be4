import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { RunStore } from '../../../src/host/run-store';
import type { EpochEvent, MaskEvent, RunEvent, RunRecord, StepEvent } from '../../../src/protocol/run';
import type { RunFolder } from '../../../src/runs/folder';
import { newRun } from '../runs/samples';

const record = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({
  version: 1,
  id,
  name: 'mlp7-eoi',
  configPath: '/configs/mlp7-eoi.sparse.yaml',
  seed: 1,
  state: 'completed',
  createdAt: '2025-01-01T00:00:00.000Z',
  endedAt: '2025-01-01T00:01:00.000Z',
  versions: { sparsescope: '0.1.0', node: '20.0.0', tfjs: '4.22.0' },
  backend: { name: 'cpu', reason: 'a test' },
  pid: process.pid,
  dataset: { source: 'synthetic-digits', train: 90, validation: 10, sha256: 'a'.repeat(64) },
  network: { inputs: 784, classes: 10 },
  totalSteps: 20,
  layers: [],
  ...change,
});

const step = (n: number): StepEvent => ({
  type: 'step',
  at: n,
  step: n,
  epoch: 0,
  loss: 1,
  accuracy: 0.5,
  gradientNorm: 1,
  learningRate: 0.1,
});
const epoch = (n: number, validationAccuracy: number): EpochEvent => ({
  type: 'epoch',
  at: n,
  step: n,
  epoch: 0,
  trainLoss: 1,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy,
});

let root: string;
let store: RunStore;
let ours: string | undefined;
const report = vi.fn();

const makeRun = async (events: RunEvent[], change: Partial<RunRecord> = {}): Promise<RunFolder> => {
  const folder = await newRun({ root, name: 'mlp7-eoi', configText: 'version: 1\n' });
  await folder.writeRecord(record(folder.id, change));
  writeFileSync(folder.journalFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return folder;
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'store-'));
  ours = undefined;
  store = new RunStore({ roots: () => [root], isOurs: (directory) => directory === ours, report });
});
afterEach(() => {
  store.dispose();
  rmSync(root, { recursive: true });
  expect(report).not.toHaveBeenCalled();
});

describe('RunStore', () => {
  it('reads step and best validation of each run, newest first', async () => {
    await makeRun([step(10), epoch(10, 0.8), step(20), epoch(20, 0.7)]);
    await makeRun([step(1)], { createdAt: '2025-01-02T00:00:00.000Z', state: 'cancelled' });
    await store.refresh();
    expect(store.list()).toMatchObject([
      { id: 'mlp7-eoi-2', step: 1, best: undefined, record: { state: 'cancelled' } },
      { id: 'mlp7-eoi-1', step: 20, best: 0.8, record: { state: 'completed' } },
    ]);
  });

  it('has an empty list without a run folder, and knows that it looked', async () => {
    expect(store.loaded).toBe(false);
    await store.refresh();
    expect(store.list()).toEqual([]);
    expect(store.loaded).toBe(true);
  });

  it('shows a run whose record cannot be read, with the reason', async () => {
    const folder = await makeRun([]);
    writeFileSync(folder.recordFile, '{ torn');
    await store.refresh();
    const entry = store.list()[0];
    expect(entry).toMatchObject({ id: 'mlp7-eoi-1' });
    expect(entry.record).toBeUndefined();
    expect(entry.problem).toContain('run.json');
  });

  it('reads a run whose process is gone as interrupted', async () => {
    // No process can have this id: it is beyond what a kernel gives out.
    await makeRun([step(3)], { state: 'training', pid: 2 ** 30 });
    await store.refresh();
    expect(store.list()).toMatchObject([{ step: 3, record: { state: 'interrupted' } }]);
  });

  it('follows the engine: record, steps, validation, layers', async () => {
    ours = join(root, '.sparsescope', 'runs', 'mlp7-eoi-1');
    const at = { id: 'mlp7-eoi-1', directory: ours };
    store.applyEvent({ ...at, event: step(1) });
    expect(store.list()).toEqual([]);
    store.applyRecord({ ...at, record: record(at.id, { state: 'training' }) });
    for (const event of [step(1), step(2), epoch(2, 0.9), epoch(2, 0.85)]) store.applyEvent({ ...at, event });
    store.applyEvent({ ...at, event: { type: 'state', at: 0, state: 'cancelled' } });
    expect(store.get(ours)).toMatchObject({ step: 2, best: 0.9, record: { state: 'cancelled' } });
    // What the engine is writing is not dropped because the disk does not show it yet.
    await store.refresh();
    expect(store.list()).toHaveLength(1);
  });

  it('knows the latest change of the masks, told or read', async () => {
    const change = { layer: 'fc1', dropped: 3, grown: 3, kept: 40, dropThreshold: 0.1, growThreshold: null };
    const masks = (n: number): MaskEvent => ({
      type: 'masks',
      at: n,
      step: n,
      method: 'set',
      layers: [change],
      file: 'updates/x',
    });
    ours = join(root, '.sparsescope', 'runs', 'told-1');
    const at = { id: 'told-1', directory: ours };
    store.applyRecord({ ...at, record: record(at.id, { state: 'training' }) });
    for (const event of [step(1), masks(2), masks(4)]) store.applyEvent({ ...at, event });
    store.applyRecord({ ...at, record: record(at.id, { state: 'completed' }) });
    expect(store.get(ours)?.masks).toMatchObject({ step: 4, method: 'set', layers: [change] });
    const folder = await makeRun([step(1), masks(1), step(2)], {
      state: 'completed',
      endedAt: '2026-01-01T00:00:00.000Z',
    });
    await store.refresh();
    expect(store.get(folder.directory)?.masks).toEqual({ step: 1, method: 'set', layers: [change] });
  });

  it('forgets a folder that is gone', async () => {
    const folder = await makeRun([]);
    await store.refresh();
    await folder.remove();
    await store.refresh();
    expect(store.list()).toEqual([]);
  });

  it('follows a run of another process by its journal', async () => {
    const folder = await makeRun([step(1)], { state: 'training' });
    // Whoever writes a run holds its lock.
    await folder.lock();
    await store.refresh();
    expect(store.get(folder.directory)?.step).toBe(1);
    const moved = new Promise<void>((resolve) => {
      store.onDidChange(() => {
        if (store.get(folder.directory)?.step === 2) resolve();
      });
    });
    appendFileSync(folder.journalFile, `${JSON.stringify(step(2))}\n`);
    await moved;
  });

  it('shows what one run of another process does wrong, once, and goes on with the others', async () => {
    const [broken, sound] = [
      await makeRun([step(1)], { state: 'training' }),
      await makeRun([step(1)], { state: 'training' }),
    ];
    for (const folder of [broken, sound]) await folder.lock();
    await store.refresh();
    writeFileSync(broken.recordFile, '{ torn');
    appendFileSync(sound.journalFile, `${JSON.stringify(step(2))}\n`);
    await vi.waitFor(() => expect(store.get(sound.directory)?.step).toBe(2), 5_000);
    expect(store.get(broken.directory)?.problem).toContain('run.json');
    expect(store.get(broken.directory)?.record).toBeUndefined();
    appendFileSync(sound.journalFile, `${JSON.stringify(step(3))}\n`);
    await vi.waitFor(() => expect(store.get(sound.directory)?.step).toBe(3), 5_000);
  });

  it('keeps a run outside the open folders that the engine told of, until it is deleted', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    const folder = await newRun({ root: outside, name: 'mlp7-eoi', configText: 'version: 1\n' });
    await folder.writeRecord(record(folder.id));
    writeFileSync(folder.journalFile, `${JSON.stringify(step(7))}\n`);
    store.applyRecord({ id: folder.id, directory: folder.directory, record: record(folder.id, { state: 'training' }) });
    await store.refresh();
    expect(store.list()).toMatchObject([{ directory: folder.directory, step: 7, record: { state: 'completed' } }]);
    await folder.remove();
    await store.refresh();
    expect(store.list()).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it('reads a run outside the open folders when asked for it, and says why it cannot', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    const folder = await newRun({ root: outside, name: 'mlp7-eoi', configText: 'version: 1\n' });
    expect((await store.find(folder.directory)).problem).toContain('run.json');
    await folder.writeRecord(record(folder.id, { state: 'interrupted' }));
    writeFileSync(folder.journalFile, `${JSON.stringify(step(7))}\n`);
    expect(await store.find(folder.directory)).toMatchObject({ step: 7, record: { state: 'interrupted' } });
    expect(store.list()).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it('tells of a thousand changes at most ten times a second', async () => {
    ours = join(root, '.sparsescope', 'runs', 'mlp7-eoi-1');
    const at = { id: 'mlp7-eoi-1', directory: ours };
    const heard = vi.fn();
    store.onDidChange(heard);
    store.applyRecord({ ...at, record: record(at.id, { state: 'training' }) });
    for (let n = 1; n <= 1_000; n++) store.applyEvent({ ...at, event: step(n) });
    expect(heard).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2));
    expect(store.get(ours)?.step).toBe(1_000);
  });
});
