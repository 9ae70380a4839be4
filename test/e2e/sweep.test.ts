/** A sweep from its config: offered above it, run in the background, expanded in the tree, one trial opened, deleted. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures, pictureOf } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;
let rows: Locator;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('test/host/workspace'));
  rows = workbench.treeRows('Runs');
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('begins above the config and ends with a word on what came of it', async () => {
  await workbench.openFile('grid.sparse.yaml');
  await workbench.page.locator('.codelens-decoration a', { hasText: 'Sweep Config: 4 trials' }).click();
  await workbench
    .notification(/4 trials have ended, 2 failed, the best is 0\.\d+ val \(density 0\.25, seed \d\)/)
    .waitFor();
});

it('is one row of the tree until it is expanded, then its trials by their values', async () => {
  await workbench.command('View: Show Sparsescope');
  const group = rows.filter({ hasText: 'grid · sweep 1' });
  await group.filter({ hasText: /4\/4 · 2 failed · best 0\.\d+ val/ }).waitFor();
  expect(await group.getAttribute('aria-expanded')).toBe('false');
  await group.click();
  await rows.filter({ hasText: 'density 0.0005, seed 2' }).waitFor();
  expect(await rows.count()).toBe(5);
});

it('opens a trial like a run, under the name of its sweep', async () => {
  await rows.filter({ hasText: 'density 0.25, seed 2' }).click();
  const panel = await workbench.webview('[role=tab]');
  await expect.poll(() => workbench.colours(pictureOf(panel)), { timeout: 90_000 }).toBeGreaterThan(2);
  await workbench.page.locator('.tab.active', { hasText: 'grid · sweep 1 · 0002' }).waitFor();
  await workbench.screenshot('sweep');
  // There is nothing that would change one trial alone.
  await rows.filter({ hasText: 'density 0.25, seed 2' }).click({ button: 'right' });
  const menu = workbench.page.locator('.monaco-menu .action-label:visible');
  await menu.filter({ hasText: 'Compare Runs' }).waitFor();
  expect(await menu.filter({ hasText: /Delete|Resume|Run Again/ }).count()).toBe(0);
  await workbench.page.keyboard.press('Escape');
});

it('is deleted after a question', async () => {
  await rows.filter({ hasText: 'grid · sweep 1' }).click({ button: 'right' });
  const item = workbench.page.locator('.monaco-menu .action-label:visible', { hasText: 'Delete Sweep' });
  const question = workbench.page.locator('.monaco-dialog-box', { hasText: 'runs of its 4 trials' });
  // A menu takes no click in its first moment.
  const asked = async (): Promise<boolean> => {
    if (await item.isVisible()) await item.click();
    return question.isVisible();
  };
  await expect.poll(asked, { timeout: 30_000 }).toBe(true);
  await workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
  await expect.poll(() => rows.count()).toBe(0);
  expect(workbench.complaints).toEqual([]);
});
