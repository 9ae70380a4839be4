/** The same with the keyboard alone: no click anywhere. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;
let panel: Frame;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('test/host/workspace'));
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

const press = (...keys: string[]): Promise<void> =>
  keys.reduce((before, key) => before.then(() => workbench.page.keyboard.press(key)), Promise.resolve());

it('opens and runs a config', async () => {
  await press('Control+P');
  await workbench.page.keyboard.type('quick.sparse.yaml');
  await workbench.page.locator('.quick-input-widget .monaco-list-row.focused', { hasText: 'quick.sparse' }).waitFor();
  await press('Enter');
  await workbench.page.locator('.tab.active', { hasText: 'quick.sparse.yaml' }).waitFor();
  await workbench.configSeen();
  await workbench.commandByKeys('Sparsescope: Run Config');
  panel = await workbench.webview('[role=tab]');
});

it('reaches the panel, its tabs and its pictures', async () => {
  await workbench.commandByKeys('View: Focus Next Editor Group');
  const selected = (): Promise<string | null> => panel.locator('[role=tab][aria-selected=true]').textContent();
  const onTab = (): Promise<boolean> => panel.evaluate(() => document.activeElement?.getAttribute('role') === 'tab');
  for (let tries = 0; tries < 20 && !(await onTab()); tries++) await press('Tab');
  expect(await onTab()).toBe(true);
  expect(await selected()).toContain('Mask');
  await press('ArrowRight');
  await expect.poll(selected).toContain('Givens');
  await press('ArrowRight');
  await expect.poll(selected).toContain('Spectrum');
  await workbench.screenshot('keyboard');
});

it('changes the layer and shows the table twin', async () => {
  const layer = (): Promise<string> =>
    panel.locator('vscode-dropdown[aria-label=Layer]').evaluate((element) => (element as HTMLSelectElement).value);
  await expect.poll(layer).toBe('fc1');
  await press(']');
  await expect.poll(layer).toBe('fc2');
  await press('t');
  await panel.locator('[role=tabpanel] [role=grid]:visible, [role=tabpanel] table:visible').first().waitFor();
  await workbench.screenshot('keyboard-table');
});

it('complained about nothing on the way', () => {
  expect(workbench.complaints).toEqual([]);
});
