import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSparseError } from '../../../src/core/errors';
import { pictureSize, readPicture } from '../../../src/formats/pictures/picture';
import { jpeg, png } from './picture-files';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-pictures-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (bytes: Uint8Array): Promise<string> => {
  const path = join(folder, 'picture');
  await writeFile(path, bytes);
  return path;
};
const values = async (bytes: Uint8Array, channels: 3 | 1 = 3, size?: number): Promise<number[]> => [
  ...(await readPicture(await put(bytes), { channels, size })).values,
];

describe('a PNG', () => {
  it('gives planes of red, green and blue', async () => {
    const file = await put(png(3, 2, (x, y) => [x, 10 * y, 200]));
    expect(await pictureSize(file)).toEqual({ width: 3, height: 2 });
    const { size, values: found } = await readPicture(file, { channels: 3 });
    expect(size).toEqual([3, 2, 3]);
    expect([...found]).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 0, 10, 10, 10, ...Array<number>(6).fill(200)]);
  });

  it('of grey is three equal planes, of colours one by their lightness', async () => {
    expect(await values(png(2, 1, (x) => [x * 50]))).toEqual([0, 50, 0, 50, 0, 50]);
    expect(
      await values(
        png(1, 1, () => [255, 0, 0]),
        1,
      ),
    ).toEqual([76]);
    expect(
      await values(
        png(1, 1, () => [9, 9, 9]),
        1,
      ),
    ).toEqual([9]);
  });

  it('drops opacity, and takes 16 bits as 8', async () => {
    expect(await values(png(1, 1, () => [1, 2, 3, 0]))).toEqual([1, 2, 3]);
    expect(await values(png(1, 1, () => [7, 0]))).toEqual([7, 7, 7]);
    expect(await values(png(1, 1, () => [65_535, 257, 0], 16))).toEqual([255, 1, 0]);
  });

  it('of packed grey samples and of a palette is unpacked', async () => {
    const of = (bits: number, type: number, rows: number[][], palette?: number[]): Uint8Array => {
      const chunk = (name: string, data: Uint8Array): Uint8Array => {
        const whole = new Uint8Array(12 + data.length);
        new DataView(whole.buffer).setUint32(0, data.length);
        whole.set(new TextEncoder().encode(name), 4);
        whole.set(data, 8);
        new DataView(whole.buffer).setUint32(8 + data.length, crc(whole.subarray(4, 8 + data.length)));
        return whole;
      };
      const header = Uint8Array.of(0, 0, 0, 3, 0, 0, 0, rows.length, bits, type, 0, 0, 0);
      return Buffer.concat([
        Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
        chunk('IHDR', header),
        ...(palette ? [chunk('PLTE', Uint8Array.from(palette))] : []),
        chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
        chunk('IEND', new Uint8Array()),
      ]);
    };
    expect(await values(of(1, 0, [[0b1010_0000], [0b0110_0000]]), 1)).toEqual([255, 0, 255, 0, 255, 255]);
    expect(await values(of(4, 0, [[0x0f, 0x80]]), 1)).toEqual([0, 255, 136]);
    expect(await values(of(2, 3, [[0b00_01_10_00]], [1, 2, 3, 4, 5, 6, 7, 8, 9]))).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
  });
});

const crc = (bytes: Uint8Array): number => {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
};

describe('a JPEG', () => {
  it('gives its colours, nearly', async () => {
    const file = await put(await jpeg(16, 8, (x) => (x < 8 ? [250, 10, 10] : [10, 10, 250])));
    expect(await pictureSize(file)).toMatchObject({ width: 16, height: 8 });
    const { size, values: found } = await readPicture(file, { channels: 3 });
    expect(size).toEqual([3, 8, 16]);
    for (const [at, level] of [
      [0, 250],
      [128, 10],
      [256, 10],
      [15, 10],
      [256 + 15, 250],
    ])
      expect(Math.abs(found[at] - level)).toBeLessThan(6);
  });

  it('that is cut off is not filled with grey', async () => {
    const bytes = await jpeg(64, 64, (x, y) => [4 * x, 4 * y, 99]);
    await expect(values(bytes.subarray(0, bytes.length * 0.7))).rejects.toMatchObject({ code: 'picture.corrupt' });
    expect(await values(bytes)).toHaveLength(3 * 64 * 64);
  });
});

describe('a size', () => {
  it('brings the shorter side to it and cuts out the middle', async () => {
    // Four bands of two columns, each of which becomes one; the middle two are left.
    const bytes = png(8, 4, (x) => [x < 2 || x > 5 ? 0 : x < 4 ? 100 : 200, 0, 0]);
    expect((await values(bytes, 3, 2)).slice(0, 4)).toEqual([100, 200, 100, 200]);
    expect(
      await values(
        png(1, 1, () => [5, 6, 7]),
        3,
        2,
      ),
    ).toEqual([5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7]);
  });
});

describe('what is no picture', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('no picture')],
    ['the beginning of a PNG', png(4, 4, () => [1, 2, 3]).subarray(0, 20)],
    ['a PNG without its data', png(4, 4, () => [1, 2, 3]).subarray(0, 40)],
    ['the beginning of a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
  ])('%s is refused with its name', async (_, bytes) => {
    const file = await put(bytes);
    const error: unknown = await readPicture(file, { channels: 3 }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'picture.corrupt', details: { file } });
    expect((error as Error).message).toContain(file);
  });

  it('with a header of too many pixels is refused before anything is unpacked', async () => {
    const bytes = png(4, 4, () => [1, 2, 3]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 1_000_000);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, 1_000_000);
    await expect(values(bytes)).rejects.toThrow(/1000000 x 1000000 pixels/);
  });

  it('with data that unpacks to more than its header says is refused', async () => {
    const large = png(2000, 2000, () => [0, 0, 0]);
    new DataView(large.buffer, large.byteOffset).setUint32(16, 4);
    new DataView(large.buffer, large.byteOffset).setUint32(20, 4);
    await expect(values(large)).rejects.toMatchObject({ code: 'picture.corrupt' });
  });

  it.each(['png', 'jpeg'] as const)('any damage to a %s is read or refused, never more', async (kind) => {
    const colour = (x: number, y: number): number[] => [20 * x, 20 * y, 99];
    const right = kind === 'png' ? png(9, 8, colour) : await jpeg(9, 8, colour);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(right.length - 1), fc.nat(255)), { maxLength: 5 }),
        fc.integer({ min: 3, max: right.length }),
        async (changes, length) => {
          const bytes = Uint8Array.from(right.subarray(0, length));
          for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
          const file = await put(bytes);
          const outcome: unknown = await readPicture(file, { channels: 3, size: 4 }).catch((error: unknown) => error);
          expect(isSparseError(outcome) || (outcome as { values: Uint8Array }).values.length === 48).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
