/** The report that the command line wrote, opened as a person opens it: from the disk, without a network. */
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { describeInBrowser, openReport, useBrowser } from './harness';

const open = (directory: string, colorScheme: 'light' | 'dark'): ReturnType<typeof openReport> =>
  openReport(join(directory, 'report.html'), { colorScheme });

describeInBrowser('the report', () => {
  useBrowser();

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
