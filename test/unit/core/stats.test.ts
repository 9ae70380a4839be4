import { describe, expect, it } from 'vitest';
import { Accumulator, Histogram, histogram } from '../../../src/core/stats';

describe('Accumulator', () => {
  it('gives the same figures whatever the pieces', () => {
    const values = [3, 0, -1.5, NaN, 0, 7, Infinity, -0];
    const whole = new Accumulator();
    whole.add(values);
    const pieces = new Accumulator();
    pieces.add(values.slice(0, 3));
    pieces.add([]);
    pieces.add(Float64Array.from(values.slice(3)));
    for (const figures of [whole, pieces]) {
      expect(figures).toMatchObject({ count: 8, nonZeros: 3, nonFinite: 2, min: -1.5, max: 7 });
      expect(figures.mean).toBeCloseTo(8.5 / 6, 15);
      expect(figures.density).toBe(0.5);
    }
  });

  it('does not drift over many values', () => {
    const figures = new Accumulator();
    figures.add([1e9]);
    for (let i = 0; i < 100; i++) figures.add(new Float64Array(10_000).fill(1e-8));
    expect(figures.mean * figures.count - 1e9).toBeCloseTo(0.01, 6);
  });

  it('knows nothing of nothing', () => {
    const figures = new Accumulator();
    figures.add([NaN]);
    expect([figures.min, figures.max, figures.mean]).toEqual([NaN, NaN, NaN]);
    expect(figures.density).toBe(0);
  });
});

describe('histogram', () => {
  it('counts over equal bins, the largest value in the last', () => {
    const { counts, min, max } = histogram([0, 0.5, 1, 1.5, 2, 3.9, 4, NaN, Infinity], 4);
    expect([min, max]).toEqual([0, 4]);
    expect(counts).toEqual([2, 2, 1, 2]);
  });

  it('puts equal values into the first bin and counts nothing of nothing', () => {
    expect(histogram([2, 2, 2], 3).counts).toEqual([3, 0, 0]);
    expect(histogram([], 2).counts).toEqual([0, 0]);
    expect(histogram([NaN], 2).counts).toEqual([0, 0]);
  });

  it('takes pieces within a given range', () => {
    const pieces = new Histogram(-1, 1, 2);
    pieces.add([-1, 0.5]);
    pieces.add(Float32Array.of(0, 5, -7));
    expect(pieces.counts).toEqual([1, 2]);
    for (const bins of [0, 1.5, -1])
      expect(() => histogram([1], bins)).toThrow(expect.objectContaining({ code: 'stats.bad-bins' }));
  });
});
