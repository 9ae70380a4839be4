/** The panel of a config's sharing: its pictures, what a person asks of them, and what is measured and tested from it. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { SharingDesk, type SharingEngine } from '../../src/runs/sharing/desk';
import { mappedOf } from '../../src/runs/sharing/mapped';
import { RpcCancelled } from '../../src/protocol/rpc';
import type { SharingEdit, SharingPoint } from '../../src/protocol/sharing';
import type { SharingViewApi, SharingViewEvents } from '../../src/protocol/sharing-view';
import { describeInBrowser, themes, useBrowser, View, type ViewOptions } from './harness';
import { goThrough, outOfReach } from './keyboard';
import { Saved } from './serve';
import { sharedExample, type SharedExample } from './sharing-data';

let view: View<SharingViewApi, SharingViewEvents>;
let saved: Saved;
let edits: SharingEdit[];

const source = { configPath: '/p/net.sparse.yaml', configText: '', root: '/p' };

const measuring = (kind: 'roast' | 'fold' = 'roast'): SharingEngine => ({
  diagnose: () => Promise.resolve(sharedExample(kind, { measured: true }).report),
  test: ({ points, steps }) =>
    Promise.resolve(
      points.map((point) => ({
        ...point,
        steps,
        outcome: 'diverged' as const,
        firstLoss: 2.3,
        lastLoss: null,
        predicted: 'unsafe' as const,
      })),
    ),
});

const open = async (
  { sharing, scales, report }: SharedExample,
  section: string,
  options: Omit<ViewOptions, 'boot'> = {},
  engine: SharingEngine = measuring(),
): Promise<void> => {
  saved = new Saved();
  edits = [];
  const desk = new SharingDesk(
    {
      report: () => Promise.resolve(report),
      mapped: () => Promise.resolve(mappedOf(sharing, scales)),
      source: () => Promise.resolve(source),
      edit: (made) => {
        edits.push(...made);
        return Promise.resolve();
      },
    },
    engine,
  );
  const { sharing: own, sharingOwners, sharers, measureSharing, testSharing, applySharingFix } = desk;
  const api = { sharing: own, sharingOwners, sharers, measureSharing, testSharing, applySharingFix, save: saved.save };
  view = await View.open<SharingViewApi, SharingViewEvents>(api, {
    kept: { prefs: { 'sharing.section': section } },
    ...options,
    boot: { view: 'sharing', state: { configPath: source.configPath } },
  });
  await view.page.waitForSelector('.sharing');
};

const readsOut = (pattern: RegExp): Promise<void> =>
  expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(pattern);
const press = (key: string): Promise<void> => view.page.keyboard.press(key);
const part = (selector: string): Locator => view.page.locator(selector);

const sections = ['findings', 'figures', 'memory', 'divergence'] as const;

describeInBrowser('the view of shared weights', () => {
  useBrowser(() => view);

  it.each(themes.flatMap((theme) => sections.map((section) => [theme, section] as const)))(
    'is drawn in %s: %s',
    async (theme, section) => {
      await open(sharedExample('roast', { measured: true }), section, { theme });
      await view.page.waitForTimeout(150);
      await view.screenshot(`sharing-${section}-${theme}`);
    },
  );

  it('lists what fails first and edits the config as it suggests', async () => {
    await open(sharedExample('roast'), 'findings');
    const first = part('.findings-list tbody tr').first();
    expect(await first.innerText()).toContain('fails');
    expect(await part('.findings-list tbody tr').count()).toBe(5);
    await first.getByRole('button', { name: 'Set scaler: theory' }).click();
    await expect.poll(() => edits).toEqual([{ path: 'sharing.scaler', value: 'theory' }]);
  });

  it('draws the memory of a fold in bands and tells who shares a location', async () => {
    const example = sharedExample('fold', { stable: true });
    await open(example, 'memory');
    await part('.memory-map').focus();
    await press('Home');
    await readsOut(/location 0 of [\d,]+ · 1[01] sharers/);
    await press('ArrowRight');
    await readsOut(/location \d+ of/);
    for (let i = 0; i < 12; i++) await press('+');
    await view.screenshot('sharing-memory-fold-close');
    await press('0');
    await view.screenshot('sharing-memory-fold');
  });

  it('says how many sharers of a location it tells, when there are more', async () => {
    await open(sharedExample('fold', { compression: 5000 }), 'memory');
    await part('.memory-map').focus();
    await press('Home');
    await readsOut(/location 0 of \d+ · [5-9],\d{3} sharers/);
    await readsOut(/first 1,000 of [5-9],\d{3}: [+−]fc1\[/);
    await view.screenshot('sharing-many-sharers');
    await press('t');
    const twin = part('.table-twin');
    await twin.getByRole('radio', { name: 'Sharers' }).check();
    await expect
      .poll(() => twin.locator('caption').innerText())
      .toMatch(/^Weights that share location 0, the first 1,000 of [5-9],\d{3}$/);
  });

  it('measures, shows how far it is, and draws the regions', async () => {
    let tell: (value: { done: number; total: number; message: string }) => void = () => undefined;
    let finish: () => void = () => undefined;
    const engine: SharingEngine = {
      ...measuring(),
      diagnose: (_, options) =>
        new Promise((resolve) => {
          tell = (value) => options.onProgress?.(value);
          finish = () => resolve(sharedExample('roast', { measured: true }).report);
        }),
    };
    await open(sharedExample('roast'), 'divergence', {}, engine);
    expect(await part('.sharing-divergence .note').innerText()).toMatch(/drawn once the sharpness is measured/);
    await view.page.getByRole('button', { name: 'Measure Sharpness' }).click();
    await expect.poll(() => part('.work-line').innerText()).toMatch(/Measuring the sharpness/);
    tell({ done: 12, total: 40, message: '12 of 40 products' });
    await expect.poll(() => part('.work-line').innerText()).toMatch(/12 of 40 products/);
    await view.screenshot('sharing-measuring');
    finish();
    await expect.poll(() => part('.work-line').isHidden()).toBe(true);
    await readsOut(/predicted to diverge[\s\S]*rate × S 12\.0/);
    await view.page.getByRole('radio', { name: 'Findings' }).check();
    expect(await part('.findings-list').innerText()).toMatch(/Sharpness/);
  });

  it('does what is asked for while it measures afterwards, and edits the config at once', async () => {
    const asked: SharingPoint[][] = [];
    let finish: () => void = () => undefined;
    const engine: SharingEngine = {
      diagnose: () =>
        new Promise((_resolve, reject) => {
          finish = () => reject(Object.assign(new Error('The data ended.'), { code: 'data.gone' }));
        }),
      test: (params, options) => {
        asked.push(params.points);
        return measuring().test(params, options);
      },
    };
    await open(sharedExample('roast'), 'findings', {}, engine);
    await view.page.getByRole('button', { name: 'Measure Sharpness' }).click();
    await expect.poll(() => part('.work-line').innerText()).toMatch(/Measuring the sharpness/);
    await view.page.getByRole('button', { name: 'Set scaler: theory' }).click();
    await expect.poll(() => edits).toHaveLength(1);
    view.emit('test', {});
    view.emit('changed', {});
    await expect
      .poll(() => part('.work-line').innerText())
      .toMatch(/Measuring the sharpness · next: Testing init-std 0\.04/);
    // Pressed again it is done once.
    await view.page.getByRole('button', { name: 'Test', exact: true }).click();
    await view.screenshot('sharing-queued');
    expect(asked).toEqual([]);
    finish();
    await expect.poll(() => asked).toHaveLength(1);
    await expect.poll(() => part('.work-line').innerText()).toBe('Measuring the sharpness: The data ended.');
    await expect.poll(() => part('.log-plane').getAttribute('aria-label')).toMatch(/1 of 1 tested places/);
    expect(asked).toHaveLength(1);
  });

  it('cancels a measurement, and says what went wrong with one', async () => {
    let asked = 0;
    const engine: SharingEngine = {
      ...measuring(),
      diagnose: (_, { signal }) => {
        if (asked++ > 0)
          return Promise.reject(
            Object.assign(new Error('The data of the config is not there.'), { code: 'data.gone' }),
          );
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new RpcCancelled()));
        });
      },
    };
    await open(sharedExample('roast'), 'findings', {}, engine);
    await view.page.getByRole('button', { name: 'Measure One Batch' }).click();
    await part('.work-line').getByText('Cancel').click();
    await expect.poll(() => part('.work-line').isHidden()).toBe(true);
    await view.page.getByRole('button', { name: 'Measure One Batch' }).click();
    await expect
      .poll(() => part('.work-failed').innerText())
      .toBe('Measuring one batch: The data of the config is not there.');
    expect(await part('.findings-list tbody tr').count()).toBe(5);
  });

  it('tests a place that is chosen by a click, or by keys, and tells how the predictions came out', async () => {
    await open(sharedExample('roast', { measured: true }), 'divergence');
    const map = part('.log-plane');
    const box = (await map.boundingBox())!;
    await map.click({ position: { x: box.width * 0.15, y: box.height * 0.2 } });
    await view.page.getByRole('button', { name: 'Test', exact: true }).click();
    await readsOut(/diverged in 100 steps|predicted to diverge/);
    await map.focus();
    await press('ArrowLeft');
    await press('Shift+ArrowDown');
    await press('Enter');
    await press('x');
    await press('t');
    await expect.poll(() => part('.table-twin tbody tr').count()).toBe(7);
    await press('t');
    await press('e');
    await expect.poll(() => saved.finished.has('net-sharing-divergence.png')).toBe(true);
    await view.screenshot('sharing-tested');
  });

  it('shows the map and tests the place of the config there when a command asks for it', async () => {
    const asked: SharingPoint[][] = [];
    const engine: SharingEngine = {
      ...measuring(),
      test: (params, options) => {
        asked.push(params.points);
        return measuring().test(params, options);
      },
    };
    const example = sharedExample('roast', { measured: true });
    await open(example, 'findings', {}, engine);
    view.emit('test', {});
    view.emit('changed', {});
    await expect.poll(() => view.page.getByRole('radio', { name: 'Divergence' }).isChecked()).toBe(true);
    const { initStd, learningRate } = example.report;
    await expect.poll(() => asked).toEqual([[{ initStd, learningRate }]]);
    await expect.poll(() => part('.work-line').isHidden()).toBe(true);
    await view.screenshot('sharing-test-prediction');
    // Not with every reading after it.
    view.emit('changed', {});
    await view.page.waitForTimeout(200);
    expect(asked).toHaveLength(1);
  });

  it('is told by its table twins, and saved from there', async () => {
    await open(sharedExample('roast'), 'memory');
    await part('.memory-map').focus();
    await press('Home');
    await press('Shift+ArrowRight');
    await readsOut(/sharers? · Γ/);
    await press('Shift+E');
    await expect.poll(() => saved.finished.has('net-sharing-memory.csv')).toBe(true);
    const [head, first] = saved.files.get('net-sharing-memory.csv')!.toString().split('\r\n');
    expect(head).toBe(`from,to,${Array.from({ length: 10 }, (_, i) => `fc${i + 1}`).join(',')}`);
    expect(first).toMatch(/^0,\d+,/);
    await press('v');
    await press('v');
    await press('V');
    expect(await view.page.getByRole('radio', { name: 'Divergence' }).isChecked()).toBe(true);
  });

  it.each(
    (['high-contrast', 'high-contrast-light'] as const).flatMap((theme) =>
      sections.map((section) => [section, theme] as const),
    ),
  )('is reached by the keyboard and shows where it is: %s in %s', async (section, theme) => {
    await open(sharedExample('roast', { measured: true }), section, { theme });
    expect(outOfReach(await goThrough(view.page))).toEqual([]);
    await part('.segmented input:checked').first().focus();
    await view.screenshot(`sharing-focus-${section}-${theme}`);
  });

  it.each([520, 360])('keeps everything whole at %i pixels', async (width) => {
    await open(sharedExample('roast', { measured: true }), 'findings', { size: { width, height: 760 } });
    await view.screenshot(`sharing-findings-${width}`);
    await press('v');
    await view.screenshot(`sharing-figures-${width}`);
    await press('v');
    await press('v');
    await view.screenshot(`sharing-divergence-${width}`);
    const controls = part('.controls vscode-button, .controls .segmented');
    for (const control of await controls.all())
      expect(await control.evaluate((element) => element.getBoundingClientRect().right <= window.innerWidth)).toBe(
        true,
      );
  });
});
