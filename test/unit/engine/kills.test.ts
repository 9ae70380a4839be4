/** Killed with -9 again and again, wherever it is, and resumed, a run comes to the same weights as never killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Rng } from '../../../src/core/rng';
import { RunFolder } from '../../../src/runs/folder';
import type { Bundle } from './bundle';
import { bundle } from './bundle';
import { configText, finalCheckpoint, outcome, Project, recordOf, stepsPerEpoch } from './project';

const epochs = 60;

let built: Bundle;
let project: Project;
const children: ChildProcess[] = [];
beforeAll(async () => {
  built = await bundle();
  project = await Project.create();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await project.remove();
  await built.remove();
});

const cli = (...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, [built.cli, ...args], { cwd: project.root, stdio: 'ignore' });
  children.push(child);
  return child;
};

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

it.each([
  ['sparse', 20, {}],
  ['shared', 6, { sharing: 'compression: 8', probes: 'divergence: { every: 7 }' }],
] as const)(
  'comes to the same weights bit for bit: %s, after %i kills',
  async (what, kills, change) => {
    await writeFile(project.configPath, configText({ epochs, optimizer: 'adam', learningRate: 0.001, ...change }));
    const rng = Rng.fromSeed(2024);
    const [straight, hurt] = ['straight', 'hurt'].map((name) => join(project.root, what, name));
    expect(await once(cli('run', project.configPath, '-o', straight), 'exit')).toEqual([0, null]);

    const { journalFile } = new RunFolder(hurt);
    let killed = 0;
    while (killed < kills) {
      const begun = existsSync(join(hurt, 'run.json'));
      const child = begun ? cli('resume', hurt) : cli('run', project.configPath, '-o', hurt);
      const exit = once(child, 'exit');
      // In the middle of whatever comes: a step, an event half written, a checkpoint, initialisation.
      const enough = sizeOf(journalFile) + 200 + rng.below(6_000);
      while (sizeOf(journalFile) < enough && child.exitCode === null) await after(1);
      await after(rng.below(4));
      child.kill('SIGKILL');
      const [code] = (await exit) as [number | null];
      expect(code, 'the run was over before it was killed').toBeNull();
      killed++;
    }
    expect(await once(cli('resume', hurt), 'exit')).toEqual([0, null]);

    const total = epochs * stepsPerEpoch;
    expect((await recordOf(hurt)).state).toBe('completed');
    expect((await finalCheckpoint(hurt, total)).equals(await finalCheckpoint(straight, total))).toBe(true);
    expect(await outcome(hurt)).toEqual(await outcome(straight));
  },
  180_000,
);
