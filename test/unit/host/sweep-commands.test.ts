import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const workspace = vi.hoisted(() => ({ isTrusted: true, getConfiguration: () => ({ get: () => undefined }) }));
const window = vi.hoisted(() => ({ informed: [] as string[] }));

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  ProgressLocation: { Notification: 15, Window: 10 },
  workspace,
  window: {
    showInformationMessage: (message: string) => {
      window.informed.push(message);
      return Promise.resolve();
    },
    withProgress: (_: unknown, work: (...args: unknown[]) => unknown) =>
      work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
  },
}));

import { cancelRun, resumeRun } from '../../../src/host/commands/run-commands';
import { deleteRun } from '../../../src/host/commands/run-folder-commands';
import { cancelSweep, resumeSweep, sweepConfig } from '../../../src/host/commands/sweep-commands';
import { RunStore } from '../../../src/host/run-store';
import type { Services } from '../../../src/host/services';
import { SweepRunner } from '../../../src/host/sweep-runner';
import { SweepStore } from '../../../src/host/sweep-store';
import type { SweepRecord } from '../../../src/protocol/sweep';
import { SweepFolder } from '../../../src/runs/sweep-folder';
import { planAgain } from '../../../src/sweep/plan';
import { freshSweepReport } from '../../../src/sweep/results';
import { sampleRecord } from '../runs/samples';

const config = 'version: 1\nmodel: { preset: mlp-7 }\nsweep: { seed: [1, 2] }\n';

let root: string;
let services: Services;

const makeSweep = (state: SweepRecord['state'] = 'failed'): Promise<SweepFolder> =>
  SweepFolder.create(
    { root, configText: config },
    {
      name: 'grid',
      configPath: join(root, 'grid.sparse.yaml'),
      state,
      createdAt: '2025-01-01T00:00:00.000Z',
      backend: 'auto',
      jobs: 1,
      keys: ['seed'],
      trials: [1, 2].map((seed) => ({ id: `000${seed}`, values: [seed] })),
    },
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sweep-commands-'));
  workspace.isTrusted = true;
  window.informed.length = 0;
  const report = (): void => undefined;
  const maker = { assets: join(root, 'assets'), version: '0.0.0' };
  mkdirSync(maker.assets);
  for (const part of ['report.js', 'report.css']) writeFileSync(join(maker.assets, part), '');
  services = {
    engine: { running: [] },
    store: new RunStore({ roots: () => [root], isOurs: () => false, report }),
    sweeps: new SweepStore({ roots: () => [root], report }),
    // An engine that is not there.
    sweepRunner: new SweepRunner({ modulePath: join(root, 'nothing.js'), maker, report }),
    reportMaker: maker,
    closing: () => false,
    report,
  } as unknown as Services;
});
afterEach(() => {
  services.store.dispose();
  services.sweeps.dispose();
  rmSync(root, { recursive: true });
});

describe('commands on sweeps', () => {
  it('run nothing of a workspace that is not trusted', async () => {
    workspace.isTrusted = false;
    const sweep = await makeSweep();
    await expect(sweepConfig(services)).rejects.toMatchObject({ code: 'host.untrusted-workspace' });
    await expect(resumeSweep(services, sweep)).rejects.toMatchObject({ code: 'host.untrusted-workspace' });
  });

  it('say in one sentence that no engine starts, and leave the sweep as it was', async () => {
    const sweep = await makeSweep();
    const before = readFileSync(sweep.recordFile, 'utf8');
    const first = resumeSweep(services, sweep);
    await vi.waitFor(() => expect(services.sweepRunner).toHaveProperty('live.id', 'grid'));
    // Only one goes on at a time.
    await expect(resumeSweep(services, sweep)).rejects.toMatchObject({ code: 'host.sweep-goes-on' });
    await expect(first).rejects.toMatchObject({ code: 'sweep.engine-died' });
    expect(readFileSync(sweep.recordFile, 'utf8')).toBe(before);
    expect(services.sweepRunner.running).toBeUndefined();
  });

  it('refuse a sweep whose copy of the config was changed, and say of a complete one that nothing is left', async () => {
    const sweep = await makeSweep();
    writeFileSync(sweep.configFile, `${config}# changed\n`);
    await expect(resumeSweep(services, sweep)).rejects.toMatchObject({ code: 'runs.sweep-config-changed' });
    expect(await resumeSweep(services, await makeSweep('completed'))).toBeUndefined();
    expect(window.informed).toEqual(['All trials of sweep grid-2 are completed: nothing is left to do.']);
  });

  it('cancel none that another process runs, and none that has ended', async () => {
    const sweep = await makeSweep('running');
    const lock = await sweep.lock();
    await cancelSweep(services, sweep);
    await lock.release();
    await cancelSweep(services, sweep);
    await cancelSweep(services);
    expect(window.informed).toEqual([
      expect.stringMatching(/^Sweep grid-1 belongs to another process/),
      'Sweep grid-1 has ended already.',
      'No sweep is going on in this window.',
    ]);
  });

  it('leave a trial to its sweep', async () => {
    const sweep = await makeSweep();
    const trial = sweep.trial('0001');
    mkdirSync(trial.directory, { recursive: true });
    await trial.writeRecord(sampleRecord('0001', { state: 'interrupted' }));
    for (const command of [resumeRun, cancelRun, deleteRun])
      await expect(command(services, trial)).rejects.toMatchObject({ code: 'host.is-trial' });
    expect(existsSync(trial.recordFile)).toBe(true);
  });
});

describe('a sweep that is taken up again', () => {
  it('has the trials of its config, and keeps its own processes and backend apart from those asked for', async () => {
    const plan = await planAgain(await makeSweep(), { jobs: 3, backend: undefined });
    expect(plan.trials.map(({ id }) => id)).toEqual(['0001', '0002']);
    expect([plan.root, plan.record.jobs, plan.record.backend]).toEqual([root, 3, 'auto']);
  });
});

describe('the report of a sweep', () => {
  it('is written when it is missing or old, and while the sweep is not over', async () => {
    const sweep = await makeSweep();
    const changed = async (): Promise<number> => lstatSync(await freshSweepReport(sweep, services.reportMaker)).mtimeMs;
    expect(await changed()).toBeGreaterThan(0);
    const old = new Date('2001-01-01');
    utimesSync(sweep.recordFile, old, old);
    utimesSync(sweep.reportFile, old, old);
    expect(await changed()).toBe(old.getTime());
    utimesSync(sweep.recordFile, new Date(), new Date());
    expect(await changed()).toBeGreaterThan(old.getTime());
    await sweep.writeRecord({ ...(await sweep.readRecord()), state: 'interrupted' });
    utimesSync(sweep.recordFile, old, old);
    utimesSync(sweep.reportFile, old, old);
    expect(await changed()).toBeGreaterThan(old.getTime());
  });
});
