import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const window = vi.hoisted(() => {
  const informed: string[] = [];
  return { informed };
});

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  ProgressLocation: { Notification: 15, Window: 10 },
  workspace: { isTrusted: true, getConfiguration: () => ({ get: () => false }) },
  window: {
    showInformationMessage: (message: string) => {
      window.informed.push(message);
      return Promise.resolve();
    },
    // The person agrees to what is asked.
    showWarningMessage: (...words: unknown[]) => Promise.resolve(words.at(-1)),
    withProgress: (_: unknown, work: (...args: unknown[]) => unknown) =>
      work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
  },
}));

import { cancelRun, resumeRun, runAgain } from '../../../src/host/commands/run-commands';
import { deleteRun } from '../../../src/host/commands/run-folder-commands';
import { RunStore } from '../../../src/host/run-store';
import type { Services } from '../../../src/host/services';
import type { RunRecord, RunState } from '../../../src/protocol/run';
import type { RunFolder } from '../../../src/runs/folder';
import { newRun } from '../runs/samples';

const record = (id: string, state: RunState): RunRecord => ({
  version: 1,
  id,
  name: 'a',
  configPath: '/configs/a.sparse.yaml',
  seed: 1,
  state,
  createdAt: '2025-01-01T00:00:00.000Z',
  versions: { sparsescope: '0.1.0', node: '20.0.0', tfjs: '4.22.0' },
  backend: { name: 'cpu', reason: 'a test' },
  pid: process.pid,
  dataset: { source: 'synthetic-digits', train: 90, validation: 10, sha256: 'a'.repeat(64) },
  network: { inputs: 784, classes: 10 },
  totalSteps: 20,
  layers: [],
});

let root: string;
let store: RunStore;
let services: Services;
let asked: unknown[];

const makeRun = async (state: RunState): Promise<RunFolder> => {
  const folder = await newRun({ root, name: 'a', configText: 'version: 1\n' });
  await folder.writeRecord(record(folder.id, state));
  return folder;
};
const tear = ({ recordFile }: RunFolder): void => writeFileSync(recordFile, '{ torn');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'commands-'));
  asked = [];
  window.informed.length = 0;
  const api = {
    resumeRun: (params: unknown) => {
      asked.push(params);
      return Promise.resolve({ id: 'a-1', directory: '/a-1', from: { step: 500, initialised: true } });
    },
  };
  // No open folder: all runs are outside of them.
  store = new RunStore({ roots: () => [], isOurs: () => false, report: () => undefined });
  services = {
    engine: { running: [], api: () => Promise.resolve(api) },
    store,
    panels: { close: () => undefined },
    report: () => undefined,
  } as unknown as Services;
});
afterEach(() => {
  store.dispose();
  rmSync(root, { recursive: true });
});

describe('commands on a run outside the open folders', () => {
  it('resume it', async () => {
    const { directory } = await makeRun('interrupted');
    await resumeRun(services, { directory });
    expect(asked).toEqual([{ directory }]);
    expect(window.informed).toEqual(['a-1: The run goes on from step 500.']);
  });

  it('say whose it is when it is going on elsewhere, and that it has ended when it has', async () => {
    const live = await makeRun('training');
    const lock = await live.lock();
    await cancelRun(services, live);
    expect(window.informed).toEqual([expect.stringMatching(`a-1 belongs to another process .${process.pid}.`)]);
    await lock.release();
    await cancelRun(services, await makeRun('completed'));
    expect(window.informed[1]).toMatch(/a-2 has ended already: completed/);
  });

  it.each([
    ['Run Again', runAgain],
    ['Resume Run', resumeRun],
    ['Cancel Run', cancelRun],
  ])('%s says why a run cannot be read', async (_, command) => {
    const folder = await makeRun('completed');
    tear(folder);
    await expect(command(services, folder)).rejects.toMatchObject({
      code: 'host.run-unreadable',
      message: expect.stringMatching(/a-1.*run\.json/) as string,
    });
    expect(asked).toEqual([]);
  });
});

describe('Delete Run', () => {
  it('deletes an unreadable run of a project', async () => {
    const folder = await makeRun('completed');
    tear(folder);
    await deleteRun(services, folder);
    expect(existsSync(folder.directory)).toBe(false);
  });

  it('deletes no unreadable folder elsewhere, and none that is being written', async () => {
    const elsewhere = join(root, 'precious');
    mkdirSync(elsewhere);
    await expect(deleteRun(services, { directory: elsewhere })).rejects.toMatchObject({ code: 'host.run-unreadable' });
    expect(existsSync(elsewhere)).toBe(true);
    const young = await makeRun('starting');
    tear(young);
    const lock = await young.lock();
    await expect(deleteRun(services, young)).rejects.toMatchObject({ code: 'runs.still-running' });
    expect(existsSync(young.directory)).toBe(true);
    await lock.release();
  });
});
