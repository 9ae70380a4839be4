/** A first day: the example is run from the CodeLens, every tab fills in, the window is reopened, a checkpoint is opened. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures, pictureOf, runTabs, showTab } from './fixtures';
import type { Workbench } from './workbench';

let folder: string;
let workbench: Workbench;
let panel: Frame;

const tab = (name: string): Locator => panel.getByRole('tab', { name });

/** The layer that the panel's header names. */
const layer = (): Promise<string> =>
  panel.locator('vscode-dropdown[aria-label=Layer]').evaluate((element) => (element as HTMLSelectElement).value);

const show = (name: string): Promise<void> => showTab(workbench, panel, name);

const setTheme = (theme: string): void => {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
};

beforeAll(async () => {
  folder = copyOf('examples');
  workbench = await openWorkbench(folder);
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

describe('the example run', () => {
  it('starts with a click above the first line, opens its panel and shows Cancel', async () => {
    await workbench.openFile('mlp7-eoi.sparse.yaml');
    // Looked for from the start: the run may be over before the panel has drawn.
    const progress = workbench.statusBar(/mlp7-eoi-1 · step \d+\/\d+/).waitFor();
    const cancel = workbench.statusBar('Cancel').waitFor();
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Run Config' }).first().click();
    panel = await workbench.webview('[role=tab]');
    await pictureOf(panel).waitFor();
    for (const name of runTabs) expect(await tab(name).count()).toBe(1);
    await Promise.all([progress, cancel]);
  });

  it('is in both trees', async () => {
    await workbench.command('View: Show Sparsescope');
    await workbench
      .treeRows('Runs')
      .filter({ hasText: /mlp7-eoi · run 1/ })
      .waitFor();
    await workbench
      .treeRows('Layers')
      .filter({ hasText: /fc1.*isometric/ })
      .waitFor();
    await workbench.screenshot('running');
  });

  it.each(runTabs)('shows the tab %s', async (name) => {
    await show(name);
    await workbench.screenshot(`tab-${name.toLowerCase()}`);
  });

  it('completes', async () => {
    const row = workbench.treeRows('Runs').filter({ hasText: /completed · 0?\.\d+ val/ });
    await row.waitFor({ timeout: 150_000 });
    await workbench.statusBar(/Sparsescope: \w+ · idle/).waitFor();
    // Nobody chose a step: the panel has gone along to the last one.
    await expect.poll(() => panel.locator('.timeline-words').innerText()).toMatch(/^step 215 of 215/);
    for (const name of runTabs) {
      await show(name);
      await workbench.screenshot(`completed-${name.toLowerCase()}`);
    }
  });

  it('plays the rotations, scrubs and steps back', async () => {
    await show('Givens');
    const scrub = panel.getByRole('slider', { name: 'Rotation' });
    const at = async (): Promise<number> => Number(await scrub.inputValue());
    await scrub.fill('60');
    await panel.getByRole('button', { name: 'One rotation back' }).click();
    await expect.poll(at).toBe(59);
    await panel.getByRole('button', { name: 'First: the beginning' }).click();
    await expect.poll(at).toBe(0);
    await panel.getByRole('button', { name: 'Play' }).click();
    await expect.poll(at).toBeGreaterThan(2);
    await panel.getByRole('button', { name: 'Pause' }).click();
    await workbench.screenshot('givens-played');
  });

  it.each([
    ['picture (PNG)', 'png'],
    ['table (CSV)', 'csv'],
  ])('exports the %s to where it is told', async (what, extension) => {
    await show('Mask');
    const target = join(folder, `exported.${extension}`);
    await panel.getByRole('button', { name: `Export the ${what}` }).click();
    const dialog = workbench.page.locator('.quick-input-widget:visible');
    const input = dialog.locator('input.input');
    // It fills in what it proposes once it has looked at the folder.
    await expect.poll(() => input.inputValue()).toMatch(new RegExp(`mlp7-eoi-1-fc1-mask.*${extension}$`));
    await expect
      .poll(async () => {
        await input.fill(target);
        await workbench.page.waitForTimeout(300);
        return input.inputValue();
      })
      .toBe(target);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => existsSync(target), { timeout: 30_000 }).toBe(true);
    const bytes = readFileSync(target);
    expect(bytes.subarray(0, 9).toString('latin1')).toMatch(extension === 'png' ? /^\x89PNG/ : /^row,colum/);
  });

  it('comes back with its tab and its layer when the window is opened again', async () => {
    await show('Spectrum');
    await workbench.treeRows('Layers').filter({ hasText: /^fc3/ }).click();
    await expect.poll(layer).toBe('fc3');
    await workbench.lookAwayUntilStored('"tab":"spectrum","layer":"fc3"');
    await workbench.reload();
    panel = await workbench.webview('[role=tab]');
    await pictureOf(panel).waitFor();
    await expect.poll(() => tab('Spectrum').getAttribute('aria-selected')).toBe('true');
    await expect.poll(layer).toBe('fc3');
    await workbench.screenshot('restored');
  });

  it.each([
    ['Default Light Modern', 'vs'],
    ['Default High Contrast', 'hc-black'],
    ['Default High Contrast Light', 'hc-light'],
  ])('is drawn in the colours of %s', async (theme, kind) => {
    setTheme(theme);
    const classes = async (): Promise<string[]> =>
      (await workbench.page.locator('.monaco-workbench').getAttribute('class'))?.split(' ') ?? [];
    await expect.poll(classes).toContain(kind);
    for (const name of runTabs) {
      await show(name);
      await workbench.screenshot(
        `${theme.replace('Default ', '').replaceAll(' ', '-').toLowerCase()}-${name.toLowerCase()}`,
      );
    }
  });

  it('shows its initial weights in the custom editor', async () => {
    setTheme('Default Dark Modern');
    await workbench.openInExplorer('.sparsescope', 'runs', 'mlp7-eoi-1', 'init.safetensors');
    // A slow service worker makes the page anew after it was first seen: then its frame is another one.
    let editor = await workbench.webview('text=layers.fc1.weight');
    await expect
      .poll(
        async () => {
          editor = await workbench.webview('text=layers.fc1.weight');
          const name = editor.getByText('layers.fc1.weight').locator('visible=true').first();
          return name.click({ timeout: 5_000 }).then(
            () => true,
            () => false,
          );
        },
        { timeout: 90_000 },
      )
      .toBe(true);
    await editor.locator('canvas:visible').first().waitFor();
    await expect.poll(() => workbench.colours(editor.locator('canvas:visible').first())).toBeGreaterThan(2);
    await workbench.screenshot('tensors');
  });

  it('is deleted after a question', async () => {
    await workbench.command('Sparsescope: Delete Run…');
    const question = workbench.page.locator('.monaco-dialog-box', { hasText: /mlp7-eoi-1/ });
    await question.waitFor();
    await question.getByRole('button', { name: 'Delete' }).click();
    await workbench.command('View: Show Sparsescope');
    await workbench.page.getByText('Run a config or open a checkpoint.').first().waitFor();
  });

  it('complained about nothing on the way', () => {
    expect(workbench.complaints).toEqual([]);
  });
});
