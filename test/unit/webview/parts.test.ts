import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SaveChunk } from '../../../src/protocol/save';
import { csvChunks } from '../../../webview/drawing/csv';
import { Counts } from '../../../webview/drawing/tiles';
import { fileStem, repack, savePieces } from '../../../webview/parts/export';
import { areaTable, nonZeroTable, type ExactSource } from '../../../webview/parts/non-zero-table';
import { Prefs } from '../../../webview/parts/prefs';
import { numeric, tableOf, text, type Cell } from '../../../webview/parts/table';
import { snap } from '../../../webview/parts/snap';

const gather = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
};
const signal = new AbortController().signal;

describe('export', () => {
  test('packs pieces of any size into pieces of one size, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 })),
        fc.integer({ min: 1, max: 16 }),
        async (pieces, size) => {
          const packed = await gather(repack(pieces, size));
          expect(packed.flatMap((piece) => [...piece])).toEqual(pieces.flatMap((piece) => [...piece]));
          for (const piece of packed.slice(0, -1)) expect(piece.length).toBe(size);
        },
      ),
    );
  });

  const saving = async (bytes: number, saved = true): Promise<{ chunks: SaveChunk[]; answer: boolean }> => {
    const chunks: SaveChunk[] = [];
    const save = (chunk: SaveChunk): Promise<{ saved: boolean }> => {
      chunks.push(chunk);
      return Promise.resolve({ saved });
    };
    return { chunks, answer: await savePieces(save, 'a.csv', [new Uint8Array(bytes)]) };
  };

  test('says with the last piece that it is the last', async () => {
    const { chunks, answer } = await saving(3 * 512 * 1024 + 5);
    expect(answer).toBe(true);
    expect(chunks.map(({ offset }) => offset / 1024)).toEqual([0, 512, 1024, 1536]);
    expect(chunks.map(({ last }) => last)).toEqual([false, false, false, true]);
    expect(chunks.at(-1)!.bytes.length).toBe(5);
    expect((await saving(512 * 1024)).chunks.map(({ last }) => last)).toEqual([true]);
    expect((await saving(0)).chunks).toMatchObject([{ offset: 0, last: true }]);
  });

  test('stops when the person closed the dialog', async () => {
    const { chunks, answer } = await saving(3 * 512 * 1024, false);
    expect([chunks.length, answer]).toEqual([1, false]);
  });

  test('writes numbers in full and quotes what needs it', async () => {
    const table = tableOf(
      { name: 'a', caption: '' },
      [text('name'), numeric('value')],
      [
        ['a "b", c', 0.1 + 0.2],
        ['line\nbreak', -0.0000001],
      ],
    );
    const csv = Buffer.concat(await gather(csvChunks(table, signal))).toString();
    expect(csv).toBe('name,value\r\n"a ""b"", c",0.30000000000000004\r\n"line\nbreak",-1e-7\r\n');
  });

  test('names files so that every file system takes them', () => {
    expect(fileStem('mlp7-eoi-3', 'layers/fc1:weight', '', 'mask')).toBe('mlp7-eoi-3-layers-fc1-weight-mask');
  });
});

describe('the table of kept weights', () => {
  const rows = 200;
  const columns = 700;
  const value = (row: number, column: number): number =>
    (row * 31 + column * 17) % 11 === 0 ? row - column / 1000 : 0;
  const asked: number[] = [];
  const source: ExactSource = {
    rows,
    columns,
    mask: (range) => {
      const width = range.columnEnd - range.columnStart;
      const stride = Math.ceil(width / 8);
      const bits = new Uint8Array(stride * (range.rowEnd - range.rowStart));
      for (let r = range.rowStart; r < range.rowEnd; r++)
        for (let c = 0; c < width; c++)
          if (value(r, range.columnStart + c) !== 0) bits[(r - range.rowStart) * stride + (c >> 3)] |= 1 << (c & 7);
      return Promise.resolve({ ...range, bits });
    },
    values: (range) => {
      const width = range.columnEnd - range.columnStart;
      asked.push(width * (range.rowEnd - range.rowStart));
      const values = Float64Array.from({ length: asked.at(-1)! }, (_, i) =>
        value(range.rowStart + Math.floor(i / width), range.columnStart + (i % width)),
      );
      return Promise.resolve({ ...range, values });
    },
  };
  const all: Cell[][] = [];
  const counts = new Counts(rows, columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      if (value(r, c) !== 0) {
        all.push([r, c, value(r, c)]);
        counts.byRow[r]++;
        counts.byColumn[c]++;
        counts.total++;
      }

  test('is the same in pages of any place and length', async () => {
    const table = nonZeroTable('', source, counts);
    expect(table.length).toBe(all.length);
    for (const [start, end] of [
      [0, 200],
      [63, 64],
      [5000, 5200],
      [all.length - 1, all.length],
      [0, all.length],
      [7, 7],
    ])
      expect(await table.rows(start, end, signal)).toEqual(all.slice(start, end));
    // Each request stays far below the limit of a message.
    expect(Math.max(...asked)).toBeLessThanOrEqual(1 << 16);
  });

  test('of what is seen lists every element of at most 100 x 100', async () => {
    const table = areaTable('w', source, { rowStart: 150, rowEnd: 200, columnStart: 10, columnEnd: 700 });
    expect(table.length).toBe(50 * 100);
    expect(await table.rows(99, 102, signal)).toEqual([
      [150, 109, value(150, 109)],
      [151, 10, value(151, 10)],
      [151, 11, value(151, 11)],
    ]);
  });
});

describe('the timeline', () => {
  const steps = [0, 50, 100, 150, 215];
  test.each([
    [0, 60, 50],
    [0, 20, 0],
    [0, 1, 50],
    [50, 51, 100],
    [50, 49, 0],
    [215, 214, 150],
    [215, 216, 215],
    [0, 215, 215],
  ])('from %d, the slider at %d means %d', (chosen, value, meant) => {
    expect(snap(steps, chosen, value)).toBe(meant);
  });
  test('without a step stays where it is', () => {
    expect(snap([], 0, 7)).toBe(0);
  });
});

test('kept choices of another version are not taken', () => {
  const changes: string[] = [];
  const prefs = new Prefs({ mode: 'weights', old: 'gone', number: 5 }, () => changes.push('changed'));
  expect(prefs.get('mode', ['mask', 'weights'])).toBe('weights');
  expect(prefs.get('old', ['a', 'b'])).toBe('a');
  prefs.set('mode', 'mask');
  expect(prefs.toJSON()).toEqual({ mode: 'mask', old: 'gone' });
  expect(changes).toEqual(['changed']);
  expect(new Prefs('nonsense', () => undefined).toJSON()).toEqual({});
});
