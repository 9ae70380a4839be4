import { describe, expect, it } from 'vitest';
import { medianOf, ValueCounts } from '../../../../src/core/rps/value-counts';
import type { CountedValues } from '../../../../src/core/rps/value-counts';
import { Rng } from '../../../../src/core/rng';

const rng = Rng.fromSeed(12);

function told(parts: readonly CountedValues[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const part of parts)
    part.values.forEach((value, k) => times.set(value, (times.get(value) ?? 0) + (part.times ? part.times[k] : 1)));
  return times;
}

/** One by one, in order. */
const spread = (times: Map<number, number>): number[] =>
  [...times].sort(([a], [b]) => a - b).flatMap(([value, count]) => new Array<number>(count).fill(value));

describe.each<[string, number, (k: number) => number]>([
  ['none but 0', 10, () => 0],
  ['one location', 1, () => 7],
  ['a few', 50_000, () => Math.floor(9 * rng.uniform()) * 0.1],
  ['of every order', 30_000, () => Math.floor(5000 * rng.uniform()) ** 9 * 1e-30],
  ['more than the table holds', 200_000, (k) => (k % 3 === 0 ? rng.uniform() : Math.floor(100 * rng.uniform()))],
])('values: %s', (_, size, of) => {
  const values = Float64Array.from({ length: size }, (__, k) => of(k));

  it('are counted as one by one, and their median is the one in the middle', () => {
    const counts = new ValueCounts(size);
    const expected = new Map<number, number>();
    for (const value of values) expected.set(value, (expected.get(value) ?? 0) + 1);
    // As the second of three that lie side by side, in two calls.
    const wide = Float64Array.from({ length: 3 * size }, (__, k) => (k % 3 === 1 ? values[(k - 1) / 3] : k));
    const half = 3 * Math.floor(size / 2);
    counts.add(wide.subarray(0, half), 1, 3, undefined);
    counts.add(wide.subarray(half), 1, 3, undefined);
    const parts = counts.parts();
    expect(told(parts)).toEqual(expected);
    expect(medianOf(parts, size)).toBe(values.toSorted()[Math.floor(size / 2)]);
  });

  it('of stretches are those of all their locations', () => {
    const some = values.subarray(0, 1000);
    const ends = Int32Array.from(some, (__, k) => ((k + 1) * (k + 2)) / 2);
    const expected = new Map<number, number>();
    some.forEach((value, k) => expected.set(value, (expected.get(value) ?? 0) + k + 1));
    const locations = ends[ends.length - 1];
    const counts = new ValueCounts(locations);
    counts.add(some, 0, 1, ends);
    expect(told(counts.parts())).toEqual(expected);
    expect(medianOf(counts.parts(), locations)).toBe(spread(expected)[Math.floor(locations / 2)]);
  });
});
