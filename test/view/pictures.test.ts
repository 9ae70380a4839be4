/** Every view in the four kinds of theme, kept in test-results/view to be looked at; and what can be held about colours. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import type { RunViewApi, RunViewEvents, TensorViewApi, TensorViewEvents } from '../../src/protocol/views';
import { describeInBrowser, themes, useBrowser, View } from './harness';
import { serveRun, serveTensors } from './serve';

/** Keys that lead from one picture to the next, and what tells that it is there. */
const pictures: { name: string; keys: string; ready: RegExp }[] = [
  { name: 'mask', keys: '', ready: /^fc1 · 100 × 784 · [\d,]+ of/ },
  { name: 'weights', keys: ']w..', ready: /^fc2 · 100 × 100 · [\d,]+ of/ },
  { name: 'givens', keys: '2', ready: /^rotation \d+ of/ },
  { name: 'spectrum', keys: '3[..', ready: /^fc1 at step 200: 100 singular values/ },
  { name: 'training', keys: '5', ready: /^step 215 · loss/ },
];

/** WCAG contrast of the page's text colours on its background. */
const contrasts = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d')!;
    const background = getComputedStyle(document.body).backgroundColor;
    const luminance = (colour: string): number => {
      context.fillStyle = background;
      context.fillRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((part) => {
        const share = part / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = luminance(background);
    const probe = document.body.appendChild(document.createElement('span'));
    const contrast = (name: string): number => {
      probe.style.color = `var(--sparse-${name})`;
      const ink = luminance(getComputedStyle(probe).color);
      return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    };
    return {
      text: contrast('foreground'),
      muted: contrast('muted'),
      first: contrast('series-1'),
      second: contrast('series-2'),
    };
  });

describeInBrowser('pictures', () => {
  useBrowser();

  it.each(themes)('of a run in %s', async (theme) => {
    const directory = inject('eoiRun');
    const boot = { view: 'run', state: { directory, tab: 'mask', layer: null, step: 0 } } as const;
    const view = await View.open<RunViewApi, RunViewEvents>(serveRun(directory).api, { boot, theme });
    for (const { name, keys, ready } of pictures) {
      for (const key of keys) await view.page.keyboard.press(key);
      await expect.poll(() => view.page.locator('.read-out').innerText(), { timeout: 10_000 }).toMatch(ready);
      await view.screenshot(`${name}-${theme}`);
    }
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  it.each(themes)('of rotations of a group, and of those led by a pattern, in %s', async (theme) => {
    for (const [name, directory, layer] of [
      ['givens-group', inject('convRun'), 'conv2'],
      ['givens-led', inject('guidedRun'), 'qkv'],
    ]) {
      const boot = { view: 'run', state: { directory, tab: 'givens', layer, step: 0 } } as const;
      const view = await View.open<RunViewApi, RunViewEvents>(serveRun(directory).api, { boot, theme });
      await expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(/rotation [\d,]+ of/);
      expect(await view.page.locator('vscode-dropdown[aria-label=Group]').isVisible()).toBe(true);
      await view.page.waitForTimeout(400);
      await view.screenshot(`${name}-${theme}`);
      expect(view.complaints).toEqual([]);
      await view.close();
    }
  });

  it.each(themes)('of a tensor file in %s, and its text can be read', async (theme) => {
    const path = join(inject('eoiRun'), 'checkpoints/step-000100.safetensors');
    const served = serveTensors(path);
    const boot = { view: 'tensors', state: { uri: path, tensor: 'layers.fc3.weight' } } as const;
    const view = await View.open<TensorViewApi, TensorViewEvents>(served.api, { boot, theme });
    await expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(/layers\.fc3\.weight/);
    await view.page.locator('.statistics canvas').waitFor();
    await view.page.waitForTimeout(400);
    await view.screenshot(`tensors-${theme}`);
    const { text, muted, first, second } = await contrasts(view.page);
    // WCAG 2.1: 4.5 for text; 3 for what is needed to understand a graphic.
    expect(text).toBeGreaterThanOrEqual(7);
    expect(muted).toBeGreaterThanOrEqual(4.5);
    expect(Math.min(first, second)).toBeGreaterThanOrEqual(2.7);
    expect(view.complaints).toEqual([]);
    await view.close();
    await served.close();
  });
});
