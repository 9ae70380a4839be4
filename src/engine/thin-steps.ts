/** Steps as the host needs them: it counts them and reads the rest from the journal, so not each is worth a message. */
import type { EngineEvents } from '../protocol/engine';
import type { Emit } from './recorder';

/** Milliseconds between two steps that are told; twice as often as views are. */
const interval = 50;

/**
 * Tells everything at once but steps that follow closely on one another: of those only the newest, at the latest before
 * the next other event of the same run.
 */
export function thinSteps(emit: Emit, now: () => number = () => performance.now()): Emit {
  const waiting = new Map<string, EngineEvents['runEvent']>();
  const told = new Map<string, number>();
  return (event, value) => {
    if (event === 'log') {
      emit(event, value);
      return;
    }
    const { directory } = value as EngineEvents['runEvent' | 'runChanged'];
    if (event === 'runEvent') {
      const step = value as EngineEvents['runEvent'];
      if (step.event.type === 'step' && now() - (told.get(directory) ?? -Infinity) < interval) {
        waiting.set(directory, step);
        return;
      }
    }
    const last = waiting.get(directory);
    waiting.delete(directory);
    const replaced = event === 'runEvent' && (value as EngineEvents['runEvent']).event.type === 'step';
    if (last && !replaced) emit('runEvent', last);
    told.set(directory, now());
    emit(event, value);
  };
}
