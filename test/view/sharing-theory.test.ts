/** The page of the theory: formulas beside draws, and what a person changes about them. */
import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TheoryViewApi } from '../../src/protocol/sharing-view';
import { View, launch, missingBrowser, themes, type ViewOptions } from './harness';
import { Saved } from './serve';

let browser: Browser;
let view: View<TheoryViewApi, object>;
let saved: Saved;

const open = async (prefs: Record<string, string> = {}, options: Omit<ViewOptions, 'boot'> = {}): Promise<void> => {
  saved = new Saved();
  view = await View.open<TheoryViewApi, object>(
    browser,
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

describe.skipIf(missingBrowser)(`the page of the theory${missingBrowser ? ` (${missingBrowser})` : ''}`, () => {
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  it.each(themes)('draws errors beside their formulas, in %s', async (theme) => {
    await open({ 'theory.estimator': 'fold' }, { theme });
    await drawn();
    expect(await note()).toMatch(/^All 32 formulas agree/);
    const [countSketch, fold, pruning, magnitude] = await rows();
    for (const row of [countSketch, fold, pruning, magnitude]) expect(row).toMatch(/agrees$/);
    expect(await part('.theory-formula').innerText()).toMatch(/partitions/);
    expect(await part('.theory-table tr.chosen').innerText()).toMatch(/^fold/);
    await view.screenshot(`theory-inner-${theme}`);
  });

  it('says where no formula is known, and draws all the same', async () => {
    await open({ 'theory.question': 'learned', 'theory.data': 'duplicated' });
    await expect.poll(note, { timeout: 30_000 }).toMatch(/no formula is known/);
    expect((await rows())[1]).toMatch(/no formula known$/);
    expect(Number((await rows())[1].split('\t')[2])).toBeGreaterThan(0);
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
    expect(await note()).toBe('"3" is no number of weights: a whole number from 4 to 512 is drawn here.');
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
