import { describe, expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import { pictureClasses, pictureSide, renderPictures } from '../../../src/core/synthetic-images';

const values = 3 * pictureSide * pictureSide;
const render = (count: number, seed: number, split = 'train') => finish(renderPictures({ count, seed, split }));

/** Share of the test pictures told right by the nearest class mean, a linear classifier. */
function nearestMean(
  train: { images: Uint8Array; labels: Uint8Array },
  test: { images: Uint8Array; labels: Uint8Array },
): number {
  const means = pictureClasses.map(() => new Float64Array(values));
  const each = train.labels.length / pictureClasses.length;
  train.images.forEach((level, at) => (means[train.labels[Math.floor(at / values)]][at % values] += level / each));
  let right = 0;
  test.labels.forEach((label, i) => {
    const distances = means.map((mean) =>
      mean.reduce((sum, level, at) => sum + (level - test.images[i * values + at]) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / test.labels.length;
}

describe('renderPictures', () => {
  it('depends on seed, split and index only: a longer set begins with the shorter', () => {
    const long = render(25, 1);
    const short = render(13, 1);
    expect(long.images.slice(0, 13 * values)).toEqual(short.images);
    expect(long.labels.slice(0, 13)).toEqual(short.labels);
    expect(render(13, 1, 'test').images).not.toEqual(short.images);
    expect(render(13, 2).images).not.toEqual(short.images);
  });

  it('is balanced: every ten hold each class once, in changing order', () => {
    const { labels } = render(100, 3);
    const tens = Array.from({ length: 10 }, (_, block) => Array.from(labels.slice(10 * block, 10 * block + 10)));
    for (const ten of tens) expect([...ten].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(tens.map(String)).size).toBe(10);
  });

  it('draws in colour, over the whole range, neither black nor burnt out', () => {
    const { images, labels } = render(200, 4);
    for (let i = 0; i < labels.length; i++) {
      const picture = images.subarray(i * values, (i + 1) * values);
      const planes = [0, 1, 2].map((c) => picture.subarray((c * values) / 3, ((c + 1) * values) / 3));
      const means = planes.map((plane) => plane.reduce((sum, level) => sum + level, 0) / plane.length);
      expect(Math.max(...means) - Math.min(...means), `picture ${i}`).toBeGreaterThan(2);
      const clipped = picture.filter((level) => level === 0 || level === 255).length;
      expect(clipped / values, `picture ${i}`).toBeLessThan(0.45);
    }
  });

  it('says little of a class by its mean: a linear eye is near chance', () => {
    expect(nearestMean(render(1000, 1), render(500, 1, 'test'))).toBeLessThan(0.3);
  });

  it('refuses what is no seed', () => {
    expect(() => renderPictures({ count: 1, seed: 0.5, split: 'train' })).toThrow(
      expect.objectContaining({ code: 'rng.bad-seed' }),
    );
  });
});
