import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../src/core/mask';
import { bandPattern, blockPattern, degreePattern, nmPattern } from '../../../src/core/patterns';
import { Rng } from '../../../src/core/rng';

const drawing = (mask: Mask): string[] =>
  Array.from({ length: mask.rows }, (_, r) =>
    Array.from({ length: mask.columns }, (__, c) => (mask.get(r, c) ? '#' : '.')).join(''),
  );

const degrees = (mask: Mask): { rows: number[]; columns: number[] } => {
  const rows = new Array<number>(mask.rows).fill(0);
  const columns = new Array<number>(mask.columns).fill(0);
  for (let r = 0; r < mask.rows; r++)
    for (let c = 0; c < mask.columns; c++)
      if (mask.get(r, c)) {
        rows[r]++;
        columns[c]++;
      }
  return { rows, columns };
};

describe('nmPattern', () => {
  it('lets rows take turns', () => {
    expect(drawing(nmPattern(3, 10, [2, 4]))).toEqual(['##..##..##', '..##..####', '##..##..##']);
    expect(drawing(nmPattern(4, 4, [3, 4]))).toEqual(['###.', '##.#', '#.##', '.###']);
  });

  it('keeps N of each M in every row, at places of their own with a generator', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 9 }),
      columns: fc.integer({ min: 1, max: 40 }),
      m: fc.integer({ min: 1, max: 9 }),
      n: fc.integer({ min: 1, max: 9 }),
      seed: fc.option(fc.nat(99), { nil: undefined }),
    });
    fc.assert(
      fc.property(sizes, ({ rows, columns, m, n, seed }) => {
        fc.pre(n <= m);
        const mask = nmPattern(rows, columns, [n, m], seed === undefined ? undefined : Rng.fromSeed(seed));
        for (const row of drawing(mask))
          for (let from = 0; from < columns; from += m) {
            const group = row.slice(from, from + m);
            expect(group.replaceAll('.', '').length).toBe(Math.min(n, group.length));
          }
      }),
      { seed: 1, numRuns: 200 },
    );
    const mask = nmPattern(50, 8, [2, 4], Rng.fromSeed(1));
    expect(new Set(drawing(mask).map((row) => row.slice(0, 4))).size).toBe(6);
  });

  it('takes a group far longer than the row for the row', () => {
    for (const rng of [undefined, Rng.fromSeed(1)])
      for (const [n, kept] of [
        [1, 1],
        [3, 3],
        [2 ** 53 - 3, 5],
      ])
        for (const row of drawing(nmPattern(7, 5, [n, 2 ** 53 - 1], rng)))
          expect(row.replaceAll('.', '').length).toBe(kept);
  });

  it('refuses sizes that make no pattern', () => {
    for (const sizes of [
      [0, 4],
      [5, 4],
      [1.5, 4],
      [1, NaN],
    ] as const)
      expect(() => nmPattern(4, 4, sizes)).toThrow(expect.objectContaining({ code: 'pattern.bad-size' }));
  });
});

describe('blockPattern', () => {
  it('puts blocks along the diagonal and cuts the last', () => {
    expect(drawing(blockPattern(5, 7, [2, 3]))).toEqual(['###....', '###....', '...###.', '...###.', '......#']);
    expect(drawing(blockPattern(3, 2, [1, 1]))).toEqual(['#.', '.#', '..']);
    expect(() => blockPattern(4, 4, [0, 1])).toThrow(expect.objectContaining({ code: 'pattern.bad-size' }));
  });
});

describe('bandPattern', () => {
  it('goes from corner to corner', () => {
    expect(drawing(bandPattern(4, 4, 3))).toEqual(['##..', '###.', '.###', '..##']);
    expect(drawing(bandPattern(4, 4, 2))).toEqual(['##..', '.##.', '..##', '...#']);
    expect(drawing(bandPattern(2, 6, 3))).toEqual(['###...', '...###']);
    expect(drawing(bandPattern(6, 2, 1))).toEqual(['..', '#.', '..', '..', '.#', '..']);
    expect(() => bandPattern(4, 4, 0)).toThrow(expect.objectContaining({ code: 'pattern.bad-size' }));
  });
});

describe('degreePattern', () => {
  it('has the degrees of any mask there is', () => {
    const masks = fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
      .chain(([rows, columns]) =>
        fc
          .array(fc.integer({ min: 0, max: 1 }), { minLength: rows * columns, maxLength: rows * columns })
          .map((bytes) => Mask.fromBytes(Uint8Array.from(bytes), rows, columns)),
      );
    fc.assert(
      fc.property(masks, (mask) => {
        const wanted = degrees(mask);
        expect(degrees(degreePattern(wanted.rows, wanted.columns))).toEqual(wanted);
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  it('refuses degrees that no mask has', () => {
    expect(() => degreePattern([2, 3], [1, 1])).toThrow(expect.objectContaining({ code: 'pattern.bad-degrees' }));
    expect(() => degreePattern([2, 0], [-1, 3])).toThrow(expect.objectContaining({ code: 'pattern.bad-degrees' }));
    expect(() => degreePattern([2, 1], [1, 1])).toThrow(expect.objectContaining({ code: 'pattern.unequal-degrees' }));
    expect(() => degreePattern([3, 3, 0], [3, 3, 0])).toThrow(
      expect.objectContaining({ code: 'pattern.impossible-degrees' }),
    );
    expect(() => degreePattern([], [])).toThrow(expect.objectContaining({ code: 'shape.invalid' }));
  });
});
