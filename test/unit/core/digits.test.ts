import { describe, expect, it } from 'vitest';
import { digitSide, renderDigits as digitsInParts } from '../../../src/core/digits';
import { finish } from '../../../src/core/parts';

const pixels = digitSide * digitSide;
const renderDigits = (p: Parameters<typeof digitsInParts>[0]) => finish(digitsInParts(p));

describe('renderDigits', () => {
  it('depends on seed, split and index only: a longer set begins with the shorter', () => {
    const long = renderDigits({ count: 45, seed: 1, split: 'train' });
    const short = renderDigits({ count: 23, seed: 1, split: 'train' });
    expect(long.images.slice(0, 23 * pixels)).toEqual(short.images);
    expect(long.labels.slice(0, 23)).toEqual(short.labels);
    expect(renderDigits({ count: 23, seed: 1, split: 'test' }).images).not.toEqual(short.images);
    expect(renderDigits({ count: 23, seed: 2, split: 'train' }).images).not.toEqual(short.images);
  });

  it('is balanced: every ten hold each digit once, in changing order', () => {
    const { labels } = renderDigits({ count: 100, seed: 3, split: 'train' });
    const tens = Array.from({ length: 10 }, (_, block) => Array.from(labels.slice(10 * block, 10 * block + 10)));
    for (const ten of tens) expect([...ten].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(tens.map(String)).size).toBe(10);
  });

  it('draws white ink on a dark ground, all of it inside', () => {
    const { images, labels } = renderDigits({ count: 300, seed: 4, split: 'train' });
    for (let i = 0; i < labels.length; i++) {
      const image = images.subarray(i * pixels, (i + 1) * pixels);
      const inked = image.filter((level) => level > 100).length;
      expect(inked, `image ${i}`).toBeGreaterThan(20);
      expect(inked, `image ${i}`).toBeLessThan(pixels / 2);
      const border = image.filter((_, at) => at % digitSide === 0 || at < digitSide);
      expect(border.filter((level) => level > 100).length, `image ${i}`).toBeLessThan(4);
    }
  });

  it('can be learnt, but not by the mean image alone', () => {
    const train = renderDigits({ count: 1000, seed: 1, split: 'train' });
    const test = renderDigits({ count: 500, seed: 1, split: 'test' });
    const means = Array.from({ length: 10 }, () => new Float64Array(pixels));
    train.images.forEach((level, at) => (means[train.labels[Math.floor(at / pixels)]][at % pixels] += level / 100));
    let right = 0;
    test.labels.forEach((label, i) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, level, at) => sum + (level - test.images[i * pixels + at]) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === label) right++;
    });
    expect(right / 500).toBeGreaterThan(0.6);
    expect(right / 500).toBeLessThan(0.93);
  });

  it('refuses what is no seed', () => {
    expect(() => renderDigits({ count: 1, seed: 0.5, split: 'train' })).toThrow(
      expect.objectContaining({ code: 'rng.bad-seed' }),
    );
  });
});
