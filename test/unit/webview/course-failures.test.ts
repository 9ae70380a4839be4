/** Which of the kept courses of a run is shown first, and what is said of each. */
import { describe, expect, it } from 'vitest';
import type { SharingEvent, SharingFailure } from '../../../src/protocol/sharing';
import { firstToShow } from '../../../webview/views/sharing/course-failures';
import { courseLayers, courseSteps } from '../../../webview/views/sharing/course-steps';
import {
  courseText,
  failureKey,
  failureOption,
  failureStepText,
  failureText,
} from '../../../webview/views/sharing/course-words';

const trouble = (code: string, verdict: SharingFailure['verdict'], from: number, to: number): SharingFailure => ({
  ...{ code: `sharing.${code}`, verdict, step: from, layer: 'fc1', value: null, threshold: null },
  steps: Array.from({ length: to - from + 1 }, (_, k) => ({
    ...{ step: from + k, loss: 2, memoryNorm: 1, gradientNorm: 1, layers: [] },
  })),
});

it('shows the first failure before warnings, and of failures that came on top of it the last', () => {
  expect(firstToShow([])).toBeUndefined();
  const [leap, growth] = [trouble('update-ratio', 'warn', 1, 2), trouble('memory-growth', 'warn', 1, 4)];
  expect(firstToShow([leap, growth])).toBe(leap);
  const lost = trouble('not-finite', 'fail', 1, 5);
  expect(firstToShow([leap, lost])).toBe(lost);
  const grown = trouble('loss-growth', 'fail', 1, 2);
  expect(firstToShow([leap, grown, growth, lost])).toBe(lost);
  // One that has nothing of the first any more is another story.
  expect(firstToShow([leap, grown, trouble('not-finite', 'fail', 30, 50)])).toBe(grown);
  expect(firstToShow([leap, grown, { ...lost, steps: [] }])).toBe(grown);
});

it('says what was measured and its limit, where both are known', () => {
  const grown = { ...trouble('loss-growth', 'fail', 1, 2), value: 16300, threshold: 3 };
  expect(failureText(grown)).toBe(
    'Growing loss (16,300 times the first loss, limit 3): it began in fc1 at step 1; steps 1 to 2 are kept',
  );
  const chance = { ...trouble('plateau', 'fail', 4, 4), value: 2.3, threshold: 2.3 };
  expect(failureText(chance)).toBe('Loss of chance (2.30): it began in fc1 at step 4; step 4 is kept');
  expect(failureText({ ...grown, code: 'sharing.of-tomorrow' })).toMatch(/^sharing\.of-tomorrow \(16,300, limit 3\): /);
  expect(failureOption(grown)).toBe('Step 2: Growing loss');
  expect(failureOption({ ...trouble('update-ratio', 'warn', 3, 3), steps: [] })).toBe('Step 3: Leap of fc1');
  expect(failureOption(trouble('memory-growth', 'warn', 3, 3))).toBe('Step 3: Growing memory');
  expect(failureText(trouble('memory-growth', 'warn', 3, 3))).toBe(
    'Growing memory, a warning: it began in fc1 at step 3; step 3 is kept',
  );
});

it('tells leaps of several layers apart, and other troubles by their kind', () => {
  const leap = trouble('update-ratio', 'warn', 1, 2);
  expect(failureKey(leap)).not.toBe(failureKey({ ...leap, layer: 'fc2' }));
  const lost = trouble('not-finite', 'fail', 1, 2);
  expect(failureKey(lost)).toBe(failureKey({ ...lost, layer: 'fc2' }));
});

it('says that weights left the numbers after an update whose loss had not', () => {
  const lost = trouble('not-finite', 'fail', 4, 5);
  const step = { ...lost.steps[1], layers: [{ layer: 'fc1', updateRatio: null, norm: 3 }] };
  const after = { ...lost, steps: [lost.steps[0], step] };
  expect(failureText(after)).toBe(
    'Not a number, the weights after the update of step 5: it began in fc1 at step 4; steps 4 to 5 are kept',
  );
  expect(failureText(lost)).toBe('Not a number: it began in fc1 at step 4; steps 4 to 5 are kept');
  expect(failureStepText(step)).toContain('loss 2.00 · weights not finite after its update');
  expect(failureStepText({ ...step, loss: null })).not.toContain('after its update');
  expect(failureText({ ...after, steps: [{ ...step, gradientNorm: null }] })).toMatch(
    /^Not a number, the gradient of step 5: /,
  );
  expect(failureText({ ...after, code: 'sharing.loss-growth' })).not.toContain('after the update');
});

describe('the course of a whole run', () => {
  const layers = (updateRatio: number) => [{ layer: 'fc1', updateRatio, norm: 3 }];
  const event = (step: number, updateRatio: number): SharingEvent => ({
    ...{ type: 'sharing', at: 0, step, layers: layers(updateRatio), memoryGrowth: 1 + step },
  });
  const kept = trouble('not-finite', 'fail', 1, 3);
  const lost = { ...kept, steps: kept.steps.map((step) => ({ ...step, layers: layers(0.1 * step.step) })) };

  it('is drawn of the kept steps where it ended before its second recorded one', () => {
    const steps = courseSteps([event(0, 0), event(2, 0.5)], [lost, trouble('update-ratio', 'warn', 2, 2)]);
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(steps.map(({ memoryGrowth }) => memoryGrowth)).toEqual([1, 3, 3, 3]);
    expect(courseSteps([], [lost])[0].memoryGrowth).toBeNull();
    const grown = { ...trouble('memory-growth', 'warn', 2, 3), value: 20 };
    expect(courseSteps([event(0, 0)], [grown]).map(({ memoryGrowth }) => memoryGrowth)).toEqual([1, 20, 20]);
    expect(steps[2].layers).toEqual(layers(0.5));
    const recorded = [event(0, 0), event(50, 0.1), event(100, 0.1)];
    expect(courseSteps(recorded, [lost])).toBe(recorded);
  });

  it('says of a step without a ratio that it has none', () => {
    const none = [{ layer: 'fc1', updateRatio: null, norm: null }];
    expect(courseText({ step: 5, layers: none, memoryGrowth: null })).toBe('step 5 · no update ratio is finite');
    expect(courseText({ step: 5, layers: layers(0.5), memoryGrowth: 2 })).toBe(
      'step 5 · largest update ratio 0.500 in fc1 · memory 2.00x its first norm',
    );
  });

  it('has the layers that share, and others that trouble began in', () => {
    const norm = { ...lost, layer: 'norm2' };
    expect(courseLayers(['fc1', 'fc2'], [lost, norm, norm, { ...lost, layer: null }])).toEqual(['fc1', 'fc2', 'norm2']);
  });
});
