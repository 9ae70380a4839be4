/** Compared initialisations: the summary, the charts, what is kept, and the states in their place. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type {
  ComparedMethod,
  CompareMethod,
  CompareViewApi,
  CompareViewEvents,
  CompareViewState,
} from '../../src/protocol/compare';
import { root } from '../../scripts/lib/process.mjs';
import { describeInBrowser, themes, useBrowser, View, type ViewOptions } from './harness';
import { Saved } from './serve';

let view: View<CompareViewApi, CompareViewEvents>;
let saved: Saved;
let asked: number;

/** Widths of the preset mlp-7: the last layer has ten rows. */
const layerNames = ['fc1', 'fc2', 'fc3', 'fc4', 'fc5', 'fc6', 'fc7'];

/** `spread` 0 is an isometry; the singular values fall evenly from 1 + spread to 1 - spread. */
const method = (
  init: ComparedMethod['init'],
  distribution: ComparedMethod['distribution'],
  spread: number,
  milliseconds: number,
): ComparedMethod => {
  const layers = layerNames.map((name, place) => {
    const shape: [number, number] = name === 'fc7' ? [10, 100] : [100, place === 0 ? 784 : 100];
    const [rows, columns] = shape;
    const density = (distribution === 'erk' ? 0.073 : 0.1) * (1 + place / 6);
    const values = Array.from({ length: rows }, (_, i) => 1 + spread * (1 - (2 * i) / (rows - 1)));
    const [min, max] = [values.at(-1)!, values[0]];
    const dead = values.filter((value) => value < 1e-6 * max).length;
    return {
      name,
      shape,
      targetDensity: density,
      density,
      nonZeros: Math.round(density * rows * columns),
      orthogonalityError: Math.max(1e-7, spread),
      singularValues: { min, mean: 1, max, dead },
      values,
    };
  });
  return {
    init,
    distribution,
    layers,
    nonZeros: layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0),
    weights: layers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0),
    milliseconds,
    jacobian: { min: 0.2 - spread / 8, mean: 0.8, max: 1.4 + spread, dead: 0 },
  };
};

const methods: ComparedMethod[] = [
  method('eoi', 'erk', 0, 240),
  method('base', 'erk', 1, 12),
  method('ai', 'erk', 0.4, 5300),
  {
    ...{ init: 'sao', distribution: 'erk', layers: [], nonZeros: 0, weights: 0, milliseconds: 0 },
    error: {
      code: 'core.sao-degree',
      message: 'sparsity.sao.degree is 16, which does not divide the 100 rows of fc2. Take 10 or 20.',
    },
  },
  method('eoi', 'uniform', 0, 250),
];
const state: CompareViewState = { configPath: '/project/mlp7.sparse.yaml', methods: [], layer: null };

const open = async (
  given: ComparedMethod[],
  options: Partial<ViewOptions> = {},
  notDrawn: CompareMethod[] = [],
): Promise<void> => {
  saved = new Saved();
  asked = 0;
  const api: CompareViewApi = {
    summary: () => Promise.resolve({ config: 'mlp7.sparse.yaml', methods: given.length, notDrawn }),
    method: ({ index }) => Promise.resolve(given[index]),
    again: () => {
      asked++;
      return Promise.resolve();
    },
    save: saved.save,
  };
  view = await View.open<CompareViewApi, CompareViewEvents>(api, {
    boot: { view: 'compare', state },
    ...options,
  });
};

const names = (): Promise<string[]> => view.page.locator('.compare-summary tbody td:first-child').allInnerTexts();
const charts = (): Promise<number> => view.page.locator('.chart canvas').count();

/** The exported picture. */
const picture = async (): Promise<Buffer> => {
  await view.page.locator('.compare-charts .chart').first().focus();
  await view.page.keyboard.press('e');
  const png = (): string | undefined => [...saved.finished].find((name) => name.endsWith('.png'));
  await expect.poll(png).toBeDefined();
  return saved.files.get(png()!)!;
};

/** Every colour in the rows `height` from `top`, as CSS writes it. */
const coloursOf = (png: Buffer, top: number, height: number): Promise<string[]> =>
  view.page.evaluate(
    async ([base64, y, rows]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, y, bitmap.width, rows);
      const found = new Set<string>();
      for (let i = 0; i < data.length; i += 4) found.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
      return [...found];
    },
    [png.toString('base64'), top, height] as const,
  );

describeInBrowser('the comparison', () => {
  useBrowser(() => view);

  it.each(themes)('shows every method, and why one could not be run, in %s', async (theme) => {
    await open(methods, { theme });
    await expect.poll(names).toEqual(['eoi · erk', 'base · erk', 'ai · erk', 'sao · erk', 'eoi · uniform']);
    expect(await view.page.locator('.failed').innerText()).toContain('does not divide');
    await expect.poll(charts).toBe(2 + 4);
    await view.screenshot(`compare-${theme}`);
  });

  it('sorts by a column, both ways, with methods that failed last', async () => {
    await open(methods);
    await view.page.getByRole('button', { name: 'time' }).click();
    expect(await names()).toEqual(['base · erk', 'eoi · erk', 'eoi · uniform', 'ai · erk', 'sao · erk']);
    await view.page.keyboard.press('Enter');
    expect(await names()).toEqual(['ai · erk', 'eoi · uniform', 'eoi · erk', 'base · erk', 'sao · erk']);
  });

  it('hides a method, walks through the layers, and keeps the layer and the comparison', async () => {
    await open(methods);
    await expect.poll(charts).toBe(6);
    await view.page.locator('.compare-legend vscode-checkbox').first().click();
    await expect.poll(charts).toBe(5);
    await view.page.locator('.compare-charts .chart').first().focus();
    await view.page.keyboard.press('[');
    await expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(/^fc7 · base · erk: density/);
    expect(await view.kept()).toMatchObject({ layer: 'fc7', comparison: { config: 'mlp7.sparse.yaml' } });
  });

  it('has its figures as a table and as a file', async () => {
    await open(methods);
    await expect.poll(charts).toBe(6);
    await view.page.locator('.compare-charts .chart').first().focus();
    await view.page.keyboard.press('Shift+E');
    await expect.poll(() => saved.finished.size).toBe(1);
    const [name, bytes] = [...saved.files][0];
    expect(name).toBe('mlp7.sparse.yaml-initialisations.csv');
    expect(bytes.toString().trim().split('\r\n')).toHaveLength(1 + 4 * 7);
    await view.page.keyboard.press('e');
    await expect.poll(() => saved.finished.size).toBe(2);
    await view.page.keyboard.press('t');
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(28);
  });

  it('has titles and legends in its picture, side by side or below each other', async () => {
    await open(methods);
    await expect.poll(charts).toBe(2 + 4);
    const png = await picture();
    await writeFile(join(root, 'test-results/view/compare-picture.png'), png);
    const swatches = await view.page
      .locator('.compare-legend .swatch')
      .evaluateAll((all) => all.map((swatch) => getComputedStyle(swatch).color));
    expect(new Set(swatches).size).toBe(4);
    // Four methods have no room beside the title of the first chart: they stand in the two lines below it.
    expect(await coloursOf(png, 16 + 22, 2 * 22)).toEqual(expect.arrayContaining(swatches));
    const ofTitle = await coloursOf(png, 16, 22);
    for (const swatch of swatches) expect(ofTitle).not.toContain(swatch);
  });

  it('tells dense initialisations, fans and patterns apart', async () => {
    const [eoi, base] = methods;
    await open([
      base,
      { ...method('base', 'erk', 0.7, 14), base: 'kaiming-normal' },
      { ...method('base', 'erk', 0.9, 15), base: 'kaiming-normal', fan: 'sparse' },
      { ...method('eoi', 'erk', 0, 3100), guided: true },
      { ...eoi, guided: false },
    ]);
    await expect
      .poll(names)
      .toEqual([
        'base · erk',
        'base (kaiming-normal) · erk',
        'base (kaiming-normal, sparse fan) · erk',
        'eoi (guided)',
        'eoi (plain) · erk',
      ]);
    await expect.poll(charts).toBe(2 + 5);
    await view.screenshot('compare-bases');
  });

  it('says of a cancelled comparison what is shown and what is not, and keeps that', async () => {
    const notDrawn: ComparedMethod[] = [methods[2], methods[4]];
    const asked = notDrawn.map(({ init, distribution }) => ({ init, distribution }));
    await open(methods.slice(0, 2), {}, asked);
    const note = view.page.locator('.compare-page > .note');
    await expect
      .poll(() => note.innerText())
      .toBe(
        'Cancelled after 2 initialisations; what was drawn until then is shown. Not drawn: ai · erk, eoi · uniform.',
      );
    expect(await view.page.locator('.run-header .fact').innerText()).toBe('2 of 4 initialisations');
    expect(await names()).toEqual(['eoi · erk', 'base · erk']);
    expect(await view.kept()).toMatchObject({ comparison: { notDrawn: asked } });
    await view.screenshot('compare-cancelled');
    const cancelled = (await picture()).readUInt32BE(20);
    await view.close();
    await open(methods.slice(0, 2));
    await expect.poll(charts).toBe(2 + 2);
    expect(await view.page.locator('.compare-page > .note').isVisible()).toBe(false);
    // The picture of a cancelled one has its sentence, too.
    expect(cancelled).toBeGreaterThan((await picture()).readUInt32BE(20));
  });

  it('says that the comparison from before is still shown when the next is cancelled at once', async () => {
    await open(methods);
    await expect.poll(charts).toBe(6);
    view.emit('cancelled', {});
    await expect
      .poll(() => view.page.locator('.compare-page > .note').innerText())
      .toMatch(/^Cancelled before .* still shown\.$/);
    expect(await charts()).toBe(6);
    view.emit('changed', { methods: [] });
    await expect.poll(() => view.page.locator('.compare-page > .note').isVisible()).toBe(false);
  });

  it('fits a narrow panel', async () => {
    await open(methods, { size: { width: 360, height: 700 } });
    await expect.poll(charts).toBe(6);
    await view.screenshot('compare-narrow');
    const wide = await view.page.locator('.compare').evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBe(0);
  });

  it('asks again for a comparison that was too large to keep, and shows what comes', async () => {
    const given: ComparedMethod[] = [];
    await open(given);
    await view.page.locator('.state vscode-button').click();
    await expect.poll(() => asked).toBe(1);
    given.push(methods[0]);
    view.emit('changed', { methods: [{ init: 'eoi', distribution: 'erk' }] });
    await expect.poll(names).toEqual(['eoi · erk']);
  });
});
