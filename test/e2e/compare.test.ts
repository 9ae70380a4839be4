/** Initialisations of a config side by side: from the palette to the picture, with the real engine. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('test/host/workspace'));
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('draws the config by the chosen methods and shows them beside each other', async () => {
  await workbench.openFile('quick.sparse.yaml');
  await workbench.configSeen();
  await workbench.command('Sparsescope: Compare Initialisations…');
  const choices = workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: /eoi/ });
  await choices.first().waitFor();
  await workbench.page.keyboard.press('Enter');
  const panel = await workbench.webview('text=eoi · uniform');
  await panel.locator('canvas:visible').first().waitFor();
  const summary = panel.locator('.compare-summary tbody tr');
  await expect.poll(() => summary.count()).toBeGreaterThan(1);
  await workbench.screenshot('compare');
  expect(workbench.complaints).toEqual([]);
});
