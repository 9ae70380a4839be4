/** Two runs of the tree beside each other: selected with the mouse, compared by the context menu, opened from their rows. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;

beforeAll(async () => {
  const folder = copyOf('test/host/workspace');
  const config = join(folder, 'quick.sparse.yaml');
  const text = readFileSync(config, 'utf8');
  for (const seed of [3, 4]) {
    writeFileSync(config, text.replace('seed: 3', `seed: ${seed}`));
    execFileSync(process.execPath, [join(root, 'dist/cli.js'), 'run', config], { cwd: folder, stdio: 'ignore' });
  }
  workbench = await openWorkbench(folder);
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('shows in what the selected runs differ and what came of them', async () => {
  await workbench.command('View: Show Sparsescope');
  const runs = workbench.treeRows('Runs');
  await runs.filter({ hasText: 'run 2' }).waitFor();
  await runs.filter({ hasText: 'run 2' }).click();
  await workbench.webview('[role=tab]');
  await runs.filter({ hasText: 'run 1' }).click({ modifiers: ['Control'] });
  await runs.filter({ hasText: 'run 1' }).click({ button: 'right' });
  const menu = workbench.page.locator('.monaco-menu .action-label:visible');
  await menu.filter({ hasText: 'Compare Runs' }).waitFor();
  // What is done with one run is not offered for two.
  expect(await menu.filter({ hasText: 'Delete Run' }).count()).toBe(0);
  await menu.filter({ hasText: 'Compare Runs' }).click();
  const panel = await workbench.webview('.compare-runs');
  await panel.locator('canvas:visible').first().waitFor();
  const heads = await panel.locator('.compare-summary th').allInnerTexts();
  expect(heads.slice(0, 3)).toEqual(['run', 'seed', 'validation accuracy']);
  expect(await panel.locator('.compare-summary tbody tr').count()).toBe(2);
  await workbench.screenshot('compare-runs');
  expect(workbench.complaints).toEqual([]);
});
