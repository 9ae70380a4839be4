/** From what arrives over the wire to the cells that are painted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../../src/core/mask';
import { rampIndex, rampLength } from '../../../webview/drawing/colour-map';
import { Grid, levelFor, pending, reduceCells } from '../../../webview/drawing/grid';
import { MatrixPicture, type MatrixSource } from '../../../webview/drawing/matrix-picture';
import { detailSide, planDetail, planOverview } from '../../../webview/drawing/tile-plan';
import { Counts, maskCells, weightCells } from '../../../webview/drawing/tiles';

const sides = fc.record({ rows: fc.integer({ min: 1, max: 8000 }), columns: fc.integer({ min: 1, max: 8000 }) });

describe('the plan of an overview', () => {
  test('covers every element once, in requests of at most 2^18, on whole cells', () => {
    fc.assert(
      fc.property(sides, ({ rows, columns }) => {
        const { factor, strips, sampled } = planOverview({ rows, columns });
        expect(sampled).toBe(1);
        expect(Math.ceil(Math.max(rows, columns) / factor)).toBeLessThanOrEqual(2048);
        let covered = 0;
        for (const { range, cellRow, cellColumn } of strips) {
          const area = (range.rowEnd - range.rowStart) * (range.columnEnd - range.columnStart);
          expect(area).toBeLessThanOrEqual(1 << 18);
          expect([cellRow * factor, cellColumn * factor]).toEqual([range.rowStart, range.columnStart]);
          covered += area;
        }
        expect(covered).toBe(rows * columns);
      }),
      { numRuns: 60 },
    );
  });

  test('never asks for more than 2^18 at once, whatever the shape', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300_000 }));
    fc.assert(
      fc.property(side, side, (rows, columns) => {
        const { factor, strips } = planOverview({ rows, columns });
        for (const { range, cellRow, cellColumn } of strips) {
          const area = (range.rowEnd - range.rowStart) * (range.columnEnd - range.columnStart);
          expect(area).toBeLessThanOrEqual(1 << 18);
          expect([cellRow * factor, cellColumn * factor]).toEqual([range.rowStart, range.columnStart]);
        }
      }),
      {
        numRuns: 60,
        examples: [
          [100, 131_072],
          [1024, 262_144],
          [10, 10_000_000],
          [3_000_000, 3],
        ],
      },
    );
    expect(planOverview({ rows: 10, columns: 3_000_000 }).sampled).toBe(1);
  });

  test('of a matrix that fits into a picture is drawn weight by weight', () => {
    expect(planOverview({ rows: 2048, columns: 100 }).factor).toBe(1);
    expect(planOverview({ rows: 2049, columns: 100 }).factor).toBe(2);
  });

  test('of a huge matrix looks at some rows of each cell only, and says so', () => {
    const plan = planOverview({ rows: 65_536, columns: 65_536 });
    const read = plan.strips.reduce(
      (sum, { range }) => sum + (range.rowEnd - range.rowStart) * (range.columnEnd - range.columnStart),
      0,
    );
    expect(plan.sampled).toBeLessThan(1);
    expect(read).toBeLessThanOrEqual(1 << 27);
    expect(plan.strips.length).toBe(2048);
  });

  test('of nothing asks for nothing', () => {
    expect(planOverview({ rows: 0, columns: 5 }).strips).toEqual([]);
    expect(planOverview({ rows: 5, columns: 0 }).strips).toEqual([]);
  });
});

test('close tiles cover what is seen, from the middle outwards', () => {
  const seen = { rowStart: 500, rowEnd: 1100, columnStart: 0, columnEnd: 600 };
  const tiles = planDetail(seen, { rows: 1200, columns: 5000 });
  expect(tiles.length).toBe(6);
  expect(tiles[0]).toEqual({ rowStart: 512, rowEnd: 1024, columnStart: 0, columnEnd: 512 });
  expect(Math.max(...tiles.map(({ rowEnd }) => rowEnd))).toBe(1200);
  for (const tile of tiles) expect(tile.rowEnd - tile.rowStart).toBeLessThanOrEqual(detailSide);
});

describe('cells', () => {
  test('of a mask tile are its bits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.boolean(), { maxLength: 800 }),
        (rows, columns, kept) => {
          const bytes = Uint8Array.from({ length: rows * columns }, (_, i) => (kept[i] ? 1 : 0));
          const mask = Mask.fromBytes(bytes, rows, columns);
          const range = { rowStart: 0, rowEnd: rows, columnStart: 0, columnEnd: columns };
          const cells = maskCells({ ...range, bits: mask.tile(range) });
          expect([...cells.values]).toEqual([...bytes]);
          const counts = new Counts(rows, columns);
          counts.add(range, cells);
          expect(counts.total).toBe(mask.count());
          expect(counts.byRow.reduce((a, b) => a + b, 0)).toBe(mask.count());
          expect(counts.byColumn.reduce((a, b) => a + b, 0)).toBe(mask.count());
        },
      ),
    );
  });

  test('of a weight tile are its values times its scale', () => {
    const range = { rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 3 };
    const { values } = weightCells({ ...range, scale: 0.5, values: Int8Array.of(-127, 0, 3) });
    expect([...values]).toEqual([-63.5, 0, 1.5]);
  });

  test('merge to a share, or to the largest weight with its sign; what has not arrived does not count', () => {
    const cells = { rows: 3, columns: 3, values: Float32Array.of(1, 0, 0, 0, 0, pending, 1, 1, pending) };
    expect([...reduceCells(cells, 2, 2, 'mean').values]).toEqual([0.25, 0, 1, pending]);
    const signed = { rows: 2, columns: 2, values: Float32Array.of(0.1, -0.9, 0.5, 0) };
    expect([...reduceCells(signed, 2, 2, 'extreme').values]).toEqual([Math.fround(-0.9)]);
  });

  test('a level is made anew when cells arrive', () => {
    const grid = new Grid({ rowStart: 0, columnStart: 0, rows: 2, columns: 2, factor: 1 }, 'mean');
    expect([...grid.level(1, 1).values]).toEqual([pending]);
    grid.put({ rows: 1, columns: 2, values: Float32Array.of(1, 0) }, 0, 0);
    expect([...grid.level(1, 1).values]).toEqual([0.5]);
    expect([...grid.level(0, 1).values]).toEqual([0.5, pending]);
  });

  test('are merged until each is at least a pixel', () => {
    expect([2, 1, 0.99, 0.5, 0.26, 0.25].map(levelFor)).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe('the colour of a weight', () => {
  test('is the background for zero and for nothing else', () => {
    const middle = (rampLength - 1) / 2;
    expect(rampIndex(0, 1)).toBe(middle);
    for (const value of [1e-30, -1e-30, 1e-9]) expect(rampIndex(value, 1)).not.toBe(middle);
    expect([rampIndex(1, 1), rampIndex(-1, 1), rampIndex(7, 1)]).toEqual([rampLength - 1, 0, rampLength - 1]);
    expect(rampIndex(-0.5, 1) + rampIndex(0.5, 1)).toBe(2 * middle);
  });
});

describe('loading a matrix', () => {
  const rows = 700;
  const columns = 900;
  const bytes = Uint8Array.from({ length: rows * columns }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const mask = Mask.fromBytes(bytes, rows, columns);
  const source = (asked: { most: number; now: number }): MatrixSource => ({
    rows,
    columns,
    mask: async (range) => {
      asked.now++;
      asked.most = Math.max(asked.most, asked.now);
      await Promise.resolve();
      asked.now--;
      return { ...range, bits: mask.tile(range) };
    },
    weights: () => Promise.reject(new Error('not asked for')),
  });

  const loaded = (asked: { most: number; now: number }): Promise<MatrixPicture> =>
    new Promise((resolve, reject) => {
      const picture: MatrixPicture = new MatrixPicture(
        source(asked),
        'mask',
        () => {
          if (picture.loaded) resolve(picture);
        },
        reject,
      );
    });

  test('asks for a few strips at a time and counts each weight once', async () => {
    const asked = { most: 0, now: 0 };
    const picture = await loaded(asked);
    expect(asked.most).toBeLessThanOrEqual(4);
    expect(picture.counts?.total).toBe(mask.count());
    expect([picture.element(0, 7), picture.element(0, 8), picture.element(1, 3)]).toEqual([1, 0, 1]);
    expect(picture.progress).toBe(1);
  });

  test('tells once what went wrong and asks for no more', async () => {
    let told = 0;
    let asked = 0;
    const broken: MatrixSource = {
      rows,
      columns,
      mask: () => {
        asked++;
        return Promise.reject(new Error('gone'));
      },
      weights: () => Promise.reject(new Error('gone')),
    };
    new MatrixPicture(
      broken,
      'mask',
      () => undefined,
      () => told++,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toBe(1);
    expect(asked).toBeLessThanOrEqual(4);
  });
});
