import { describe, expect, it } from 'vitest';
import { thinSteps } from '../../../src/engine/thin-steps';
import type { EngineEvents } from '../../../src/protocol/engine';
import type { RunEvent } from '../../../src/protocol/run';

const step = (n: number): RunEvent => ({
  type: 'step',
  at: n,
  step: n,
  epoch: 1,
  loss: 1,
  accuracy: 0.5,
  gradientNorm: 1,
  learningRate: 0.1,
});
const runEvent = (event: RunEvent, directory = '/a'): EngineEvents['runEvent'] => ({ id: 'a', directory, event });

describe('steps are thinned', () => {
  const told: string[] = [];
  let time = 0;
  const emit = thinSteps(
    (event, value) => {
      const { directory, event: inner } = value as EngineEvents['runEvent'];
      told.push(event === 'runEvent' ? `${directory} ${inner.type} ${'step' in inner ? inner.step : ''}` : event);
    },
    () => time,
  );

  it('tells the first of a burst at once, then the newest each 50 ms, of every run by itself', () => {
    for (let n = 1; n <= 100; n++) {
      time = n;
      emit('runEvent', runEvent(step(n)));
    }
    emit('runEvent', runEvent(step(7), '/b'));
    expect(told.splice(0)).toEqual(['/a step 1', '/a step 51', '/b step 7']);
  });

  it('tells the last step before whatever comes after it, and everything else at once', () => {
    emit('runEvent', runEvent({ type: 'checkpoint', at: 1, step: 100, file: 'f' }));
    emit('runEvent', runEvent({ type: 'checkpoint', at: 1, step: 100, file: 'f' }));
    emit('log', { level: 'info', message: 'x' });
    expect(told.splice(0)).toEqual(['/a step 100', '/a checkpoint 100', '/a checkpoint 100', 'log']);
  });
});
