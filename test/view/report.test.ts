/** The report that the command line wrote, opened as a person opens it: from the disk, without a network. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { describeInBrowser, launch } from './harness';

let browser: Browser;

const open = async (
  directory: string,
  colorScheme: 'light' | 'dark',
): Promise<{ page: Page; complaints: string[] }> => {
  const page = await (await browser.newContext({ colorScheme, viewport: { width: 1100, height: 800 } })).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(pathToFileURL(join(directory, 'report.html')).href);
  return { page, complaints };
};

describeInBrowser('the report', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it.each(['light', 'dark'] as const)('tells the whole run in %s colours', async (scheme) => {
    const { page, complaints } = await open(inject('eoiRun'), scheme);
    expect(await page.locator('h1').innerText()).toBe('mlp7-eoi · run 1');
    expect(await page.locator('h2').allInnerTexts()).toEqual([
      'Layers at initialisation',
      'Masks',
      'Training',
      'Singular values of the layers',
      'Singular values of the input-output Jacobian',
      'Config',
    ]);
    expect(await page.locator('.facts').innerText()).toMatch(/validation loss 0\.\d+, accuracy \d+\.\d %/);
    expect(await page.locator('section').first().locator('tbody tr').count()).toBe(7);
    expect(await page.locator('.mask canvas').count()).toBe(7);
    await page.waitForTimeout(400);
    expect(await page.locator('.chart canvas').count()).toBe(3 + 7 + 3);
    await page.screenshot({ path: join(root, `test-results/view/report-${scheme}.png`), fullPage: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('draws the kept weights of a mask and no other', async () => {
    const { page } = await open(inject('eoiRun'), 'light');
    const share = await page
      .locator('.mask canvas')
      .nth(1)
      .evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let drawn = 0;
        for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
        return drawn / (canvas.width * canvas.height);
      });
    // fc2 keeps 12.98 % of its 100 x 100 weights, drawn alike.
    expect(share).toBeCloseTo(0.1298, 2);
    await page.context().close();
  });

  it('leaves out what a run has not', async () => {
    const { page, complaints } = await open(inject('baseRun'), 'light');
    expect(await page.locator('h2').allInnerTexts()).not.toContain('Singular values of the input-output Jacobian');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
