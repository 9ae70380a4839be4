/** A run that takes too long is watched while it goes on, and cancelled where its progress is shown: in the status bar. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures, runTabs, showTab } from './fixtures';
import type { Workbench } from './workbench';

let folder: string;
let workbench: Workbench;

beforeAll(async () => {
  folder = copyOf('test/host/workspace');
  // Hours of training: it is over only when it is cancelled. Its steps are large, so that a window on two loaded cores,
  // which draws without a graphics card, is not a minute behind them.
  const config = readFileSync(join(folder, 'long.sparse.yaml'), 'utf8')
    .replace('epochs: 6', 'epochs: 10000')
    .replace('batchSize: 128', 'batchSize: 2048')
    .replace('checkpointEvery: 20', 'checkpointEvery: 200');
  writeFileSync(join(folder, 'long.sparse.yaml'), config);
  workbench = await openWorkbench(folder);
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('fills in every tab while it goes on', async () => {
  await workbench.openFile('long.sparse.yaml');
  await workbench.configSeen();
  await workbench.command('Sparsescope: Run Config');
  const panel = await workbench.webview('[role=tab]');
  for (const name of runTabs) await showTab(workbench, panel, name);
  expect(await panel.locator('.run-state').getAttribute('data-state')).toBe('training');
  // The words of the last tab, Training, tell the newest step: they go on.
  const readOut = (): Promise<string> => panel.locator('.read-out').innerText();
  const before = await readOut();
  await expect.poll(readOut, { timeout: 30_000 }).not.toBe(before);
  await workbench.screenshot('live');
});

/** The item alone: while it works there is also `Cancelling long-1`, and then `cancelled`. */
const cancel = /^\s*Cancel\s*$/;

it('stops with a click on Cancel in the status bar, and says so', async () => {
  await workbench.statusBar(/long-1 · step [1-9]\d*\//).waitFor({ timeout: 90_000 });
  await workbench.statusBar(cancel).click();
  await workbench.command('View: Show Sparsescope');
  await workbench
    .treeRows('Runs')
    .filter({ hasText: /cancelled/ })
    .waitFor({ timeout: 30_000 });
  await workbench.statusBar(cancel).waitFor({ state: 'hidden' });
  const record = JSON.parse(readFileSync(join(folder, '.sparsescope/runs/long-1/run.json'), 'utf8')) as {
    state: string;
  };
  expect(record.state).toBe('cancelled');
  await workbench.screenshot('cancelled');
  expect(workbench.complaints).toEqual([]);
});
