/** While the config is typed, mistakes are underlined, listed, explained and mended. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyOf, openWorkbench, pictureFailures } from './fixtures';
import type { Workbench } from './workbench';

let folder: string;
let workbench: Workbench;

beforeAll(async () => {
  folder = copyOf('test/host/workspace');
  workbench = await openWorkbench(folder);
});
afterAll(() => workbench.close());
pictureFailures(() => workbench);

describe('a config with a mistake', () => {
  it('is underlined and listed under Problems with what was meant', async () => {
    await workbench.openFile('mistaken.sparse.yaml');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.page.keyboard.press('Control+Shift+M');
    const row = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'densty' });
    await row.first().waitFor();
    expect(await row.first().textContent()).toMatch(/did you mean/i);
    await workbench.screenshot('problems');
  });

  it('says so on hover, and the quick fix mends it', async () => {
    const word = workbench.editor.locator('.view-line span', { hasText: /^\s*densty/ }).last();
    await word.hover();
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: /did you mean/i });
    await hover.waitFor();
    await workbench.screenshot('hover-mistake');
    await word.click();
    await workbench.page.keyboard.press('Control+.');
    await workbench.page.locator('.action-widget .monaco-list-row.focused', { hasText: /density/ }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await workbench.editor.locator('.view-line', { hasText: /^\s*density:\s?0\.1/ }).waitFor();
    // Back as it was, for whoever opens the file next.
    await workbench.command('File: Revert File');
  });

  it('is not run: one sentence says why', async () => {
    await workbench.command('Sparsescope: Run Config');
    await workbench
      .notification(/mistaken\.sparse\.yaml/)
      .first()
      .waitFor();
    await workbench.screenshot('refused');
  });
});

describe('a checkpoint whose header lies', () => {
  it('opens all the same and says what is wrong with it', async () => {
    // The first eight bytes are the header's length: 2^40, in a file of 16 bytes.
    const lie = Buffer.alloc(16);
    lie.writeBigUInt64LE(1n << 40n);
    writeFileSync(join(folder, 'lying.safetensors'), lie);
    await workbench.openInExplorer('lying.safetensors');
    const page = await workbench.webview('text=lying.safetensors');
    await expect.poll(() => page.locator('body').innerText()).toMatch(/header.*(bytes|longer)/is);
    await workbench.screenshot('lying');
  });
});

describe('a config without one', () => {
  it('tells density and non-zeros on hover', async () => {
    await workbench.openFile('quick.sparse.yaml');
    const key = workbench.editor.locator('.view-line span', { hasText: /^\s*density$/ }).last();
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: /6[,. ]?352/ });
    // A hover closes when the editor lays itself out anew, as it does after it was opened: a person points again.
    await expect
      .poll(
        async () => {
          await workbench.page.mouse.move(5, 5);
          await key.hover();
          return hover.waitFor({ timeout: 5_000 }).then(
            () => true,
            () => false,
          );
        },
        { timeout: 90_000 },
      )
      .toBe(true);
    await workbench.screenshot('hover-density');
  });

  it('complained about nothing on the way', () => {
    expect(workbench.complaints).toEqual([]);
  });
});
