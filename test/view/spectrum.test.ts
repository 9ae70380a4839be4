/** The Jacobian and the signals of the Spectrum tab in every theme, wide and as narrow as beside an editor. */
import { expect, inject, it } from 'vitest';
import type { JacobianEvent } from '../../src/protocol/run';
import type { RunViewApi } from '../../src/protocol/views';
import { describeInBrowser, themes } from './harness';
import { serveRun } from './serve';
import { open, press, served, useRunPanel, view } from './run-panel';

const legend = (title: string): Promise<string> =>
  view.page.locator('.chart', { has: view.page.locator('.chart-title', { hasText: title }) }).innerText();

/** Its paragraphs in one line. */
const jacobianNote = async (): Promise<string> =>
  (await view.page.locator('.spectrum > .note').innerText()).replaceAll(/\s+/g, ' ');

describeInBrowser('the Jacobian', () => {
  useRunPanel();

  it.each(themes.flatMap((theme) => [1000, 420].map((width) => [theme, width] as const)))(
    'is drawn along training and depth beside mean-field theory, in %s, %d px wide',
    async (theme, width) => {
      await open('spectrum', { layer: 'fc2', step: 215, theme, size: { width, height: 1500 } });
      await expect.poll(jacobianNote).toMatch(/^Jacobian at step 215, over 32 examples: .* · rms \d/);
      expect(await jacobianNote()).toMatch(/Mean field, .*: rms \d.*By layer: over 8 examples\.$/);
      await expect.poll(() => view.page.locator('.chart-row .chart:visible canvas').count()).toBe(5);
      expect(await legend('Jacobian: by layer')).toMatch(/min\s+rms\s+rms by mean field\s+max/);
      await view.screenshot(`spectrum-jacobian-${theme}-${width}`);
    },
  );

  it.each(themes.flatMap((theme) => [1000, 420].map((width) => [theme, width] as const)))(
    'stands beside signals, estimated by layer where the network is no chain of linear layers, in %s, %d px wide',
    async (theme, width) => {
      await open('spectrum', { directory: inject('convRun'), theme, size: { width, height: 1500 } });
      await expect
        .poll(jacobianNote)
        .toMatch(/rms \d.*Mean field, .*: rms \d.*By layer: over 4 examples, 2 of 3 layers estimated /);
      // Two of the layer, the histogram of the Jacobian and its layers, three of signals: one step is no course.
      await expect.poll(() => view.page.locator('.chart-row .chart:visible canvas').count()).toBe(7);
      await view.screenshot(`spectrum-signals-${theme}-${width}`);
    },
  );

  it.each(themes.flatMap((theme) => [1000, 420].map((width) => [theme, width] as const)))(
    'says where theory ends and which key gives more layers, in %s, %d px wide',
    async (theme, width) => {
      // As of a residual network that takes longer than its budget.
      const jacobians: RunViewApi['jacobians'] = async (range) => {
        const page = await serveRun(inject('eoiRun')).reader.jacobians(range);
        const items = page.items.map(({ meanField, ...event }): JacobianEvent => {
          expect(meanField).toBeGreaterThan(0);
          const layers = event.depth!.layers.slice(0, 3).map((layer) => ({ ...layer, estimated: true as const }));
          return { ...event, depth: { samples: 1, steps: 12, layers }, depthNote: 'fewer-layers' };
        });
        return { ...page, items };
      };
      await open('spectrum', { layer: 'fc2', step: 215, theme, size: { width, height: 1500 } }, { jacobians });
      await expect
        .poll(jacobianNote)
        .toMatch(/No mean field of the logits: .*By layer: over 1 example, estimated .*\./);
      expect(await jacobianNote()).toMatch(/Fewer layers than asked for, .*probes\.jacobian\.budget.* gives more\.$/);
      const [needed, given] = await view.page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      expect(needed).toBeLessThanOrEqual(given);
      await view.screenshot(`spectrum-fewer-${theme}-${width}`);
    },
  );

  it('has a table of depths, and of what theory says by step', async () => {
    await open('spectrum', { layer: 'fc2', step: 215 });
    const { items } = await served.reader.jacobians({ start: 0, end: 100 });
    await expect.poll(jacobianNote).toMatch(/step 215/);
    await press('t');
    const choose = (name: string): Promise<void> =>
      view.page.getByRole('radiogroup', { name: 'Table' }).getByRole('radio', { name }).check();
    const saved = async (name: string): Promise<string[][]> => {
      await press('E');
      const file = `mlp7-eoi-1-fc2-spectrum-215-${name}.csv`;
      await expect.poll(() => served.saved.finished.has(file)).toBe(true);
      const lines = served.saved.files.get(file)!.toString().trimEnd().split('\r\n').slice(1);
      return lines.map((line) => line.split(','));
    };
    await choose('Jacobian by layer');
    expect(await saved('jacobian-by-layer')).toEqual(
      items
        .at(-1)!
        .depth!.layers.map(({ layer, summary, meanSquare, meanField }) =>
          [
            layer,
            summary.min,
            summary.mean,
            summary.max,
            summary.dead,
            Math.sqrt(meanSquare),
            Math.sqrt(meanField!),
            'exactly',
          ].map(String),
        ),
    );
    await choose('Jacobian by step');
    const rows = await saved('jacobian-by-step');
    expect(rows.map((row) => Number(row.at(-1)))).toEqual(items.map(({ meanField }) => Math.sqrt(meanField!)));
  });
});
