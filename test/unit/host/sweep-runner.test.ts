/** What closing a window does to the sweep in it: `stop` is what the extension is deactivated with. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { checkConfig } from '../../../src/config/check';
import { SweepRunner } from '../../../src/host/sweep-runner';
import { listCheckpoints } from '../../../src/runs/checkpoint';
import { SweepFolder } from '../../../src/runs/sweep-folder';
import { planAgain, planSweep } from '../../../src/sweep/plan';
import type { SweepPlan } from '../../../src/sweep/plan';
import type { SweepListener, SweepOutcome } from '../../../src/sweep/run-sweep';
import { bundle } from '../engine/bundle';
import type { Bundle } from '../engine/bundle';
import { configText, Project, recordOf } from '../engine/project';

let built: Bundle;
let project: Project;
beforeAll(async () => void (built = await bundle()));
afterAll(() => built.remove());
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A window that sweeps, and where the sweep is as soon as that is known. */
function sweeping(
  plan: SweepPlan,
  left: SweepListener['left'] = () => undefined,
): {
  runner: SweepRunner;
  directory: Promise<string>;
  outcome: Promise<SweepOutcome>;
} {
  const reported: unknown[] = [];
  const runner = new SweepRunner({
    modulePath: built.engine,
    maker: { assets: built.folder, version: '0.0.0' },
    report: (error) => reported.push(error),
  });
  let outcome!: Promise<SweepOutcome>;
  const directory = new Promise<string>((resolve) => {
    outcome = runner.run(plan, {
      retryFailed: false,
      listener: { begun: ({ folder }) => resolve(folder.directory), left },
      signal: new AbortController().signal,
    });
  });
  return { runner, directory, outcome };
}

it.each(['cancelled', 'interrupted'] as const)(
  'is %s after the step that each trial is in, leaves no process, and lets another window go on',
  async (how) => {
    const text = `${configText({ epochs: 80 })}sweep: { seed: [1, 2, 3] }\n`;
    const { sweep } = checkConfig(text, 'yaml');
    const about = { path: project.configPath, text, name: 'tiny', sweep: sweep!, root: project.root };
    const { runner, directory, outcome } = sweeping(planSweep({ ...about, backend: 'wasm', jobs: 2 }));
    const folder = new SweepFolder(await directory);
    const trial = folder.trial('0001');
    const checkpoints = () => listCheckpoints(trial).catch(() => []);
    while ((await checkpoints()).length === 0) await delay(10);
    const { pid, createdAt } = await recordOf(trial.directory);
    await runner.stop(how);
    expect((await outcome).record.state).toBe(how);
    expect(runner.running).toBeUndefined();
    expect(isAlive(pid)).toBe(false);
    expect((await folder.readRecord()).state).toBe(how);
    const { error } = await recordOf(trial.directory);
    expect(await recordOf(trial.directory)).toMatchObject({ state: how });
    expect(error?.code).toBe(how === 'interrupted' ? 'runs.interrupted' : undefined);
    expect(await folder.begun()).not.toContain('0003');

    const next = sweeping(await planAgain(folder, { jobs: 2 }));
    expect((await next.outcome).record.state).toBe('completed');
    expect(await recordOf(trial.directory)).toMatchObject({ state: 'completed', createdAt });
  },
  120_000,
);

it('interrupts the trials that go on where it fails itself', async () => {
  // Short ones follow one another until the long one has begun, however late its process is.
  const epochs = [1, 80, ...Array.from({ length: 60 }, (_, k) => k + 2)];
  const text = `${configText({ epochs: 80 })}sweep: { train.epochs: [${epochs.join(', ')}] }\n`;
  const { sweep } = checkConfig(text, 'yaml');
  const about = { path: project.configPath, text, name: 'tiny', sweep: sweep!, root: project.root };
  let record = '';
  const { directory, outcome } = sweeping(planSweep({ ...about, backend: 'wasm', jobs: 2 }), () => {
    if (existsSync(record)) throw new Error('No space is left.');
  });
  const refused = expect(outcome).rejects.toThrow('No space is left.');
  const trial = new SweepFolder(await directory).trial('0002');
  record = trial.recordFile;
  await refused;
  expect(await recordOf(trial.directory)).toMatchObject({ state: 'interrupted' });
}, 120_000);
