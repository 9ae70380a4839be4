/** Compared runs: the table of what differs, curves, density and accuracy with seeds, and all states of a run. */
import { expect, inject, it } from 'vitest';
import type { ComparedRun, CompareRunsViewApi, CompareRunsViewEvents, RunCurve } from '../../src/protocol/compare-runs';
import { ComparedRunReader } from '../../src/runs/compared-run';
import { RunFolder } from '../../src/runs/folder';
import { describeInBrowser, themes, useBrowser, View, type ViewOptions } from './harness';
import { Saved } from './serve';

let view: View<CompareRunsViewApi, CompareRunsViewEvents>;
let saved: Saved;
let opened: string[];

/** Rises to `accuracy` over so many epochs of 50 steps. */
const curve = (accuracy: number, epochs: number): RunCurve => {
  const step = Array.from({ length: epochs }, (_, i) => 50 * (i + 1));
  const reached = step.map((_, i) => accuracy * (1 - 0.6 ** (i + 1)));
  return {
    step,
    trainLoss: reached.map((value) => 2 * (1 - value)),
    trainAccuracy: reached.map((value) => value * 0.98),
    validationLoss: reached.map((value) => 2.2 * (1 - value)),
    validationAccuracy: reached,
  };
};

let number = 0;
const run = (
  init: 'eoi' | 'base' | 'ai',
  density: number,
  seed: number,
  accuracy: number,
  more: Partial<ComparedRun> = {},
  settings: Record<string, string> = {},
): ComparedRun => {
  const id = `mlp7-${init}-${++number}`;
  return {
    directory: `/project/.sparsescope/runs/${id}`,
    id,
    state: 'completed',
    settings: {
      name: `mlp7-${init}`,
      seed: String(seed),
      'model.preset': 'mlp-7',
      'sparsity.density': String(density),
      'sparsity.init': init,
      ...settings,
    },
    method: `${init} · erk`,
    data: { source: 'synthetic-digits', sha256: 'ab12' },
    step: 400,
    totalSteps: 400,
    milliseconds: 61_000,
    density,
    curve: curve(accuracy, 8),
    ...more,
  };
};

/** Two methods at three densities with three seeds each: 18 runs, then one failed, one going on, one unreadable. */
const grid = (): ComparedRun[] => {
  number = 0;
  return (['eoi', 'base'] as const).flatMap((init) =>
    [0.05, 0.1, 0.2].flatMap((density) =>
      [1, 2, 3].map((seed) =>
        run(
          init,
          density,
          seed,
          (init === 'eoi' ? 0.75 : 0.5) + density - 0.02 * (3 - seed) * (init === 'eoi' ? 1 : 3),
        ),
      ),
    ),
  );
};
const failure = 'The loss is not finite after step 120: lower train.optimizer.learningRate.';
const states = (): ComparedRun[] => [
  ...grid(),
  run('ai', 0.1, 1, 0.3, { state: 'failed', problem: failure, step: 120, curve: curve(0.3, 2) }),
  run('ai', 0.1, 2, 0.7, { state: 'training', step: 210, curve: curve(0.7, 4) }),
  {
    ...run('ai', 0.1, 3, 0, { curve: curve(0, 0) }),
    ...{ state: null, settings: null, method: '', data: null, density: null, step: 0, totalSteps: 0, milliseconds: 0 },
    problem: 'There is no run in /project/.sparsescope/runs/mlp7-ai-21: run.json is not there.',
  },
];

const open = async (given: ComparedRun[], options: Partial<ViewOptions> = {}): Promise<void> => {
  saved = new Saved();
  opened = [];
  const api: CompareRunsViewApi = {
    run: ({ index }) => Promise.resolve(given[index]),
    open: ({ directory }) => {
      opened.push(directory);
      return Promise.resolve();
    },
    save: saved.save,
  };
  const directories = given.map(({ directory }) => directory);
  view = await View.open<CompareRunsViewApi, CompareRunsViewEvents>(api, {
    boot: { view: 'compare-runs', state: { directories } },
    ...options,
  });
};

const rows = (): Promise<number> => view.page.locator('.compare-summary tbody tr:not(.failed)').count();
const heads = (): Promise<string[]> => view.page.locator('.compare-summary th').allInnerTexts();
const charts = (): Promise<number> => view.page.locator('.chart canvas').count();
const readOut = (): Promise<string> => view.page.locator('.read-out').innerText();
const note = (): Promise<string> => view.page.locator('.compare-runs > .note').innerText();
const chart = (place: number): ReturnType<typeof view.page.locator> =>
  view.page.locator('.compare-charts .chart').nth(place);

describeInBrowser('compared runs', () => {
  useBrowser(() => view);

  it.each(themes)('shows what differs, what came of each, and three pictures, in %s', async (theme) => {
    await open(grid(), { theme, size: { width: 1300, height: 900 } });
    await expect.poll(charts).toBe(3);
    expect(await rows()).toBe(18);
    expect(await heads()).toEqual([
      'run',
      'seed',
      'sparsity.density',
      'sparsity.init',
      'validation accuracy',
      'validation loss',
      'density',
      'step',
      'time (s)',
      'state',
    ]);
    expect(await view.page.locator('.run-header').innerText()).toMatch(
      /Comparison of 18 runs\s+2 methods · 3 keys differ/,
    );
    await view.screenshot(`compare-runs-${theme}`);
  });

  it.each(themes)('shows runs that failed, go on or cannot be read, in %s', async (theme) => {
    await open(states().slice(-6), { theme });
    await expect.poll(charts).toBe(3);
    const failed = await view.page.locator('.compare-summary .failed').allInnerTexts();
    expect(failed).toEqual([failure, expect.stringContaining('run.json is not there')]);
    const state = await view.page.locator('.compare-summary tbody tr:not(.failed) td:last-child').allInnerTexts();
    expect(state.slice(-3)).toEqual(['failed · 120/400', 'training · 210/400', 'cannot be read']);
    await view.screenshot(`compare-runs-states-${theme}`);
  });

  it('tells the mean over seeds, its deviation and how many there are, without those not completed', async () => {
    const drawn = grid()
      .slice(0, 3)
      .map((one, i) => ({ ...one, density: 0.05 + 1e-5 * i }));
    await open([...drawn, run('eoi', 0.05, 4, 0.1, { state: 'cancelled' }), run('eoi', 0.2, 1, 0.97)]);
    await expect.poll(charts).toBe(3);
    expect(await chart(2).locator('.chart-title').innerText()).toBe(
      'Validation accuracy, mean ± sd over seeds (n = 3); grey: not completed',
    );
    await chart(2).focus();
    await view.page.keyboard.press('ArrowRight');
    // Accuracies .76, .78 and .8 times 1 - .6^8.
    await expect.poll(readOut).toMatch(/^density 0\.0500 · eoi · erk: 0\.767 ± 0\.0197 \(n = 3\)/);
    expect(await readOut()).toContain('(cancelled · 400/400)');
    // Masks that are drawn are not of the same density to the last digit: the seeds are told together all the same.
    expect(await readOut()).toContain('mlp7-eoi · run 3: 0.787');
    await view.page.keyboard.press('Shift+E');
    await expect.poll(() => saved.finished.size).toBe(1);
    expect([...saved.files.keys()]).toEqual(['runs.csv']);
    await view.page.keyboard.press('t');
    await view.page.locator('.table-twin input[value=Seeds]').click();
    await expect
      .poll(() => view.page.locator('.table-twin tbody tr').allInnerTexts())
      .toEqual([
        expect.stringMatching(/^eoi · erk\s+0\.0500\s+4\s+3\s+0\.767\s+0\.0197/),
        expect.stringMatching(/^eoi · erk\s+0\.200\s+1\s+1\s+0\.954/),
      ]);
  });

  it('is read and changed by the keyboard alone', async () => {
    await open(grid().slice(0, 12));
    await expect.poll(charts).toBe(3);
    await chart(0).focus();
    await view.page.keyboard.press('ArrowRight');
    await expect.poll(readOut).toMatch(/^step 50 · mlp7-eoi · run 9: accuracy 0\.380, loss 1\.36/);
    await view.page.keyboard.press('v');
    await expect.poll(() => chart(0).locator('.chart-title').innerText()).toBe('Training accuracy');
    expect(await view.kept()).toMatchObject({ prefs: { 'runs.curves': 'training' } });
    // A method, then one run.
    const legend = view.page.locator('.compare-legend vscode-checkbox');
    await legend.nth(0).focus();
    await view.page.keyboard.press('Space');
    await expect.poll(() => view.page.locator('tr.left-out').count()).toBe(9);
    expect(await legend.nth(0).evaluate((box) => box === document.activeElement)).toBe(true);
    await view.page.locator('.compare-summary vscode-checkbox').nth(9).focus();
    await view.page.keyboard.press('Space');
    await expect.poll(() => view.page.locator('tr.left-out').count()).toBe(10);
    const boxes = view.page.locator('.compare-summary vscode-checkbox');
    expect(await boxes.nth(9).evaluate((box) => box === document.activeElement)).toBe(true);
    await expect.poll(() => boxes.nth(9).innerText()).toBe('mlp7-base · run 10');
    await view.page.keyboard.press('Tab');
    await view.page.keyboard.press('Enter');
    await expect.poll(() => opened).toEqual(['/project/.sparsescope/runs/mlp7-base-10']);
    await view.page.getByRole('button', { name: 'validation accuracy', exact: true }).focus();
    await view.page.keyboard.press('Enter');
    await view.page.keyboard.press('Enter');
    await expect
      .poll(() => view.page.locator('.run-name vscode-checkbox').allInnerTexts())
      .toSatisfy((names: string[]) => names[0] === 'mlp7-eoi · run 9');
  });

  it('follows a run that goes on, and keeps what was chosen', async () => {
    const given = states().slice(-3);
    await open(given);
    await expect.poll(charts).toBe(3);
    await view.page.locator('.compare-summary vscode-checkbox').nth(0).click();
    await expect.poll(() => view.page.locator('tr.left-out').count()).toBe(1);
    given[1] = { ...given[1], step: 400, state: 'completed', curve: curve(0.75, 8) };
    view.emit('changed', { indices: [1] });
    const state = (): Promise<string> =>
      view.page.locator('.compare-summary tbody tr:not(.failed)').nth(1).locator('td:last-child').innerText();
    await expect.poll(state).toBe('completed');
    expect(await view.page.locator('tr.left-out').count()).toBe(1);
    await expect.poll(readOut).toMatch(/^best: mlp7-ai · run 20: accuracy 0\.737/);
  });

  it('says when the data differ, when no config does, and when nothing can be drawn', async () => {
    const [one, two] = grid();
    await open([one, { ...two, data: { source: 'mnist', sha256: 'cd' } }]);
    await expect.poll(note).toMatch(/^Not all runs have the same data/);
    await view.close();
    const young = { state: 'training', step: 3, curve: curve(0, 0) } as const;
    await open([
      { ...one, ...young },
      { ...one, ...young, id: 'again-2', directory: '/again-2' },
    ]);
    await expect
      .poll(note)
      .toBe('The configs of these runs do not differ in any key. No shown run has ended its first epoch.');
    for (const box of [0, 1]) await view.page.locator('.compare-summary vscode-checkbox').nth(box).click();
    await expect.poll(note).toMatch(/No run is shown\.$/);
    await view.screenshot('compare-runs-none');
  });

  it('says so when no run can be read', async () => {
    const gone = states().at(-1)!;
    await open([gone, { ...gone, directory: '/other' }]);
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/^None of these runs can be read/);
  });

  it('fits a narrow panel', async () => {
    await open(states(), { size: { width: 360, height: 700 } });
    await expect.poll(charts).toBe(3);
    const wide = await view.page.locator('.compare').evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBe(0);
    await view.screenshot('compare-runs-narrow');
  });

  it('shows real runs, and exports their picture', async () => {
    const folders = [inject('eoiRun'), inject('baseRun')];
    await open(await Promise.all(folders.map((folder) => new ComparedRunReader(new RunFolder(folder)).read())));
    await expect.poll(charts).toBe(3);
    expect(await heads()).toEqual(expect.arrayContaining(['sparsity.init', 'model.preset', 'model.layers']));
    await view.screenshot('compare-runs-real');
    await chart(0).focus();
    await view.page.keyboard.press('e');
    await expect.poll(() => [...saved.finished]).toEqual(['runs.png']);
  });
});
