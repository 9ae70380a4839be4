/** The Givens tab: rotation sequences played, stepped and scrubbed. */
import { expect, inject, it } from 'vitest';
import { describeInBrowser } from './harness';
import { matrix, open, press, readsOut, useRunPanel, view } from './run-panel';

describeInBrowser('the Givens tab', () => {
  useRunPanel();

  it('plays, steps and scrubs the rotations, each with its words', async () => {
    await open('givens', { layer: 'fc2' });
    await readsOut(/rotation 14\d of 14\d: axes \d+, \d+ by [\d.]+° · density 0\.\d+ → 0\.\d+ \(expected 0\.\d+\)/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    await view.page.getByRole('button', { name: 'First: the beginning' }).click();
    await readsOut(/rotation 0 of 14\d: the identity · density 0\.0100/);
    await view.page.getByRole('button', { name: 'One rotation on' }).click();
    await readsOut(/rotation 1 of/);
    await matrix().focus();
    await press('Alt+ArrowRight');
    await readsOut(/rotation 2 of/);
    await press('Alt+ArrowLeft');
    await readsOut(/rotation 1 of/);
    await press(' ');
    await view.page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(async () => Number(await scrub.inputValue())).toBeGreaterThan(3);
    await press(' ');
    await view.page.getByRole('button', { name: 'Play' }).waitFor();
    await scrub.fill('60');
    await readsOut(/rotation 60 of/);
    expect(await scrub.getAttribute('aria-valuetext')).toMatch(/rotation 60 of/);
  });

  it('stops at the initial weights when it has played them', async () => {
    await open('givens', { layer: 'fc7', kept: undefined });
    await readsOut(/rotation/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    const last = Number(await scrub.inputValue());
    await scrub.fill(String(last - 2));
    await matrix().focus();
    await press(' ');
    await expect.poll(async () => Number(await scrub.inputValue())).toBe(last);
    await view.page.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('plays from the identity when it stands at the end, the undone rotation included', async () => {
    await open('givens', { layer: 'fc2' });
    await readsOut(/rotation 14\d of/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    const at = async (): Promise<number> => Number(await scrub.inputValue());
    const most = Number(await scrub.getAttribute('max'));
    for (const end of [await at(), most]) {
      await scrub.fill(String(end));
      await view.page.getByRole('button', { name: 'Play' }).click();
      await view.page.getByRole('button', { name: 'Pause' }).waitFor();
      expect(await at()).toBeLessThan(end / 2);
      await expect.poll(at).toBeGreaterThan(2);
      await view.page.getByRole('button', { name: 'Pause' }).click();
    }
  });

  it('plays and steps by keys right after a click on its tab, and stays there', async () => {
    await open('mask', { layer: 'fc2' });
    await view.page.getByRole('tab', { name: 'Givens' }).click();
    await readsOut(/rotation 14\d of/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    const last = Number(await scrub.inputValue());
    await press('Alt+ArrowLeft');
    await readsOut(new RegExp(`^rotation ${last - 1} of`));
    await press('Alt+ArrowRight');
    await readsOut(new RegExp(`^rotation ${last} of`));
    await press(' ');
    await view.page.getByRole('button', { name: 'Pause' }).waitFor();
    await press(' ');
    await view.page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await view.page.getByRole('tab', { selected: true }).innerText()).toBe('Givens');
    // Without Alt the arrows are the tabs' own.
    await press('ArrowRight');
    expect(await view.page.getByRole('tab', { selected: true }).innerText()).toBe('Spectrum');
  });

  it('never plays by itself, and slowly where motion is to be reduced', async () => {
    await open('givens', { layer: 'fc2', reducedMotion: true });
    await readsOut(/rotation 14\d/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    await scrub.fill('0');
    await view.page.waitForTimeout(300);
    expect(await scrub.inputValue()).toBe('0');
    await matrix().focus();
    await press(' ');
    await expect.poll(async () => Number(await scrub.inputValue())).toBe(1);
  });

  it('plays a sequence that was led by a pattern, of each stacked matrix', async () => {
    await open('givens', { directory: inject('guidedRun'), layer: 'qkv' });
    await readsOut(/rotation (\d+) of \1/);
    // Rotations that were searched for are not random: nothing is to be expected of them.
    expect(await view.page.locator('.read-out').first().innerText()).not.toMatch(/expected/);
    // Of every 4 weights 2, which rotations meet exactly.
    await readsOut(/axes are columns · the layer has its pattern to 1\.00 \(intersection over union\)$/);
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    await view.page.getByRole('button', { name: 'First: the beginning' }).click();
    await readsOut(/rotation 0 of \d+/);
    await matrix().focus();
    await press(' ');
    await expect.poll(async () => Number(await scrub.inputValue())).toBeGreaterThan(1);
    await press(' ');
    const groups = view.page.locator('vscode-dropdown[aria-label=Group]');
    expect(await groups.locator('vscode-option').count()).toBe(3);
    await view.screenshot('givens-guided');
  });

  it('says that a layer initialised with `base` has no rotations, and why', async () => {
    await open('givens', { directory: inject('baseRun') });
    const text = view.page.locator('.state');
    await expect.poll(() => text.innerText()).toMatch(/only has no rotation sequence/);
    expect(await text.innerText()).toMatch(/initialised with base.*Set sparsity\.init: eoi/s);
    await view.screenshot('givens-base');
  });
});
