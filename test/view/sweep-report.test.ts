/** The report of a sweep, opened as a person opens it: from the disk, without a network. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { Rng } from '../../src/core/rng';
import { valueText, type PlainValue } from '../../src/core/plain-value';
import { sweepReportVersion } from '../../src/protocol/sweep';
import type { SweepReportData, TrialResult } from '../../src/protocol/sweep';
import { page as reportHtml } from '../../src/runs/report/page';
import { groupTrials } from '../../src/runs/sweep-results';
import { describeInBrowser, openReport, useBrowser } from './harness';

let folder: string;

type Axes = [key: string, values: PlainValue[]][];

/** Every combination, the last key fastest; what comes out is made up, and the same each time. */
const made = (
  axes: Axes,
  trial: (values: readonly PlainValue[], rng: Rng) => Partial<TrialResult>,
): SweepReportData => {
  const rng = Rng.fromSeed(1);
  const grid = axes.reduce<PlainValue[][]>(
    (all, [, values]) => all.flatMap((row) => values.map((v) => [...row, v])),
    [[]],
  );
  const keys = axes.map(([key]) => key);
  const trials = grid.map((values, i): TrialResult => {
    const id = String(i + 1).padStart(4, '0');
    return { id, values, state: 'completed', seconds: 3 + rng.uniform(), ...trial(values, rng) };
  });
  return {
    version: sweepReportVersion,
    generatedAt: '2026-03-01T12:00:00.000Z',
    sparsescope: '0.0.0',
    record: {
      version: 1,
      name: 'grid',
      configPath: '/project/grid.sparse.yaml',
      configSha256: '',
      state: trials.some(({ state }) => state === 'failed') ? 'failed' : 'completed',
      createdAt: '2026-03-01T11:00:00.000Z',
      endedAt: '2026-03-01T12:00:00.000Z',
      backend: 'auto',
      jobs: 2,
      keys,
    },
    id: 'grid-1',
    config: 'version: 1\n',
    trials,
    ...groupTrials(keys, trials),
  };
};

const gains: Record<string, number> = { base: 0, ai: 0.15, eoi: 0.25 };

/** As of an experiment: three methods over densities, a panel for each activation. */
const large = (): SweepReportData =>
  made(
    [
      ['model.activation', ['linear', 'tanh', 'hard-tanh', 'relu']],
      ['sparsity.init', ['base', 'ai', 'eoi']],
      ['sparsity.density', [0.01, 0.03, 0.1, 0.3, 1]],
      ['seed', [1, 2, 3, 4, 5]],
    ],
    ([, init, density], rng) => {
      if (init === 'eoi' && density === 0.01)
        return { state: 'failed', error: { code: 'config.density-too-low', message: 'sparsity.density is too low.' } };
      const accuracy = Math.min(
        0.98,
        0.5 + gains[valueText(init)] + 0.12 * Math.log10(100 * Number(density)) + 0.03 * rng.uniform(),
      );
      return {
        accuracy,
        loss: -Math.log(accuracy),
        firstLoss: 2.3 + 0.1 * rng.uniform(),
        density: Number(density),
        isometryError: 0.25 - gains[valueText(init)],
        initSeconds: 0.05 + Number(density),
      };
    },
  );

const open = async (data: SweepReportData, options: BrowserContextOptions): ReturnType<typeof openReport> => {
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => readFile(join(root, 'dist', name), 'utf8')),
  );
  const file = join(folder, 'report.html');
  const table = { head: data.keys, rows: [] };
  await writeFile(file, reportHtml({ title: data.id, kind: 'sweep', data, table }, { script, style }));
  return openReport(file, options);
};

describeInBrowser('the report of a sweep', () => {
  useBrowser();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparsescope-sweep-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['contrast', { colorScheme: 'dark', forcedColors: 'active' }],
    ['narrow', { colorScheme: 'light', viewport: { width: 420, height: 800 } }],
  ] as const)('of 300 trials has a panel for each activation, %s', async (name, options) => {
    const { page, complaints } = await open(large(), options);
    expect(await page.locator('h1').innerText()).toBe('grid · sweep 1');
    expect(await page.locator('.facts').innerText()).toMatch(
      /ended, with failures: 280 of 300 trials completed, 20 failed[\s\S]*best\s+accuracy 9\d\.\d %/,
    );
    const accuracy = page.locator('section', { has: page.locator('h2', { hasText: 'Validation accuracy' }) });
    expect(await accuracy.locator('h3').allInnerTexts()).toEqual(
      ['linear', 'tanh', 'hard-tanh', 'relu'].map((activation) => `model.activation ${activation}`),
    );
    expect(await accuracy.locator('.chart').first().locator('.legend-item').allInnerTexts()).toEqual([
      'base',
      'ai',
      'eoi',
    ]);
    const results = page.locator('section', { has: page.locator('h2', { hasText: /^Results$/ }) });
    expect(await results.locator('tbody tr').count()).toBe(60);
    expect(await results.locator('tbody tr').first().innerText()).toMatch(/^linear\tbase\t0\.01\t5\t0\t\d\d\.\d ± \d/);
    // Nobody reads 300 rows that did not ask for them.
    expect(await page.locator('details[open]').count()).toBe(0);
    await page.locator('summary', { hasText: 'Time to draw the layers' }).click();
    await page.waitForTimeout(400);
    expect(await page.locator('details[open] .chart canvas').count()).toBe(4);
    await page.screenshot({ path: join(root, `test-results/view/sweep-report-${name}.png`), fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([1100, 420])('of values over decades has an axis of ratios, at %i pixels', async (width) => {
    const { page, complaints } = await open(
      made(
        [
          ['sharing.initStd', [1e-4, 1e-3, 0.01, 0.1, 1, 10]],
          ['sharing.method', ['roast', 'stable-rps']],
          ['seed', [1, 2, 3]],
        ],
        ([initStd, method], rng) => {
          const off = method === 'roast' ? 0.12 * Math.abs(Math.log10(Number(initStd)) + 1.4) : 0;
          return { accuracy: 0.95 - off - 0.02 * rng.uniform(), loss: 0.1 + off };
        },
      ),
      { colorScheme: 'dark', viewport: { width, height: 800 } },
    );
    await page.waitForTimeout(300);
    await page
      .locator('.chart')
      .first()
      .screenshot({
        path: join(root, `test-results/view/sweep-report-decades-${width}.png`),
      });
    // The cursor goes from value to value: each is ten times the one before.
    const chart = page.locator('.chart').first();
    const box = (await chart.locator('.u-over').boundingBox())!;
    const places: number[] = [];
    for (let i = 0; i < 6; i++) {
      await chart.press('ArrowRight');
      const cursor = (await chart.locator('.u-cursor-x').boundingBox())!;
      places.push((cursor.x - box.x) / box.width);
    }
    const steps = places.slice(1).map((place, i) => place - places[i]);
    for (const step of steps) expect(Math.abs(step - steps[0])).toBeLessThan(0.01);
    expect(steps[0]).toBeGreaterThan(0.15);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('of one trial is a row', async () => {
    const { page, complaints } = await open(
      made([['sparsity.density', [0.1]]], () => ({
        accuracy: 0.9,
        loss: 0.3,
        density: 0.1,
        warnings: [{ code: 'engine.checkpoint-unusable', message: 'It cannot be used. The run goes on from step 4.' }],
      })),
      { colorScheme: 'light' },
    );
    expect(await page.locator('tbody tr').count()).toBe(3);
    const warned = page.locator('section', { has: page.locator('h2', { hasText: 'Warnings' }) });
    expect(await warned.locator('tbody tr').allInnerTexts()).toEqual([
      '0001\tIt cannot be used. The run goes on from step 4.',
    ]);
    expect(await page.locator('.chart').count()).toBe(0);
    await page.screenshot({ path: join(root, 'test-results/view/sweep-report-one.png'), fullPage: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('of words along the axis names them; where nothing was learned it shows the initialisation', async () => {
    const { page, complaints } = await open(
      made(
        [
          ['sparsity.init', ['base', 'ai', 'eoi']],
          ['seed', [1, 2]],
        ],
        ([init], rng) => ({ isometryError: 0.3 - gains[valueText(init)], initSeconds: 0.1 + rng.uniform() }),
      ),
      { colorScheme: 'light' },
    );
    expect(await page.locator('details[open] .chart').count()).toBe(2);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(root, 'test-results/view/sweep-report-words.png'), fullPage: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
