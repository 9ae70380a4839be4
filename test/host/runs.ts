import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TabInputWebview, commands, window } from 'vscode';
import { isEnded } from '../../src/protocol/run';
import { openFile } from '../../src/formats/byte-source';
import { openSafetensors } from '../../src/formats/safetensors';
import { readJournal } from '../../src/runs/journal';
import { execute, fileUri, openText, runOf, state, until, untilRun } from './support';

/** Largest |W W^T - I| (or W^T W), by the definition, in float64. */
const orthogonalityError = (weights: Float64Array, rows: number, columns: number): number => {
  const short = Math.min(rows, columns);
  const at = (i: number, k: number): number => (rows <= columns ? weights[i * columns + k] : weights[k * columns + i]);
  let worst = 0;
  for (let i = 0; i < short; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k < Math.max(rows, columns); k++) sum += at(i, k) * at(j, k);
      worst = Math.max(worst, Math.abs(sum));
    }
  return worst;
};

export const runJourneys = (): void =>
  void describe('a run', () => {
    let directory = '';

    it('starts from the config in the editor and completes', async () => {
      await openText('quick.sparse.yaml');
      const handle = await execute('sparsescope.runConfig');
      assert.ok(handle, 'no run was started');
      directory = handle.directory;
      assert.equal(handle.id, 'quick-1');
      const run = await untilRun(directory, 'ended', ({ state: now }) => isEnded(now as 'completed'));
      assert.equal(run.state, 'completed');
      assert.match(run.description, /^completed · 0?\.\d+ val$/);
    });

    it('leaves its folder as documented', () => {
      const verbatim = readFileSync(fileUri('quick.sparse.yaml').fsPath, 'utf8');
      assert.equal(readFileSync(join(directory, 'config.yaml'), 'utf8'), verbatim);
      for (const name of ['run.json', 'events.jsonl', 'init.safetensors'])
        assert.ok(existsSync(join(directory, name)), `${name} is missing`);
      const checkpoints = readdirSync(join(directory, 'checkpoints'));
      assert.ok(checkpoints.includes('step-000020.safetensors'), checkpoints.join(', '));
      // Written to a temporary name and renamed: nothing half-written stays behind.
      assert.deepEqual(
        [...readdirSync(directory), ...checkpoints].filter((name) => name.includes('tmp')),
        [],
      );
    });

    it('began with orthogonal weights of the wanted density, zero where the mask is', async () => {
      const file = await openSafetensors(await openFile(join(directory, 'init.safetensors')));
      try {
        for (const [name, rows, columns] of [
          ['fc1', 32, 784],
          ['fc2', 10, 32],
        ] as const) {
          const weight = file.get(`layers.${name}.weight`)!;
          assert.deepEqual(weight.shape, [rows, columns]);
          const values = await file.readFloat64(weight);
          const mask = await file.readFloat64(file.get(`layers.${name}.mask`)!);
          values.forEach((value, i) => assert.ok(mask[i] === 1 || value === 0, `${name}[${i}] is ${value} and pruned`));
          const density = mask.reduce((sum, kept) => sum + kept, 0) / mask.length;
          // One rotation changes the density by at most one row of the longer side.
          assert.ok(Math.abs(density - 0.25) < 0.02, `${name} has density ${density}`);
          assert.ok(orthogonalityError(values, rows, columns) < 1e-5, `${name} is not orthogonal`);
        }
      } finally {
        await file.close();
      }
    });

    it('recorded every step, and learned', async () => {
      const events = await readJournal(join(directory, 'events.jsonl'));
      const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []));
      assert.deepEqual(
        steps.map((event) => event.step),
        steps.map((_, i) => i + 1),
      );
      const last = events.findLast((event) => event.type === 'epoch');
      assert.ok(last && last.validationAccuracy > 0.3, `validation accuracy ${last?.validationAccuracy}`);
      assert.deepEqual(new Set(events.map((event) => event.type)).has('jacobian'), true);
    });

    it('opened its panel, whose page asked for data', async () => {
      await until(
        'the panel to ask',
        async () => (await state()).panels.some((panel) => panel.directory === directory && panel.calls > 0),
        { look: async () => (await state()).panels },
      );
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
      const panels = tabs.filter(
        ({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('sparsescope.run'),
      );
      assert.deepEqual(
        panels.map((tab) => tab.label),
        ['quick · run 1'],
      );
    });

    it('shows its actual layers with their badges', async () => {
      const layers = await until('the layers of the run', async () => {
        const { layers: rows } = await state();
        return rows.every((row) => row.description.includes('isometric')) && rows.length === 2 ? rows : undefined;
      });
      assert.match(layers[0].description, /^32 × 784 · 0\.2\d* · isometric$/);
    });

    it('is cancelled within a step, and resumed to its end', async () => {
      const handle = await execute('sparsescope.runConfig', fileUri('long.sparse.yaml'));
      assert.ok(handle);
      await untilRun(handle.directory, 'at step 25', ({ step }) => step >= 25);
      const { statusBar } = await state();
      assert.equal(statusBar.cancelVisible, true);
      assert.match(statusBar.text, /long-1 · step \d+\/\d+/);
      const journal = join(handle.directory, 'events.jsonl');
      const lastStep = async (): Promise<number> =>
        (await readJournal(journal)).findLast((event) => event.type === 'step')?.step ?? 0;
      await execute('sparsescope.cancelRun', handle);
      // Cancelling answers when the run has stopped: nothing is computed after it.
      const stopped = await lastStep();
      const cancelled = await untilRun(handle.directory, 'cancelled', ({ state: now }) => now === 'cancelled');
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(await lastStep(), stopped);
      assert.equal((await state()).statusBar.cancelVisible, false);
      await execute('sparsescope.resumeRun', handle);
      const completed = await untilRun(handle.directory, 'completed', ({ state: now }) => now === 'completed');
      assert.ok(completed.step > cancelled.step, `${completed.step} after ${cancelled.step}`);
    });

    it('is refused while its config has errors, and nothing is left behind', async () => {
      await openText('mistaken.sparse.yaml');
      const before = (await state()).runs.length;
      assert.equal(await execute('sparsescope.runConfig'), undefined);
      assert.equal((await state()).runs.length, before);
      assert.equal(await runOf(join(directory, '../mistaken-1')), undefined);
      await commands.executeCommand('notifications.clearAll');
    });
  });
