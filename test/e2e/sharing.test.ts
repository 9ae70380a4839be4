/** A predicted divergence, from the palette to the edit that mends it, and the edit undone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;
let panel: Frame;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('examples'));
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

const editorText = (): Promise<string> => workbench.editorText();
const find = async (line: string): Promise<void> => {
  await workbench.page.keyboard.press('Control+F');
  await workbench.page.keyboard.type(line);
  await workbench.page.keyboard.press('Escape');
};

it('underlines what is predicted to diverge', async () => {
  await workbench.openFile('mlp-roast.sparse.yaml');
  await workbench.configSeen();
  await find('initStd');
  await workbench.page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
  await workbench.page.locator('.codelens-decoration a', { hasText: 'Diagnose Sharing' }).first().waitFor();
});

it('is diagnosed, with an edit that changes the text and can be undone', async () => {
  await workbench.command('Sparsescope: Diagnose Sharing');
  panel = await workbench.webview('.findings-list tbody tr');
  const first = panel.locator('.findings-list tbody tr').first();
  expect(await first.innerText()).toContain('risk');
  await workbench.screenshot('sharing');
  await first.getByRole('button', { name: 'Use method: stable-rps' }).click();
  await expect.poll(editorText).toContain('method: stable-rps #');
  await workbench.screenshot('sharing-edited');
  await workbench.command('View: Focus First Editor Group');
  await workbench.page.keyboard.press('Control+Z');
  await expect.poll(editorText).toContain('method: roast #');
});

it('complained about nothing on the way', () => {
  expect(workbench.complaints).toEqual([]);
});
