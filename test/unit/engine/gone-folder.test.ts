/** A run whose folder is moved or deleted while it is written. */
import { renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/run';
import { finalCheckpoint, outcome, Project, recordOf, TestEngine } from './project';

let project: Project;
let engine: TestEngine;
beforeEach(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterEach(() => project.remove());

/** Runs, and does something to the folder at the first event for which `when` is true. */
const hurt = async (
  when: (event: RunEvent) => boolean,
  harm: (directory: string) => void,
  train = '',
): Promise<string> => {
  let done = false;
  engine.hear = (event, { directory }) => {
    if (done || !when(event)) return;
    done = true;
    harm(directory);
  };
  const { directory } = await engine.run(project.start({ train }));
  engine.hear = undefined;
  return directory;
};

const atStep =
  (step: number) =>
  (event: RunEvent): boolean =>
    event.type === 'step' && event.step === step;
const moved = (directory: string): string => `${directory}-moved`;
const message = (directory: string): string =>
  `${directory} was moved or deleted while its run wrote into it, so that the run was ended. ` +
  'If it was moved, resume it where it is now; else run its config again.';

const expectFailed = (directory: string): void => {
  expect(engine.records.at(-1)).toMatchObject({
    state: 'failed',
    error: { code: 'runs.folder-gone', message: message(directory) },
  });
  expect(engine.logs.map((log) => log.level)).not.toContain('error');
};

it.each([
  ['in the middle of training', atStep(6)],
  ['at the last step', atStep(18)],
  ['while it is initialised', (event: RunEvent) => event.type === 'layer'],
])('moved %s, it ends as failed, makes nothing anew, and goes on where it is', async (_, when) => {
  const directory = await hurt(when, (from) => renameSync(from, moved(from)));
  expectFailed(directory);
  expect(await readdir(join(directory, '..'))).toEqual(['tiny-1-moved']);

  await engine.resume(moved(directory));
  const straight = (await engine.run(project.start())).directory;
  expect((await finalCheckpoint(moved(directory))).equals(await finalCheckpoint(straight))).toBe(true);
  expect(await outcome(moved(directory))).toEqual(await outcome(straight));
});

it('deleted, it ends as failed and makes nothing anew', async () => {
  const directory = await hurt(atStep(6), (from) => rmSync(from, { recursive: true }));
  expectFailed(directory);
  expect(await project.runs()).toEqual([]);
});

it('cancelled after it was deleted, it has failed too', async () => {
  let cancelled: Promise<void> | undefined;
  const directory = await hurt(atStep(6), (from) => {
    rmSync(from, { recursive: true });
    cancelled = engine.service.stopAll('cancelled');
  });
  await cancelled;
  expectFailed(directory);
  expect(await project.runs()).toEqual([]);
});

it("leaves what another run has put in its folder's place", async () => {
  const other = (await engine.run(project.start({ name: 'other' }))).directory;
  const directory = await hurt(atStep(6), (from) => {
    renameSync(from, moved(from));
    renameSync(other, from);
  });
  expectFailed(directory);
  expect(await recordOf(directory)).toMatchObject({ name: 'other', state: 'completed' });
});

it('goes on where only its lock was deleted', async () => {
  const directory = await hurt(atStep(6), (from) => rmSync(join(from, 'writer.lock')));
  expect((await recordOf(directory)).state).toBe('completed');
});
