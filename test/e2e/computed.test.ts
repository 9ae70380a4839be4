/** What computes and why, where a person looks for it: status bar, Doctor, and what can be installed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench(copyOf('test/host/workspace'));
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

it('is told by Doctor', async () => {
  await workbench.openFile('quick.sparse.yaml');
  await workbench.configSeen();
  await workbench.command('Sparsescope: Doctor');
  await workbench.page.locator('.tab.active', { hasText: 'Sparsescope Doctor' }).waitFor();
  await expect.poll(() => workbench.editorText()).toMatch(/backend +wasm: with SIMD, taken by auto/);
  await workbench.screenshot('doctor');
});

it('is told by the status bar, with the reason when it is pointed at', async () => {
  const item = workbench.statusBar('Sparsescope: wasm').first();
  await item.hover();
  const hover = workbench.page.locator('.monaco-hover:visible, .workbench-hover:visible').last();
  await hover.waitFor();
  expect(await hover.innerText()).toMatch(/^Sparsescope\nwasm: with SIMD/);
  await workbench.screenshot('status-bar');
});

it('can be changed: engines for graphics cards are offered, none is fetched unasked', async () => {
  await workbench.command('Sparsescope: Install GPU Engine');
  const rows = workbench.page.locator('.quick-input-widget .monaco-list-row');
  await rows.filter({ hasText: 'webgpu' }).first().waitFor();
  await workbench.screenshot('install-gpu');
  await workbench.page.keyboard.press('Escape');
  await workbench.command('Sparsescope: Remove GPU Engine');
  await workbench
    .notification(/GPU engine/)
    .first()
    .waitFor();
  await workbench.screenshot('remove-gpu');
});

it('complained about nothing on the way', () => {
  expect(workbench.complaints).toEqual([]);
});
