import { describe, expect, it } from 'vitest';
import { checkAngles, drawAngles } from '../../../src/core/angles';
import type { Angles } from '../../../src/core/angles';
import { Rng } from '../../../src/core/rng';

const code = (angles: Angles): string | undefined => {
  try {
    checkAngles(angles);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('angles', () => {
  it('refuses multiples of 90 degrees, by which the density never rises', () => {
    for (const degrees of [0, 90, -90, 180, 270, 360, 720, 90 + 1e-9, -1e-9])
      expect(code({ fixed: degrees }), String(degrees)).toBe('eoi.degenerate-angle');
    expect(code({ list: [45, 30, 180] })).toBe('eoi.degenerate-angle');
    for (const degrees of [1, 45, 80, 89.999, -30, 1000]) expect(code({ fixed: degrees })).toBeUndefined();
  });

  it('refuses what is no choice of angles', () => {
    const bad: Angles[] = [
      { list: [] },
      { fixed: NaN },
      { fixed: Infinity },
      { list: [45, NaN] },
      { range: [0, NaN] },
      { range: [10, 10] },
      { range: [20, 10] },
      // Finite, but their radians or their difference is not, or no longer tells multiples of 90.
      { fixed: 1e308 },
      { list: [45, -1e10 - 1] },
      { range: [-1.7e308, 1.7e308] },
    ];
    for (const angles of bad) expect(code(angles), JSON.stringify(angles)).toBe('eoi.bad-angles');
    expect(code('uniform')).toBeUndefined();
    expect(code({ range: [0, 90] })).toBeUndefined();
  });

  it('draws radians: fixed, from the list in turn, within the range, over the circle', () => {
    const rng = Rng.fromSeed(1);
    const degrees = (angles: Angles, count: number): number[] =>
      Array.from(drawAngles(angles, rng, count), (angle) => (angle * 180) / Math.PI);
    expect(drawAngles({ fixed: 45 }, rng, 2)).toEqual(Float64Array.of(Math.PI / 4, Math.PI / 4));
    expect(degrees({ list: [30, 60] }, 5).map(Math.round)).toEqual([30, 60, 30, 60, 30]);
    const drawn = degrees({ range: [10, 20] }, 4000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...drawn)).toBeLessThan(20);
    expect(drawn.reduce((a, b) => a + b) / 4000).toBeCloseTo(15, 0.7);
    const quadrants = [0, 0, 0, 0];
    for (const angle of drawAngles('uniform', rng, 4000)) quadrants[Math.floor(angle / (Math.PI / 2))]++;
    for (const n of quadrants) expect(Math.abs(n - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  it('draws again rather than hand out a degenerate angle', () => {
    // Just around 90 degrees: a thousandth of the range is degenerate.
    const drawn = drawAngles({ range: [89.999, 90.001] }, Rng.fromSeed(2), 20_000);
    // What is drawn next takes the place of one that is degenerate.
    const rng = Rng.fromSeed(2);
    const degrees = Array.from({ length: 20_100 }, () => 89.999 + (90.001 - 89.999) * rng.uniform());
    const well = degrees.filter((each) => Math.abs(each - 90) >= 1e-6);
    expect(well.length).toBeLessThan(degrees.length);
    expect(Array.from(drawn)).toEqual(well.slice(0, 20_000).map((each) => (each * Math.PI) / 180));
  });
});
