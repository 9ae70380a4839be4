import { expect, test } from 'vitest';
import { isometryText, runTitle } from '../../../src/protocol/words';

test('a run folder reads as the name of its config and a number', () => {
  expect([runTitle('mlp7-eoi-3'), runTitle('odd')]).toEqual(['mlp7-eoi · run 3', 'odd']);
});

test.each([
  [1, 1, 0, 'isometric'],
  [0.94, 1.03, 0, 'approximately isometric (σ 0.94-1.03)'],
  [0.75, 1.46, 0, 'not isometric (σ 0.75-1.46)'],
  [0, 2, 1, 'broken: 1 dead direction'],
  [0, 2, 1200, 'broken: 1,200 dead directions'],
  // As many digits as tell the two ends apart.
  [0.9999, 1.0004, 0, 'approximately isometric (σ 0.9999-1)'],
  [0.5, 0.5, 0, 'not isometric (σ 0.5-0.5)'],
])('singular values from %d to %d with %d dead: %s', (min, max, dead, words) => {
  expect(isometryText({ min, mean: 1, max, dead })).toBe(words);
});
