/** Shared weights in the panel of a run: its Sharing tab, and the colours of its masks. */
import { expect, inject, it } from 'vitest';
import type { SharingEvent, SharingFailure } from '../../src/protocol/sharing';
import { describeInBrowser, themes } from './harness';
import { goThrough, outOfReach } from './keyboard';
import { matrix, open, press, readsOut, served, useRunPanel, view } from './run-panel';
import { fixable } from './sharing-data';

const names = ['fc1', 'fc2', 'fc3'];

/** Steps from `from` on, whose ratios grow by the last. */
const events = (from: number, count: number, growth: number): SharingEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'sharing',
    at: 10 * i,
    step: from + i,
    layers: names.map((layer, l) => ({ layer, updateRatio: 0.002 * (l + 1) * growth ** i, norm: 8 - l })),
    memoryGrowth: 1 + 0.002 * i * growth ** i,
  }));

const failure: SharingFailure = {
  ...{ verdict: 'fail', value: 2.4, threshold: 0.1 },
  code: 'sharing.update-ratio',
  step: 27,
  layer: 'fc3',
  steps: events(10, 20, 1.4).map(({ step, layers }, i) => ({
    step,
    loss: i === 19 ? null : 2.3 - 0.05 * i + 0.002 * 1.45 ** i,
    memoryNorm: 12 + 0.01 * 1.4 ** i,
    gradientNorm: 0.5 * 1.2 ** i,
    layers,
  })),
};

describeInBrowser('the Sharing tab of a run', () => {
  useRunPanel();
  const course = { page: events(0, 40, 1), failed: false };
  const courseCalls = ({ page, failed }: typeof course) => ({
    sharingEvents: ({ start, end }: { start: number; end: number }) =>
      Promise.resolve({ total: page.length, items: page.slice(start, end) }),
    sharingFailures: () => Promise.resolve(failed ? [failure] : []),
  });
  const shared = (section: string): { directory: string; kept: unknown } => ({
    directory: inject('sharedRun'),
    kept: { directory: inject('sharedRun'), tab: 'sharing', prefs: { 'sharing.section': section } },
  });

  it('says in words that a run shares nothing', async () => {
    await open('sharing');
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/This run shares no weights/);
    await view.screenshot('sharing-none');
  });

  it('shows what was found of it, and what would be changed in its config', async () => {
    await open('sharing', shared('findings'));
    await readsOut(/^Nothing speaks against it: \d+ findings, none past its threshold/);
    expect(await view.page.locator('.sharing-facts').innerText()).toMatch(/memory\s+24\.9 kB/);
    expect(await view.page.locator('.findings-list tbody tr').count()).toBeGreaterThan(5);
    await view.screenshot('sharing-run-findings');
    const applied: number[] = [];
    await view.close();
    await open('sharing', shared('findings'), {
      sharing: async (params, context) => fixable(await served.api.sharing(params, context)),
      applySharingFix: ({ finding }) => {
        applied.push(finding);
        return Promise.resolve();
      },
    });
    await view.page.getByRole('button', { name: 'Set scaler: theory' }).click();
    await readsOut(/Changed in the config: Set scaler: theory/);
    expect(applied).toEqual([0]);
  });

  it('gives the chosen layer a rim in the memory', async () => {
    await open('sharing', { ...shared('memory'), layer: 'fc2' });
    await view.page.waitForSelector('.memory-map');
    await expect.poll(() => view.page.locator('.category-legend .chosen').innerText()).toBe('fc2');
    await press('[');
    await expect.poll(() => view.page.locator('.category-legend .chosen').innerText()).toBe('fc1');
    await press(']');
    await view.screenshot('sharing-run-memory');
  });

  it.each(themes)('shows the course, in %s', async (theme) => {
    await open('sharing', { ...shared('course'), theme }, courseCalls(course));
    await readsOut(/^step 39 · largest update ratio 0\.00600 in fc3/);
    await view.screenshot(`sharing-course-${theme}`);
  });

  it('goes to the steps before a failure, and back to the whole run', async () => {
    await open('sharing', shared('course'), courseCalls({ page: course.page, failed: true }));
    await readsOut(/: it began in fc3 at step 27; steps 10 to 29 are kept/);
    await view.screenshot('sharing-course-failure');
    await press('t');
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(20);
    await press('t');
    await press('r');
    await readsOut(/^step 39 · largest/);
  });

  it.each([
    ['dark-modern', 1000],
    ['light-modern', 1000],
    ['high-contrast', 1000],
    ['dark-modern', 420],
  ] as const)('shows a failure that was recorded, in %s at %i pixels', async (theme, width) => {
    const directory = inject('divergedRun');
    const kept = { directory, tab: 'sharing', prefs: { 'sharing.section': 'course' } };
    await open('sharing', { directory, kept, theme, size: { width, height: 760 } });
    // The loss grew first; that of which it died came on top of it, and has all its steps.
    await readsOut(
      /^Not a number, the (gradient|weights after the update) of step 5: it began in fc3 at step 1; steps 1 to 5 are kept/,
    );
    await view.screenshot(`sharing-course-recorded-${theme}-${width}`);
    const chooser = view.page.getByRole('combobox', { name: 'Warning or failure' });
    await chooser.focus();
    await press('Home');
    await readsOut(
      /^Growing memory \(12\.2 times the first norm, limit 10\), a warning: it began in fc3 at step 1; step 1 is kept/,
    );
    await view.screenshot(`sharing-course-chosen-${theme}-${width}`);
    await press('End');
    await readsOut(/^Not a number, /);
    await press('ArrowUp');
    await readsOut(
      /^Growing loss \(.+ times the first loss, limit 3\): it began in fc3 at step 1; steps 1 to 2 are kept/,
    );
    await press('r');
    await view.screenshot(`sharing-course-recorded-whole-${theme}-${width}`);
  });

  it('is reached by the keyboard and shows where it is, in high contrast', async () => {
    await open(
      'sharing',
      { ...shared('course'), theme: 'high-contrast' },
      courseCalls({ page: course.page, failed: true }),
    );
    await readsOut(/: it began in fc3/);
    expect(outOfReach(await goThrough(view.page))).toEqual([]);
  });

  it.each(themes)('colours a mask by the layer that it is shared with, in %s', async (theme) => {
    await open('mask', { directory: inject('sharedRun'), theme });
    await view.page.getByRole('radio', { name: 'Sharing' }).check();
    await readsOut(/^fc1 · each weight in the colour of the other layer/);
    await expect
      .poll(() => view.page.locator('.legend-room .category-legend').innerText())
      .toMatch(/alone[\s]+fc1[\s]+fc2/);
    await matrix().focus();
    await press('ArrowDown');
    await readsOut(/^fc1 \[row 0, column 0\] · location [\d,]+ with [78] others: /);
    await view.screenshot(`mask-sharing-${theme}`);
  });

  it('colours it by how many share, and goes on to other layers', async () => {
    await open('mask', { directory: inject('sharedRun') });
    await view.page.waitForSelector('.segmented >> text=Sharing');
    await press('w');
    await press('w');
    await readsOut(/^fc1 · each weight in the colour of the other layer/);
    await view.page.getByRole('radio', { name: 'By Number' }).check();
    await readsOut(/^fc1 · each weight by how many others/);
    await press(']');
    await readsOut(/^fc2 · each weight by how many others/);
    await view.screenshot('mask-sharing-number');
  });
});
