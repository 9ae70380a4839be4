import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readJournal } from '../../src/runs/journal';
import type { RunEvent } from '../../src/protocol/run';
import { execute, fileUri, state, until, untilRun } from './support';

/** What a run computed, without when: the steps and epochs, the last word on each when a part was done twice. */
const computed = (events: RunEvent[]): unknown[] => {
  const last = new Map<string, unknown>();
  for (const event of events)
    if (event.type === 'step' || event.type === 'epoch')
      last.set(`${event.type} ${event.step}`, { ...event, at: undefined });
  return [...last.values()];
};

export const recoveryJourneys = (): void =>
  void describe('an engine that is killed', () => {
    it('is reported, costs nothing recorded, and Resume ends with the same result', async () => {
      const config = fileUri('long.sparse.yaml');
      const whole = await execute('sparsescope.runConfig', config);
      assert.ok(whole);
      await untilRun(whole.directory, 'completed', (run) => run.state === 'completed');

      const handle = await execute('sparsescope.runConfig', config);
      assert.ok(handle);
      const atKill = await untilRun(handle.directory, 'past a checkpoint', (run) => run.step >= 25);
      const { engine } = await state();
      assert.ok(engine.pid);
      process.kill(engine.pid, 'SIGKILL');

      await untilRun(handle.directory, 'interrupted', (run) => run.state === 'interrupted');
      const kept = await readJournal(join(handle.directory, 'events.jsonl'));
      const steps = kept.filter((event) => event.type === 'step');
      assert.ok(steps.length >= atKill.step, `${steps.length} steps in the journal of ${atKill.step}`);
      const again = await until('the engine to be back', async () => {
        const { engine: now } = await state();
        return now.state === 'ready' && now.pid !== engine.pid ? now : undefined;
      });
      assert.equal(again.starts, engine.starts + 1);

      await execute('sparsescope.resumeRun', handle);
      await untilRun(handle.directory, 'completed', (run) => run.state === 'completed');
      assert.deepEqual(
        computed(await readJournal(join(handle.directory, 'events.jsonl'))),
        computed(await readJournal(join(whole.directory, 'events.jsonl'))),
      );
    });
  });
