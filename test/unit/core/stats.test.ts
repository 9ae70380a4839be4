import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/core/stats';

const countsOf = (min: number, max: number, bins: number, ...pieces: ArrayLike<number>[]): number[] => {
  const histogram = new Histogram(min, max, bins);
  for (const piece of pieces) histogram.add(piece);
  return histogram.counts;
};

describe('a histogram', () => {
  it('counts over equal bins, the largest value in the last, whatever the pieces', () => {
    expect(countsOf(0, 4, 4, [0, 0.5, 1, 1.5, 2, 3.9, 4])).toEqual([2, 2, 1, 2]);
    expect(countsOf(-1, 1, 2, [-1, 0.5], Float32Array.of(0, 1))).toEqual([1, 3]);
  });

  it('counts nothing of what is outside or no number', () => {
    expect(countsOf(-1, 1, 2, [0, 5, -7, NaN, Infinity, -Infinity])).toEqual([0, 1]);
    expect(countsOf(NaN, NaN, 2, [NaN, 1])).toEqual([0, 0]);
  });

  it('puts equal values into the first bin', () => expect(countsOf(2, 2, 3, [2, 2, 2])).toEqual([3, 0, 0]));

  it('spans the largest numbers there are', () => {
    const { MAX_VALUE } = Number;
    expect(countsOf(-MAX_VALUE, MAX_VALUE, 4, [-MAX_VALUE, 0, MAX_VALUE])).toEqual([1, 0, 1, 1]);
  });

  it('counts a value several times at once', () => {
    const histogram = new Histogram(0, 1, 2);
    histogram.count(1, 7);
    expect(histogram.counts).toEqual([0, 7]);
  });

  it('refuses what is no number of bins', () => {
    for (const bins of [0, 1.5, -1])
      expect(() => new Histogram(0, 1, bins)).toThrow(expect.objectContaining({ code: 'stats.bad-bins' }));
  });
});
