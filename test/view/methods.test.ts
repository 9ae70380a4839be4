/** What the panel and the report show of methods beyond the first: convolutions in groups, masks that change. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import type { RunTab, RunViewApi } from '../../src/protocol/views';
import { describeInBrowser } from './harness';
import { open as openRun, press, readsOut, served, useRunPanel, view } from './run-panel';

const open = (tab: RunTab, layer: string, step = 0, change: Partial<RunViewApi> = {}): Promise<void> =>
  openRun(tab, { directory: inject('convRun'), layer, step }, change);

/** Dotted lines of each chart, told by columns of pixels in the colour of marks. */
const dottedLines = (page: Page): Promise<number[]> =>
  page.locator('.chart canvas').evaluateAll((all) => {
    const muted = getComputedStyle(document.querySelector('.swatch.colour-muted')!).color.match(/\d+/g)!.map(Number);
    return all.map((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      // Half transparent where a line lies between two pixels, and then rounded.
      const isMark = (at: number): boolean =>
        data[at + 3] > 60 && muted.every((value, channel) => Math.abs(data[at + channel] - value) <= 4);
      /** The longest column of marks of which one follows the other within 12 pixels: words of the axis are further apart. */
      const length = (x: number): number => {
        const rows = Array.from({ length: height }, (_, y) => y).filter((y) => isMark(4 * (y * width + x)));
        let first = 0;
        return rows.reduce((longest, row, i) => {
          if (i > 0 && row - rows[i - 1] > 12) first = i;
          return Math.max(longest, row - rows[first]);
        }, 0);
      };
      const isLine = Array.from({ length: width }, (_, x) => length(x) > height / 2);
      return isLine.filter((line, x) => line && !isLine[x - 1]).length;
    });
  });

describeInBrowser('methods shown', () => {
  useRunPanel();

  it('plays the sequence of each group of a convolution', async () => {
    const asked = new Set<number | undefined>();
    await open('givens', 'conv2', 0, {
      rotations: (params) => {
        asked.add(params.group);
        return served.reader.rotations(params);
      },
    });
    await readsOut(/rotation [\d,]+ of [\d,]+/);
    await view.screenshot('givens-groups');
    const groups = view.page.locator('vscode-dropdown[aria-label=Group]');
    await groups.focus();
    await press('ArrowDown');
    await press('Enter');
    await expect.poll(() => [...asked]).toEqual([0, 1]);
    await readsOut(/rotation [\d,]+ of [\d,]+/);
    await press('Shift+Tab');
    await view.page.getByRole('tab', { name: 'Mask' }).click();
    await readsOut(/conv2 · 8 × 36 · \d+ of 288 kept/);
    await view.screenshot('mask-conv');
  });

  it('has no choice of groups where there is one', async () => {
    await open('givens', 'fc');
    await readsOut(/rotation [\d,]+ of [\d,]+/);
    expect(await view.page.locator('vscode-dropdown[aria-label=Group]').isVisible()).toBe(false);
  });

  it('shows the mask of the selected step', async () => {
    const steps: number[] = [];
    await open('mask', 'fc', 0, {
      maskTile: (params) => {
        steps.push(params.step ?? -1);
        return served.reader.maskTile(params);
      },
    });
    await readsOut(/fc · 10 × 392 · [\d,]+ of 3,920 kept/);
    const matrix = view.page.locator('.matrix');
    const before = await matrix.screenshot();
    await press('.');
    await expect.poll(() => new Set(steps)).toEqual(new Set([0, 20]));
    await view.page.waitForTimeout(300);
    expect((await matrix.screenshot()).equals(before)).toBe(false);
  });

  it('marks each change of the masks, tells it, and lists them all', async () => {
    await open('training', 'fc', 43);
    await readsOut(/rigl at step 32: [\d,]+ dropped, [\d,]+ grown/);
    expect(await view.page.locator('.controls .legend-item').innerText()).toBe('4 changes of the masks');
    await expect.poll(() => dottedLines(view.page)).toEqual([4, 4, 4]);
    await view.screenshot('training-masks');
    await press('t');
    await view.page.getByRole('radio', { name: 'Mask changes' }).check({ force: true });
    const rows = view.page.locator('.table-twin tbody tr');
    await expect.poll(() => rows.count()).toBe(4);
    const cells = await rows.first().locator('td, th').allInnerTexts();
    expect(cells.slice(0, 2)).toEqual(['8', 'rigl']);
    // Of three layers.
    expect(Number(cells[2])).toBe(3);
    expect(cells[3]).toBe(cells[4]);
    expect(Number(cells[6])).toBeGreaterThan(0);
    expect(Number(cells[7])).toBeGreaterThan(0);
  });

  it('has no lines, but a table, for more changes than can be told apart', async () => {
    await open('training', 'fc', 43, {
      snapshot: async () => {
        const snapshot = await served.reader.snapshot();
        const [first] = snapshot.maskChanges;
        return { ...snapshot, maskChanges: Array.from({ length: 41 }, (_, i) => ({ ...first, step: i + 1 })) };
      },
    });
    await expect
      .poll(() => view.page.locator('.controls .legend-item').innerText())
      .toBe('41 changes of the masks, too many to mark: the table lists them');
    await expect.poll(() => dottedLines(view.page)).toEqual([0, 0, 0]);
  });

  it('are in the report', async () => {
    await open('training', 'fc');
    const page = await view.page.context().newPage();
    await page.goto(pathToFileURL(join(inject('convRun'), 'report.html')).href);
    const changes = page.locator('details', { hasText: 'Changes of the masks' });
    expect(await changes.locator('tbody tr').count()).toBe(4);
    expect(await page.getByText('Dotted lines: 4 changes of the masks.').isVisible()).toBe(true);
    await expect.poll(async () => (await dottedLines(page)).slice(0, 3)).toEqual([4, 4, 4]);
    expect(await page.locator('section').first().innerText()).toMatch(/conv2\s+8 × 4 × 3 × 3\s+eoi/);
    await page.close();
  });
});
