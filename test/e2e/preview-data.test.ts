/** The data of the example config: from the lens above its key to the first pictures, in dark and in light. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('examples'));
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('shows the first examples of each class from the lens above the data', async () => {
  await workbench.openFile('mlp7-eoi.sparse.yaml');
  await workbench.configSeen();
  await workbench.page.locator('.codelens-decoration a', { hasText: 'Preview Data' }).click();
  const panel = await workbench.webview('.data-pictures canvas');
  const pictures = panel.locator('.data-pictures canvas');
  expect(await pictures.count()).toBeGreaterThanOrEqual(10);
  // A drawn digit, not an empty square.
  await expect.poll(() => workbench.colours(pictures.first())).toBeGreaterThan(10);
  expect(await panel.locator('.data-classes tbody tr').count()).toBe(10);
  await workbench.screenshot('preview-data-dark');
  await workbench.command('Preferences: Toggle between Light/Dark Themes');
  await workbench.page.locator('.monaco-workbench.vs').waitFor();
  await workbench.screenshot('preview-data-light');
  expect(workbench.complaints).toEqual([]);
});
