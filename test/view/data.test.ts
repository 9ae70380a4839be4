/** Previewed data: pictures, values, classes, and the states in their place. */
import { expect, it } from 'vitest';
import type { DataPreview, DataViewApi, DataViewEvents } from '../../src/protocol/data-preview';
import { describeInBrowser, themes, useBrowser, View, type ViewOptions } from './harness';

let view: View<DataViewApi, DataViewEvents>;
let asked: number;

const names = ['cat', 'dog', 'a class with a name that is longer than its place'];
const picture = (label: number): DataPreview['examples'][number] => ({
  label,
  pixels: {
    width: 16,
    height: 16,
    rgb: Uint8Array.from({ length: 768 }, (_, i) => (i % 3 === label ? 220 : (i * 7) % 160)),
  },
});
const common = {
  config: 'pets',
  source: 'image-folder',
  inputs: 768,
  train: 900,
  validation: 100,
  byTest: false,
  classes: names.map((name, i) => ({ name, count: 450 - 150 * i })),
  classCount: 3,
  values: { examples: 512, min: -2.1, max: 2.6, mean: 0.02, deviation: 1.01 },
  examples: Array.from({ length: 40 }, (_, i) => picture(i % 3)),
  warnings: ['1 of the pictures cannot be read and is left out: cat/7.png.'],
};
const pictures: DataPreview = { ...common, picture: [3, 16, 16] };
const vectors: DataPreview = {
  ...common,
  source: 'npy',
  inputs: 5,
  warnings: [],
  classCount: 300,
  examples: [0, 1, 2].map((label) => ({ label, values: [0.1, -2.5, 1e-7, 4, 1234.5] })),
};

const open = async (answer: () => DataPreview, options: Omit<ViewOptions, 'boot'> = {}): Promise<void> => {
  asked = 0;
  const api: DataViewApi = {
    // An answer that throws is one that rejects.
    preview: () => {
      asked++;
      return new Promise((resolve) => resolve(answer()));
    },
  };
  view = await View.open(api, {
    ...options,
    boot: { view: 'data', state: { configPath: '/p/a.sparse.yaml' } },
  });
};

describeInBrowser('the preview of data', () => {
  useBrowser(() => view);

  it.each(themes)('shows pictures and classes in %s', async (theme) => {
    await open(() => pictures, { theme });
    await view.page.waitForSelector('.data-pictures canvas');
    expect(await view.page.locator('.data-pictures canvas').count()).toBe(40);
    expect(await view.page.locator('.data-pictures canvas').first().getAttribute('aria-label')).toBe(
      'Example 1: class cat',
    );
    expect(await view.page.locator('.run-header').textContent()).toContain('900 examples to train');
    expect(await view.page.locator('.data-classes tbody tr').allTextContents()).toEqual([
      'cat45050.0 %',
      'dog30033.3 %',
      `${names[2]}15016.7 %`,
    ]);
    expect(await view.page.locator('.note').textContent()).toContain('cat/7.png');
    await view.screenshot(`data-${theme}`);
  });

  it.each([1400, 520, 360])('has its name, its facts and its button whole at %i pixels', async (width) => {
    await open(() => pictures);
    await view.page.setViewportSize({ width, height: 700 });
    await view.page.waitForSelector('.data-pictures canvas');
    const header = view.page.locator('.run-header');
    for (const part of ['h1', '.fact', 'button'])
      expect(
        await header.locator(part).evaluate((element) => {
          const { left, right, width: own } = element.getBoundingClientRect();
          return own > 20 && left >= 0 && right <= window.innerWidth && element.scrollWidth <= element.clientWidth + 1;
        }),
        part,
      ).toBe(true);
    await view.screenshot(`data-${width}`);
  });

  it('shows values in a table, and how many classes are left out', async () => {
    await open(() => vectors);
    await view.page.waitForSelector('.data-values');
    expect(await view.page.locator('.data-values tbody tr').count()).toBe(3);
    expect(await view.page.locator('.data-body').textContent()).toContain('The first 3 of 300 classes.');
    await view.screenshot('data-values');
  });

  it('says why there is nothing, and reads again', async () => {
    let there = false;
    await open(() => {
      if (!there) throw Object.assign(new Error('/p/x_train.npy is not there.'), { code: 'file.not-found' });
      return vectors;
    });
    await view.page.waitForSelector('.failure');
    expect(await view.page.locator('.failure').textContent()).toContain('/p/x_train.npy is not there.');
    await view.screenshot('data-failure');
    there = true;
    await view.page.getByText('Try Again').click();
    await view.page.waitForSelector('.data-values');
    view.emit('changed', {});
    await view.page.waitForFunction(() => document.querySelector('.data-values') !== null);
    await expect.poll(() => asked).toBe(3);
  });
});
