/** The page of the theory: formulas beside draws, and what a person changes about them. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import type { TheoryViewApi } from '../../src/protocol/sharing-view';
import { describeInBrowser, themes, useBrowser, View, type ViewOptions } from './harness';
import { goThrough, outOfReach } from './keyboard';
import { Saved } from './serve';

let view: View<TheoryViewApi, object>;
let saved: Saved;

const open = async (prefs: Record<string, string> = {}, options: Omit<ViewOptions, 'boot'> = {}): Promise<void> => {
  saved = new Saved();
  view = await View.open<TheoryViewApi, object>(
    { save: saved.save },
    {
      kept: { prefs },
      ...options,
      boot: { view: 'sharing-theory', state: {} },
    },
  );
  await view.page.waitForSelector('.sharing-theory');
};
const part = (selector: string): Locator => view.page.locator(selector);
const note = (): Promise<string> => part('.sharing-theory > .note').innerText();
const drawn = (): Promise<void> => expect.poll(note, { timeout: 30_000 }).toMatch(/agree with what was drawn/);
const press = (key: string): Promise<void> => view.page.keyboard.press(key);
const rows = (): Promise<string[]> => part('.theory-table tbody tr').allInnerTexts();

describeInBrowser('the page of the theory', () => {
  useBrowser(() => view);

  it.each(themes)('draws errors beside their formulas, in %s', async (theme) => {
    await open({ 'theory.estimator': 'fold' }, { theme });
    await drawn();
    expect(await note()).toMatch(/^All 32 formulas agree/);
    const [countSketch, fold, pruning, magnitude] = await rows();
    for (const row of [countSketch, fold, pruning, magnitude]) expect(row).toMatch(/agrees$/);
    expect(await part('.theory-formula').innerText()).toMatch(/partitions/);
    expect(await part('.theory-table tr.chosen').innerText()).toMatch(/^fold/);
    await view.screenshot(`theory-inner-${theme}`);
    // One line of controls, the button too.
    const tops = await part('.controls > :visible').evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().top),
    );
    expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(8);
  });

  it('says where no formula is known, and draws all the same', async () => {
    await open({ 'theory.question': 'learned', 'theory.data': 'duplicated' });
    await drawn();
    // Pruning has one, sharing has none.
    expect((await rows())[1]).toMatch(/no formula known$/);
    expect((await rows())[2]).toMatch(/agrees$/);
    await view.screenshot('theory-learned-duplicated');
  });

  it('goes by keys to the other question and the next estimator', async () => {
    await open();
    await press('m');
    expect(await part('.theory-table tr.chosen').innerText()).toMatch(/^fold/);
    await press('q');
    await expect.poll(() => part('.theory-formula').innerText()).toMatch(/^1 − m\/n/);
    await drawn();
    await part('.chart').focus();
    await press('ArrowRight');
    await press('ArrowRight');
    await expect.poll(() => part('.read-out').innerText()).toMatch(/^fold, m 2: formula 0\.984 · drawn 0\.9/);
    await press('Enter');
    expect(await part('.theory-table caption').innerText()).toBe('Memory of 2 numbers');
    await view.screenshot('theory-learned');
  });

  it('refuses what cannot be drawn, keeps the seed in sight, and draws with another one', async () => {
    await open();
    await drawn();
    const before = await rows();
    const weights = part('input[aria-label="Weights n"]');
    await weights.fill('3');
    await weights.press('Enter');
    expect(await note()).toBe('"3" is no number of weights: use a whole number from 4 to 512.');
    expect(await weights.getAttribute('aria-invalid')).toBe('true');
    await view.screenshot('theory-refused');
    await weights.fill('128');
    await weights.press('Enter');
    expect(await weights.getAttribute('aria-invalid')).toBeNull();
    await view.page.getByRole('button', { name: 'Other Seed' }).click();
    expect(await part('input[aria-label="Seed"]').inputValue()).toBe('2');
    await drawn();
    expect(await rows()).not.toEqual(before);
  });

  it('saves the picture, and all figures as a table', async () => {
    await open();
    await drawn();
    await press('Shift+E');
    await expect.poll(() => [...saved.finished]).toEqual(['sharing-theory-inner-isotropic.csv']);
    const lines = saved.files.get('sharing-theory-inner-isotropic.csv')!.toString().trim().split('\r\n');
    expect(lines).toHaveLength(33);
    expect(lines[0]).toBe('m,estimator,formula,drawn mean,standard error,draws,distance in standard errors,agreement');
    await press('e');
    await expect.poll(() => saved.finished.has('sharing-theory-inner-isotropic.png')).toBe(true);
  });

  it('takes the size of the memory and the numbers of its data, and keeps them for the next window', async () => {
    await open({ 'theory.data': 'duplicated' });
    const field = (name: string): Locator => part(`input[aria-label="${name}"]`);
    const type = async (name: string, text: string): Promise<void> => {
      await field(name).fill(text);
      await field(name).press('Enter');
    };
    expect(await field('Rank').isVisible()).toBe(false);
    await type('Memory m', '20');
    expect(await part('.theory-table caption').innerText()).toBe('Memory of 20 numbers');
    await type('Group', '4');
    await type('Weights n', '64');
    await type('Memory m', '65');
    expect(await note()).toBe('"65" is no size of the memory: use a whole number from 1 to 64.');
    expect(await part('.theory-table caption').innerText()).toBe('Memory of 20 numbers');
    // A sentence stays until what it is about is mended, however far the drawing goes.
    await view.page.waitForTimeout(300);
    expect(await note()).toMatch(/^"65"/);
    await type('Memory m', '24');
    await drawn();
    expect(await note()).toMatch(/^All 32 formulas agree/);
    const kept = (await view.kept()) as { prefs: Record<string, string> };
    expect(kept.prefs).toMatchObject({ 'theory.n': '64', 'theory.m': '24', 'theory.group': '4' });
    await view.close();
    await open({ ...kept.prefs, 'theory.rank': 'many' });
    expect(await field('Weights n').inputValue()).toBe('64');
    expect(await field('Memory m').inputValue()).toBe('24');
    expect(await field('Group').inputValue()).toBe('4');
    expect(await field('Rank').inputValue()).toBe('8');
    await drawn();
    await press('q');
    await view.screenshot('theory-numbers');
  });

  it.each(themes)('is whole in a narrow pane, in %s', async (theme) => {
    await open({ 'theory.data': 'duplicated' }, { theme, size: { width: 420, height: 760 } });
    await drawn();
    await view.screenshot(`theory-420-${theme}`);
    for (const name of ['Weights n', 'Memory m', 'Group', 'Own share', 'Seed'])
      expect(await part('.theory-field').getByText(name).isVisible()).toBe(true);
    // What a formula came to is seen without scrolling.
    const verdict = await part('.theory-table tbody tr .verdict').first().boundingBox();
    expect(verdict!.x + verdict!.width).toBeLessThanOrEqual(420);
    for (const control of await part('.controls > :visible').all())
      expect(await control.evaluate((one) => one.getBoundingClientRect().right <= window.innerWidth)).toBe(true);
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(await part('.read-out').evaluate((line) => line.scrollHeight <= line.clientHeight)).toBe(true);
  });

  it.each(['high-contrast', 'high-contrast-light'] as const)(
    'is reached by the keyboard and shows where it is, in %s',
    async (theme) => {
      await open({ 'theory.data': 'duplicated' }, { theme });
      await drawn();
      expect(outOfReach(await goThrough(view.page))).toEqual([]);
    },
  );

  it('hears keys while it draws', async () => {
    await open({ 'theory.question': 'learned' });
    const weights = part('input[aria-label="Weights n"]');
    await weights.fill('512');
    await weights.press('Enter');
    expect(await note()).toMatch(/figures drawn/);
    await part('h1').click();
    await press('q');
    await expect.poll(() => part('.theory-formula').innerText()).toMatch(/⟨θ, x⟩/);
  });
});
