import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/rng';
import { gammaHistogram } from '../../../../src/runs/sharing/gamma-histogram';

/** Bin of each value by itself: even where all are within a decade, else even in the logarithm. */
function oneByOne(values: readonly number[], least: number, most: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values.filter((one) => one > 0)) {
    const share =
      most > 10 * least ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
    counts[Math.min(bins - 1, Math.max(0, Math.floor(share * bins)))]++;
  }
  return counts;
}

const rng = Rng.fromSeed(6);
const random = (of: (uniform: number) => number): number[] =>
  Array.from({ length: 20_000 }, (_, k) => (k % 3 === 0 ? 0 : of(rng.uniform())));

describe.each([
  ['over decades', random((u) => 10 ** (6 * u - 4))],
  ['within one', random((u) => 2 + 5 * u)],
  ['within a cell of the table but for one', [...random((u) => 1 + 1e-6 * u), 1.5]],
  ['of whole numbers', random((u) => 1 + Math.floor(30 * u))],
  ['as small as they get', random((u) => 1e-300 * (1 + 90 * u))],
])('Gamma %s', (_, values) => {
  const used = values.filter((value) => value > 0);
  const [min, max] = [Math.min(...used), Math.max(...used)];

  it('is counted as value by value, told one by one and by how many there are', () => {
    const expected = oneByOne(values, min, max, 40);
    const found = gammaHistogram([{ values: Float64Array.from(values) }], { min, max });
    expect(found.counts).toEqual(expected);
    expect(found.edges).toHaveLength(41);
    expect([found.edges[0] / min, found.edges[40] / max]).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
    const twice = { values: Float64Array.from(values), times: new Uint32Array(values.length).fill(2) };
    const both = gammaHistogram([twice, { values: Float64Array.from(values) }], { min, max });
    expect(both).toEqual({ edges: found.edges, counts: expected.map((count) => 3 * count) });
  });
});

it('one value is one bin', () => {
  const values = Float64Array.of(0, 3, 3 * (1 + 1e-12), 3, 0);
  expect(gammaHistogram([{ values }], { min: 3, max: 3 * (1 + 1e-12) }).counts).toEqual([3]);
});
