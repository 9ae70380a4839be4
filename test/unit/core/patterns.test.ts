import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../src/core/mask';
import {
  bandPattern,
  blockPattern,
  degreePattern,
  nmPattern,
  patternCount,
  patternMask,
} from '../../../src/core/patterns';
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

describe('a pattern of degrees in few words', () => {
  it('has those of each row or column of a list, those of the other side as even as can be', () => {
    const rows = patternMask({ rowDegree: [4, 0, 1, 2] }, 4, 5);
    expect(degrees(rows)).toEqual({ rows: [4, 0, 1, 2], columns: [2, 2, 1, 1, 1] });
    const columns = patternMask({ columnDegree: [1, 3] }, 3, 2);
    expect(degrees(columns)).toEqual({ rows: [2, 1, 1], columns: [1, 3] });
    expect(patternMask({ rowDegree: [2, 2, 2] }, 3, 4).equals(patternMask({ rowDegree: 2 }, 3, 4))).toBe(true);
  });

  it('keeps as many weights as was counted, whatever the list', () => {
    const input = fc.integer({ min: 1, max: 12 }).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        list: fc.array(fc.integer({ min: 0, max: columns }), { minLength: 1, maxLength: 12 }),
      }),
    );
    fc.assert(
      fc.property(input, ({ columns, list }) => {
        const byRows = patternMask({ rowDegree: list }, list.length, columns);
        expect(degrees(byRows).rows).toEqual(list);
        expect(patternCount({ rowDegree: list }, list.length, columns)).toBe(byRows.count());
        const byColumns = patternMask({ columnDegree: list }, columns, list.length);
        expect(degrees(byColumns).columns).toEqual(list);
        expect(patternCount({ columnDegree: list }, columns, list.length)).toBe(byColumns.count());
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it.each([patternMask, patternCount])(
    'is refused for a matrix of another size, and where a degree is too high',
    (make) => {
      expect(() => make({ rowDegree: [1, 2] }, 3, 4)).toThrow(
        expect.objectContaining({
          code: 'pattern.degree-count',
          message: 'rowDegree lists 2 degrees, and the matrix has 3 rows. List 3 of them, or give one number for all.',
        }),
      );
      expect(() => make({ columnDegree: [1, 2, 1] }, 3, 4)).toThrow(
        expect.objectContaining({ code: 'pattern.degree-count' }),
      );
      for (const pattern of [{ rowDegree: [1, 5, 1] }, { rowDegree: 5 }, { columnDegree: [1, 1, 4, 1] }])
        expect(() => make(pattern, 3, 4)).toThrow(expect.objectContaining({ code: 'pattern.bad-degrees' }));
    },
  );
});
