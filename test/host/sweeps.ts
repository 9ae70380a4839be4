import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, languages, type CodeLens } from 'vscode';
import type { TestState } from '../../src/contributions';
import { execute, fileUri, openText, problemsOf, state, until } from './support';

type Sweep = TestState['sweeps'][number];

const untilSweep = (directory: string, what: string, fits: (sweep: Sweep) => boolean): Promise<Sweep> =>
  until(
    `sweep ${directory} to be ${what}`,
    async () => (await state()).sweeps.find((sweep) => sweep.directory === directory && fits(sweep)),
    { within: 150_000, look: async () => (await state()).sweeps },
  );

export const sweepJourneys = (): void =>
  void describe('a sweep', () => {
    let directory = '';

    it('is offered above its config, and what fails of it underlined where it is written', async () => {
      const { document } = await openText('grid.sparse.yaml');
      const lens = await until('a CodeLens', async () => {
        const all = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
        return all.find((one) => one.command?.command === 'sparsescope.sweepConfig');
      });
      assert.match(lens.command!.title, /Sweep Config: 4 trials/);
      const problems = await problemsOf('grid.sparse.yaml');
      assert.deepEqual(
        problems.map(({ range }) => document.getText(range)),
        problems.map(() => '0.0005'),
      );
      assert.match(problems[0].message, /2 of 4 trials fail/);
    });

    it('is not run as one run', async () => {
      const before = (await state()).runs.length;
      assert.equal(await execute('sparsescope.runConfig', fileUri('grid.sparse.yaml')), undefined);
      assert.equal((await state()).runs.length, before);
      await commands.executeCommand('notifications.clearAll');
    });

    it('runs in the background, and stands in the tree with its failures and its best trial', async () => {
      const begun = await execute('sparsescope.sweepConfig', fileUri('grid.sparse.yaml'));
      assert.ok(begun, 'no sweep was started');
      ({ directory } = begun);
      const sweep = await untilSweep(directory, 'ended', ({ state: now }) => now === 'failed');
      assert.match(sweep.description, /^4\/4 · 2 failed · best 0?\.\d+ val$/);
      assert.deepEqual(
        sweep.trials.map(({ title }) => title),
        ['density 0.25, seed 1', 'density 0.25, seed 2', 'density 0.0005, seed 1', 'density 0.0005, seed 2'],
      );
      assert.match(sweep.trials[0].description, /^completed · 0?\.\d+ val · 0001$/);
      assert.equal(sweep.trials[3].description, 'failed · 0004');
      // Trials are not among the runs.
      assert.equal((await state()).runs.filter((run) => run.directory.startsWith(directory)).length, 0);
      await until('its report', () => existsSync(join(directory, 'report.html')));
    });

    it('opens a trial like a run', async () => {
      const trial = join(directory, 'trials', '0002');
      await execute('sparsescope.openRun', { directory: trial });
      await until(
        'the panel to ask',
        async () => (await state()).panels.some((panel) => panel.directory === trial && panel.calls > 0),
        { look: async () => (await state()).panels },
      );
      const layers = await until('the layers of the trial', async () => {
        const { layers: rows } = await state();
        return rows.every((row) => row.description.includes('isometric')) && rows.length === 2 ? rows : undefined;
      });
      assert.match(layers[0].description, /^32 × 784 · 0\.2\d* · isometric$/);
      assert.equal((await state()).runs.filter((run) => run.directory === trial).length, 0);
    });

    it('is cancelled within a step, and resumed to its end', async () => {
      const text = readFileSync(fileUri('long.sparse.yaml').fsPath, 'utf8');
      const config = fileUri('long-grid.sparse.yaml');
      writeFileSync(config.fsPath, `${text.replace('epochs: 6', 'epochs: 120')}\nsweep: { seed: [1, 2] }\n`);
      const begun = await execute('sparsescope.sweepConfig', config);
      assert.ok(begun);
      const training = /training · step/;
      await untilSweep(begun.directory, 'training', ({ trials }) =>
        trials.some((one) => training.test(one.description)),
      );
      await execute('sparsescope.cancelSweep');
      const cancelled = await untilSweep(begun.directory, 'cancelled', ({ state: now }) => now === 'cancelled');
      assert.match(cancelled.description, /^cancelled · 0\/2$/);
      assert.match(cancelled.trials[0].description, /^cancelled · step \d+\/\d+.* · 0001$/);
      await execute('sparsescope.resumeSweep', { directory: begun.directory });
      const sweep = await untilSweep(begun.directory, 'completed', ({ state: now }) => now === 'completed');
      assert.match(sweep.description, /^completed · 2\/2 · best 0?\.\d+ val$/);
      assert.deepEqual(languages.getDiagnostics(config), []);
      await commands.executeCommand('notifications.clearAll');
      await commands.executeCommand('workbench.action.closeAllEditors');
    });
  });
