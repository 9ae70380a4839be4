/** Which of the kept courses of a run is shown first, and what is said of each. */
import { expect, it } from 'vitest';
import type { SharingFailure } from '../../../src/protocol/sharing';
import { firstToShow } from '../../../webview/views/sharing/course-failures';
import { failureOption, failureText } from '../../../webview/views/sharing/course-words';

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
  expect(failureOption({ ...trouble('update-ratio', 'warn', 3, 3), steps: [] })).toBe(
    'Step 3: Step over weights (warning)',
  );
});
