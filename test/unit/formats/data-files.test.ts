import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCifar } from '../../../src/formats/cifar';
import { gunzipBounded, maybeGunzip } from '../../../src/formats/gzip';
import { readIdx, writeIdx } from '../../../src/formats/idx';
import { failure } from './bytes';

const again = ' Write or download the file again.';

describe('IDX', () => {
  // As described at the end of the MNIST page: magic 0x00000803, then count, rows, columns, all big-endian.
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

  test('reads a hand-made file, inside a larger buffer too', () => {
    expect(readIdx(images, 'x')).toEqual({ shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    const larger = Uint8Array.of(9, 9, 9, ...images).subarray(3);
    expect(readIdx(larger, 'x').shape).toEqual([2, 1, 3]);
  });

  test('writes the same bytes', () => {
    expect(writeIdx([2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6))).toEqual(images);
    expect(readIdx(writeIdx([0, 28, 28], new Uint8Array()), 'x').shape).toEqual([0, 28, 28]);
  });

  test.each<[number[], number]>([
    [[], 1],
    [[2, 3], 5],
    [[-2, -3], 6],
    [[1.5, 4], 6],
    [[2 ** 32], 0],
    [new Array<number>(9).fill(1), 1],
  ])('refuses to write shape %j from %d bytes', async (shape, bytes) => {
    expect((await failure(() => writeIdx(shape, new Uint8Array(bytes)))).code).toBe('idx.bad-shape');
  });

  test.each<[string, Uint8Array, string]>([
    ['bad-magic', new Uint8Array(), 'an IDX file begins with the bytes 00 00 08, this one with nothing.'],
    [
      'bad-magic',
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      'an IDX file begins with the bytes 00 00 08, this one with 1f 8b 08.',
    ],
    ['bad-magic', Uint8Array.of(0, 0, 0x0d, 1), 'an IDX file begins with the bytes 00 00 08, this one with 00 00 0d.'],
    ['bad-axes', Uint8Array.of(0, 0, 8), 'the header claims 0 axes; 1 to 8 are possible.'],
    ['bad-axes', Uint8Array.of(0, 0, 8, 0), 'the header claims 0 axes; 1 to 8 are possible.'],
    ['bad-axes', Uint8Array.of(0, 0, 8, 255), 'the header claims 255 axes; 1 to 8 are possible.'],
    ['truncated', images.subarray(0, 15), 'it has 15 bytes, but its header needs 16; it is cut off.'],
    ['truncated', images.subarray(0, 21), 'it has 21 bytes, but its header needs 22; it is cut off.'],
    ['trailing-bytes', Uint8Array.of(...images, 0), 'it has 23 bytes, but its header accounts for only 22.'],
    [
      'shape-overflow',
      Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255),
      'its shape (4294967295, 4294967295) has more bytes than can be counted.',
    ],
  ])('%s %#', async (code, bytes, message) => {
    expect(await failure(() => readIdx(bytes, 'train-images'))).toEqual({
      code: `idx.${code}`,
      message: `train-images: ${message}${again}`,
    });
  });
});

describe.each([
  { set: 'CIFAR-10', labelBytes: 1, classes: 10, name: 'label' },
  { set: 'CIFAR-100', labelBytes: 2, classes: 100, name: 'fine label' },
] as const)('$set', ({ set, labelBytes, classes, name }) => {
  const record = labelBytes + 3072;
  /** Records with the labels 3, 4, ... behind a coarse 19, and pixels that tell their place. */
  const file = (path: string, count: number) => ({
    path,
    bytes: Uint8Array.from({ length: count * record }, (_, i) =>
      i % record >= labelBytes ? i % 256 : i % record === labelBytes - 1 ? 3 + Math.floor(i / record) : 19,
    ),
  });

  test('reads the labels and channel-major pixels of several files', () => {
    const files = [file('a', 2), file('b', 1)];
    const { images, labels } = readCifar(set, files);
    expect([...labels]).toEqual([3, 4, 3]);
    expect(images.length).toBe(3 * 3072);
    const [{ bytes }] = files;
    expect([images[0], images[3071], images[3072], images[6144]]).toEqual([
      bytes[labelBytes],
      bytes[record - 1],
      bytes[record + labelBytes],
      bytes[labelBytes],
    ]);
  });

  test.each([0, record - 1, record + 1])('refuses %d bytes', async (size) => {
    const files = [file('a', 1), { path: 'train.bin', bytes: new Uint8Array(size) }];
    expect(await failure(() => readCifar(set, files))).toEqual({
      code: 'cifar.bad-size',
      message:
        `train.bin: a ${set} binary file is one or more records of ${record} bytes, this one has ${size} bytes; ` +
        `it is cut off or not the binary version.${again}`,
    });
  });

  test('refuses a label out of range and names file and record', async () => {
    const bad = file('b.bin', 2);
    bad.bytes[record + labelBytes - 1] = classes;
    expect(await failure(() => readCifar(set, [file('a', 3), bad]))).toEqual({
      code: 'cifar.bad-label',
      message: `b.bin: record 1 has the ${name} ${classes}; in ${set} they are 0 to ${classes - 1}.${again}`,
    });
  });
});

test('CIFAR-10 taken for CIFAR-100 is refused', async () => {
  // As many bytes as make whole records of either.
  const bytes = new Uint8Array(3073 * 3074).fill(30);
  const { message } = await failure(() => readCifar('CIFAR-100', [{ path: 'x', bytes }]));
  expect(message).toMatch(/coarse label 30;.*0 to 19/);
});

describe('gzip', () => {
  const plain = new TextEncoder().encode('some text, some text, some text');

  test('is unpacked when it is gzip and passed through when not', async () => {
    expect([...(await gunzipBounded(gzipSync(plain), 100, 'x'))]).toEqual([...plain]);
    expect([...(await maybeGunzip(gzipSync(plain), 100, 'x'))]).toEqual([...plain]);
    expect(await maybeGunzip(plain, 3, 'x')).toBe(plain);
    expect((await gunzipBounded(gzipSync(plain), plain.length, 'x')).length).toBe(plain.length);
  });

  test('a bomb stops at the bound', async () => {
    const bomb = gzipSync(new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await failure(() => gunzipBounded(bomb, 1_000_000, 'bomb.gz'))).toEqual({
      code: 'gzip.too-large',
      message: `bomb.gz: it unpacks to more than 1.0 MB, more than such a file can have.${again}`,
    });
  });

  test.each([0, 1, 5, 12, 30])('cut to %d bytes it is damaged', async (length) => {
    expect((await failure(() => gunzipBounded(gzipSync(plain).subarray(0, length), 100, 'x'))).code).toBe(
      'gzip.corrupt',
    );
  });

  test('a wrong checksum is damage', async () => {
    const packed = gzipSync(plain);
    packed[packed.length - 6] ^= 1;
    expect(await failure(() => gunzipBounded(packed, 100, 'x.gz'))).toEqual({
      code: 'gzip.corrupt',
      message: `x.gz: the gzip data is damaged or cut off.${again}`,
    });
  });
});
