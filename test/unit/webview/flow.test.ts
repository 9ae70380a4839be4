import { expect, it } from 'vitest';
import { flow, wrapped } from '../../../webview/drawing/flow';

it('puts things side by side as long as they fit', () => {
  expect(flow([10, 10, 10], 5, 40)).toEqual([[0, 1, 2]]);
  expect(flow([10, 10, 10], 5, 39)).toEqual([[0, 1], [2]]);
  expect(flow([10, 90, 10], 5, 40)).toEqual([[0], [1], [2]]);
  expect(flow([], 5, 40)).toEqual([]);
});

it('breaks a sentence between words, and none where one word is too long', () => {
  const measure = (text: string): number => text.length;
  expect(wrapped('one two three', 7, measure)).toEqual(['one two', 'three']);
  expect(wrapped('unbreakable so', 4, measure)).toEqual(['unbreakable', 'so']);
  expect(wrapped('', 4, measure)).toEqual(['']);
});
