/** Panels as narrow as a person makes them beside an editor: everything is there, and nothing is cut. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import type { RunTab, RunViewApi, RunViewEvents, TensorViewApi, TensorViewEvents } from '../../src/protocol/views';
import { describeInBrowser, openReport, useBrowser, View } from './harness';
import { serveRun, serveTensors } from './serve';

const widths = [360, 420, 480];
const tabs: readonly RunTab[] = ['mask', 'givens', 'spectrum', 'training'];

/**
 * What is wider than its box, by its class: the page itself, and whatever does not scroll sideways of its own accord.
 * Text that gives way on purpose (an ellipsis) counts too: in a narrow panel it wraps instead.
 */
const cut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (element: Element): boolean =>
      element.closest('.table-scroll, pre, .list, svg, vscode-dropdown, vscode-button') !== null;
    const wide = [document.documentElement, ...document.querySelectorAll('body, body *')].filter(
      (element) => !scrolls(element) && element.clientWidth > 0 && element.scrollWidth > element.clientWidth,
    );
    const outside = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && !scrolls(element) && (box.right > innerWidth + 0.5 || box.left < -0.5);
    });
    return [...wide, ...outside].map((element) => `${element.tagName}.${element.getAttribute('class')}`);
  });

/** Lines of the read-out that do not fit into its room. */
const hiddenLines = (page: Page): Promise<number> =>
  page.locator('.read-out').evaluate((element) => Math.max(0, element.scrollHeight - element.clientHeight));

describeInBrowser('a narrow page', () => {
  useBrowser();

  it.each(widths.flatMap((width) => tabs.map((tab) => [width, tab] as const)))(
    'of %d px shows the whole of %s',
    async (width, tab) => {
      const directory = inject('eoiRun');
      const view = await View.open<RunViewApi, RunViewEvents>(serveRun(directory).api, {
        boot: { view: 'run', state: { directory, tab, layer: 'fc2', step: 0 } },
        size: { width, height: 640 },
      });
      const { page } = view;
      await expect.poll(() => page.locator('.read-out').innerText()).toMatch(/\d/);
      await page.locator('.panel canvas').first().waitFor();
      await view.screenshot(`narrow-${width}-${tab}`);
      expect(await cut(page)).toEqual([]);
      expect(await hiddenLines(page)).toBe(0);
      const help = (await page.getByRole('button', { name: 'Help' }).boundingBox())!;
      expect(help.x + help.width).toBeLessThanOrEqual(width);
      expect(view.complaints).toEqual([]);
      await view.close();
    },
  );

  it.each(widths)('of %d px keeps the words of a weight under the cursor together', async (width) => {
    const directory = inject('eoiRun');
    const view = await View.open<RunViewApi, RunViewEvents>(serveRun(directory).api, {
      boot: { view: 'run', state: { directory, tab: 'mask', layer: 'fc1', step: 0 } },
      size: { width, height: 640 },
    });
    await view.page.locator('.matrix').focus();
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('End');
    await expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(/column 783: \d+ of 100 kept/);
    expect(await cut(view.page)).toEqual([]);
    expect(await hiddenLines(view.page)).toBe(0);
    await view.close();
  });

  it.each(widths)('of %d px holds an error with its remedies, and an empty view', async (width) => {
    const directory = inject('eoiRun');
    const served = serveRun(directory);
    const message =
      'The rotations of fc2 in rotations/fc2.bin end after 12 bytes; 142 rotations of 16 bytes were expected. Start the run again.';
    const rotations = (): Promise<never> =>
      Promise.reject(Object.assign(new Error(message), { code: 'runs.bad-rotations' }));
    const view = await View.open<RunViewApi, RunViewEvents>(
      { ...served.api, rotations },
      {
        boot: { view: 'run', state: { directory, tab: 'givens', layer: 'fc2', step: 0 } },
        size: { width, height: 640 },
        theme: 'high-contrast',
      },
    );
    await expect.poll(() => view.page.getByRole('alert').innerText()).toMatch(/142 rotations of 16 bytes/);
    await view.screenshot(`narrow-${width}-error`);
    expect(await cut(view.page)).toEqual([]);
    const { record, ...rest } = await served.reader.snapshot();
    const based = record.layers.map((layer) => ({ ...layer, init: 'base' as const, rotations: 0 }));
    view.emit('changed', { ...rest, record: { ...record, layers: based } });
    await view.page.keyboard.press(']');
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/fc3 has no rotation sequence/);
    await view.screenshot(`narrow-${width}-empty`);
    expect(await cut(view.page)).toEqual([]);
    await view.close();
  });

  it.each(widths)('of %d px shows a tensor file', async (width) => {
    const file = join(inject('eoiRun'), 'checkpoints/step-000100.safetensors');
    const served = serveTensors(file);
    const view = await View.open<TensorViewApi, TensorViewEvents>(served.api, {
      boot: { view: 'tensors', state: { uri: file, tensor: 'layers.fc3.weight' } },
      size: { width, height: 760 },
    });
    await view.page.locator('.statistics canvas').waitFor();
    await view.screenshot(`narrow-${width}-tensors`);
    expect(await cut(view.page)).toEqual([]);
    expect(view.complaints).toEqual([]);
    await view.close();
    await served.close();
  });

  it.each(widths)('of %d px holds the report', async (width) => {
    const { page } = await openReport(join(inject('eoiRun'), 'report.html'), {
      colorScheme: 'light',
      viewport: { width, height: 800 },
    });
    await page.locator('.chart canvas').first().waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(root, `test-results/view/narrow-${width}-report.png`), fullPage: true });
    expect(await cut(page)).toEqual([]);
    await page.context().close();
  });
});
