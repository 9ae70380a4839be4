import { describe, expect, test } from 'vitest';
import { Rng } from '../../../src/core/rng';
import { fromBytes } from '../../../src/formats/byte-source';
import { maskTile, matrixShape, valueTile, weightTile } from '../../../src/formats/matrix-tiles';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import type { Dtype, SafetensorsFile } from '../../../src/formats/safetensors';
import { failure } from './bytes';

const fileOf = async (
  shape: number[],
  data: ArrayBufferView,
  dtype: Dtype = 'F32',
): Promise<SafetensorsFile & { reads: number[] }> => {
  const bytes = Buffer.concat([...safetensorsChunks([{ name: 't', dtype, shape, data }])]);
  const source = fromBytes('t.safetensors', bytes);
  const reads: number[] = [];
  const file = await openSafetensors({
    ...source,
    read: (offset, length) => {
      reads.push(length);
      return source.read(offset, length);
    },
  });
  reads.length = 0;
  return Object.assign(file, { reads });
};

/** A sparse matrix and plain indexing into it, the reference of all tiles. */
const sparse = (rows: number, columns: number): Float32Array => {
  const rng = Rng.fromSeed(rows * 10_007 + columns);
  return Float32Array.from({ length: rows * columns }, () => (rng.uniform() < 0.2 ? rng.normal() : 0));
};
const bit = (bits: Uint8Array, columns: number, row: number, column: number): number =>
  (bits[row * Math.ceil(columns / 8) + (column >> 3)] >> (column & 7)) & 1;

describe('tiles', () => {
  // The last two have rows longer than what is read whole, so they are read by parts of rows.
  test.each([
    [5, 7, { rowStart: 0, rowEnd: 5, columnStart: 0, columnEnd: 7 }],
    [40, 33, { rowStart: 3, rowEnd: 38, columnStart: 9, columnEnd: 30 }],
    [300, 5000, { rowStart: 17, rowEnd: 290, columnStart: 4001, columnEnd: 4500 }],
    [3, 20_000, { rowStart: 1, rowEnd: 3, columnStart: 5, columnEnd: 19_999 }],
    [2, 1_200_000, { rowStart: 1, rowEnd: 2, columnStart: 1, columnEnd: 1_048_577 }],
  ])('of a %d x %d matrix agree with plain indexing', async (rows, columns, range) => {
    const values = sparse(rows, columns);
    const file = await fileOf([rows, columns], values);
    const mask = await maskTile(file, file.need('t'), range);
    const weights = await weightTile(file, file.need('t'), range);
    const width = range.columnEnd - range.columnStart;
    expect(mask).toMatchObject(range);
    expect(mask.bits.length).toBe((range.rowEnd - range.rowStart) * Math.ceil(width / 8));
    let wrong = 0;
    for (let r = range.rowStart; r < range.rowEnd; r++)
      for (let c = range.columnStart; c < range.columnEnd; c++) {
        const value = values[r * columns + c];
        const at = (r - range.rowStart) * width + c - range.columnStart;
        if (bit(mask.bits, width, r - range.rowStart, c - range.columnStart) !== (value === 0 ? 0 : 1)) wrong++;
        const shown = weights.values[at] * weights.scale;
        // Half a step off, but what is not zero is never shown as zero.
        const small = Math.abs(value) < weights.scale / 2;
        if (Math.abs(shown - value) > weights.scale * (small ? 1 : 0.5000001)) wrong++;
        if (Math.sign(shown) !== Math.sign(value)) wrong++;
      }
    expect(wrong).toBe(0);
    expect(Math.max(...weights.values.subarray(0, 100_000).map(Math.abs))).toBeLessThanOrEqual(127);
  });

  test("the exact ones are the file's own numbers, at most 1 MiB of them", async () => {
    const values = sparse(40, 33);
    const file = await fileOf([40, 33], values);
    const range = { rowStart: 3, rowEnd: 38, columnStart: 9, columnEnd: 30 };
    const tile = await valueTile(file, file.need('t'), range);
    expect(tile).toMatchObject(range);
    const expected = Array.from({ length: 35 }, (_, r) => [...values.subarray((r + 3) * 33 + 9, (r + 3) * 33 + 30)]);
    expect([...tile.values]).toEqual(expected.flat());
    const large = await fileOf([1, 131_073], new Float32Array(131_073));
    const whole = { rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 131_073 };
    await expect(valueTile(large, large.need('t'), whole)).rejects.toMatchObject({ code: 'tiles.too-large' });
    expect((await valueTile(large, large.need('t'), { ...whole, columnStart: 1 })).values.length).toBe(131_072);
  });

  test('spare bits of each row are zero', async () => {
    const file = await fileOf([2, 9], new Float32Array(18).fill(1));
    const { bits } = await maskTile(file, file.need('t'), { rowStart: 0, rowEnd: 2, columnStart: 0, columnEnd: 9 });
    expect([...bits]).toEqual([255, 1, 255, 1]);
  });

  test('only the rows of the tile are read, and of wide rows only the part', async () => {
    const narrow = await fileOf([1000, 100], sparse(1000, 100));
    await maskTile(narrow, narrow.need('t'), { rowStart: 500, rowEnd: 502, columnStart: 0, columnEnd: 100 });
    expect(narrow.reads).toEqual([800]);
    const wide = await fileOf([3, 100_000], sparse(3, 100_000));
    await maskTile(wide, wide.need('t'), { rowStart: 0, rowEnd: 2, columnStart: 10, columnEnd: 20 });
    expect(wide.reads).toEqual([40, 40]);
  });

  test.each([
    [[], 1, 1],
    [[5], 5, 1],
    [[2, 3, 4], 2, 12],
    [[0, 3], 0, 3],
    [[3, 0], 3, 0],
  ])('shape %j is the matrix %d x %d', async (shape, rows, columns) => {
    expect(matrixShape(shape)).toEqual({ rows, columns });
    const file = await fileOf(shape, new Float32Array(rows * columns).fill(2));
    const range = { rowStart: 0, rowEnd: rows, columnStart: 0, columnEnd: columns };
    const { bits } = await maskTile(file, file.need('t'), range);
    expect(bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)).toBe(rows * columns);
    const { values, scale } = await weightTile(file, file.need('t'), range);
    expect([...values].map((value) => value * scale)).toEqual(new Array(rows * columns).fill(2));
  });

  test('zeros have scale 0; NaN is kept but has no weight; infinities are at the end of the scale; -0 is zero', async () => {
    const whole = { rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 5 };
    const zeros = await fileOf([1, 5], new Float32Array(5));
    expect(await weightTile(zeros, zeros.need('t'), whole)).toMatchObject({ scale: 0, values: new Int8Array(5) });
    const odd = await fileOf([1, 5], Float32Array.of(NaN, Infinity, -Infinity, 254, -0));
    expect(await weightTile(odd, odd.need('t'), whole)).toMatchObject({
      scale: 2,
      values: Int8Array.of(0, 127, -127, 127, 0),
    });
    expect([...(await maskTile(odd, odd.need('t'), whole)).bits]).toEqual([0b01111]);
    const tiny = await fileOf([1, 5], Float64Array.of(Number.MIN_VALUE, 0, 0, 0, 0), 'F64');
    const tile = await weightTile(tiny, tiny.need('t'), whole);
    expect(tile.values[0] * tile.scale).toBe(Number.MIN_VALUE);
  });

  test.each([
    { rowStart: -1, rowEnd: 1, columnStart: 0, columnEnd: 1 },
    { rowStart: 0, rowEnd: 5, columnStart: 0, columnEnd: 1 },
    { rowStart: 2, rowEnd: 1, columnStart: 0, columnEnd: 1 },
    { rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 1e12 },
    { rowStart: 0, rowEnd: 1, columnStart: 0.5, columnEnd: 1 },
    { rowStart: 0, rowEnd: NaN, columnStart: 0, columnEnd: 1 },
  ])('a range that is not in the matrix is refused: %j', async (range) => {
    const file = await fileOf([4, 4], new Float32Array(16));
    const expected = {
      code: 'tiles.outside',
      message: 'Tensor "t": the tile is not inside the 4 x 4 matrix. Ask for less.',
    };
    expect(await failure(() => maskTile(file, file.need('t'), range))).toEqual(expected);
    expect(await failure(() => weightTile(file, file.need('t'), range))).toEqual(expected);
  });

  test('a tile over 1 MiB is refused, one of 1 MiB is not', async () => {
    const file = await fileOf([1025, 8192], new Uint8Array(1025 * 8192), 'U8');
    const rows = (count: number, columns: number): Parameters<typeof maskTile>[2] => ({
      rowStart: 0,
      rowEnd: count,
      columnStart: 0,
      columnEnd: columns,
    });
    expect((await maskTile(file, file.need('t'), rows(1024, 8192))).bits.length).toBe(1 << 20);
    expect((await weightTile(file, file.need('t'), rows(1024, 1024))).values.length).toBe(1 << 20);
    expect((await failure(() => maskTile(file, file.need('t'), rows(1025, 8192)))).code).toBe('tiles.too-large');
    expect((await failure(() => weightTile(file, file.need('t'), rows(1024, 1025)))).code).toBe('tiles.too-large');
  });

  test('a dtype that cannot be decoded says so', async () => {
    const file = await fileOf([2, 2], new Uint8Array(4), 'F8_E4M3');
    const range = { rowStart: 0, rowEnd: 2, columnStart: 0, columnEnd: 2 };
    expect((await failure(() => maskTile(file, file.need('t'), range))).code).toBe('safetensors.not-decodable');
  });
});
