import { createHash } from 'node:crypto';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromBytes, openFile } from '../../../src/formats/byte-source';
import type { ByteSource } from '../../../src/formats/byte-source';
import { openSafetensors, safetensorsChunks, writeSafetensors } from '../../../src/formats/safetensors';
import type { Dtype, SafetensorsFile, TensorToWrite } from '../../../src/formats/safetensors';
import { openUnchanged } from '../../../src/formats/unchanged';
import { failure, rawSafetensors, temporaryFolder } from './bytes';

const openBytes = (bytes: Uint8Array): Promise<SafetensorsFile> => openSafetensors(fromBytes('t.safetensors', bytes));
const written = (tensors: TensorToWrite[], metadata?: Record<string, string>): Uint8Array =>
  Buffer.concat([...safetensorsChunks(tensors, metadata)]);

describe('reading', () => {
  test('lists a hand-made file and reads by range', async () => {
    const data = Buffer.alloc(28);
    [1.5, -2, 3, 4, 5, 6].forEach((value, i) => data.writeFloatLE(value, 4 * i));
    data.writeInt32LE(-7, 24);
    const file = await openBytes(
      rawSafetensors(
        ' { "w" : {"dtype":"F32", "shape":[2,3], "data_offsets":[0,24]}, "__metadata__":{"format":"pt"},' +
          '"n":{"shape":[],"data_offsets":[24,28],"dtype":"I32"}}   ',
        data,
      ),
    );
    expect(file.metadata).toEqual({ format: 'pt' });
    const base = 8 + file.headerBytes;
    expect(file.tensors).toEqual([
      { name: 'w', dtype: 'F32', shape: [2, 3], start: base, end: base + 24 },
      { name: 'n', dtype: 'I32', shape: [], start: base + 24, end: base + 28 },
    ]);
    expect([...(await file.readFloat64(file.need('w'), 1, 4))]).toEqual([-2, 3, 4]);
    expect([...(await file.readFloat32(file.need('n')))]).toEqual([-7]);
    expect((await file.readBytes(file.need('w'), 5)).length).toBe(4);
  });

  test('takes names that are traps for objects, and escapes', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'a"b\\c\n', '', 'ключ', '\u{1f600}'];
    const tensors = names.map((name, i) => ({ name, dtype: 'U8' as const, shape: [1], data: Uint8Array.of(i) }));
    const metadata = Object.fromEntries([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    const file = await openBytes(written(tensors, metadata));
    expect(file.tensors.map(({ name }) => name)).toEqual(names);
    expect(Object.entries(file.metadata)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    for (const [i, name] of names.entries()) expect([...(await file.readBytes(file.need(name)))]).toEqual([i]);
    expect(file.get('hasOwnProperty')).toBeUndefined();
  });

  test('takes empty tensors anywhere, even with axes that could not be counted', async () => {
    const file = await openBytes(
      rawSafetensors(
        {
          a: { dtype: 'F32', shape: [0, 9007199254740991, 9007199254740991], data_offsets: [0, 0] },
          b: { dtype: 'U8', shape: [2], data_offsets: [0, 2] },
          c: { dtype: 'F64', shape: [3, 0], data_offsets: [2, 2] },
        },
        2,
      ),
    );
    expect((await file.readFloat64(file.need('a'))).length).toBe(0);
    expect((await file.readFloat64(file.need('c'), 0, 0)).length).toBe(0);
  });

  test('takes a file without tensors', async () => {
    expect((await openBytes(rawSafetensors('{}'))).tensors).toEqual([]);
  });

  test('refuses elements that are not there', async () => {
    const file = await openBytes(rawSafetensors({ a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] } }, 4));
    for (const [start, end] of [
      [0, 5],
      [3, 2],
      [-1, 2],
      [0.5, 1],
    ] as const)
      expect((await failure(() => file.readBytes(file.need('a'), start, end))).code).toBe(
        'safetensors.elements-outside',
      );
    expect((await failure(() => file.need('b'))).message).toBe(
      't.safetensors has no tensor "b". Choose one of its list.',
    );
  });

  test('reads a tensor that starts at an odd offset', async () => {
    const data = Buffer.alloc(9);
    data.writeDoubleLE(Math.PI, 1);
    const file = await openBytes(
      rawSafetensors(
        {
          m: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] },
          w: { dtype: 'F64', shape: [1], data_offsets: [1, 9] },
        },
        data,
      ),
    );
    expect([...(await file.readFloat64(file.need('w')))]).toEqual([Math.PI]);
  });
});

describe('element types', () => {
  const bits = (size: 1 | 2 | 4 | 8, ...values: (number | bigint)[]): Buffer => {
    const buffer = Buffer.alloc(size * values.length);
    values.forEach((value, i) => {
      for (let b = 0; b < size; b++) buffer[i * size + b] = Number((BigInt(value) >> BigInt(8 * b)) & 255n);
    });
    return buffer;
  };
  // Bit patterns from IEEE 754-2008 (binary16, binary64), and bfloat16 as the upper half of binary32.
  const cases: [Dtype, Buffer, number[]][] = [
    [
      'F16',
      bits(2, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x3555, 0x7c00, 0xfc00, 0x8000),
      [1, -2, 65504, 2 ** -24, 2 ** -14, 0.333251953125, Infinity, -Infinity, -0],
    ],
    ['F16', bits(2, 0x7e00, 0x03ff), [NaN, 1023 * 2 ** -24]],
    ['BF16', bits(2, 0x3f80, 0xc040, 0x7f80, 0x7fc0, 0x3eab, 0x0001), [1, -3, Infinity, NaN, 0.333984375, 2 ** -133]],
    ['F64', bits(8, 0x3ff0000000000000n, 0xbfe0000000000000n), [1, -0.5]],
    ['F32', bits(4, 0x3f800000, 0xff800000), [1, -Infinity]],
    ['I64', bits(8, -1n, 0x7fffffffffffffffn, -9007199254740991n), [-1, 2 ** 63, -9007199254740991]],
    ['U64', bits(8, 0xffffffffffffffffn, 5n), [2 ** 64, 5]],
    ['I32', bits(4, -5, 0x7fffffff), [-5, 2147483647]],
    ['U32', bits(4, 0xffffffff), [4294967295]],
    ['I16', bits(2, -5, 0x7fff), [-5, 32767]],
    ['U16', bits(2, 0xffff), [65535]],
    ['I8', bits(1, -5, 127), [-5, 127]],
    ['U8', bits(1, 255, 0), [255, 0]],
    ['BOOL', bits(1, 1, 0), [1, 0]],
  ];
  test.each(cases)('%s %#', async (dtype, data, expected) => {
    const header = { t: { dtype, shape: [expected.length], data_offsets: [0, data.length] } };
    const file = await openBytes(rawSafetensors(header, data));
    expect([...(await file.readFloat64(file.need('t')))]).toEqual(expected);
    expect([...(await file.readFloat32(file.need('t')))]).toEqual(expected.map(Math.fround));
  });

  test.each([
    ['F8_E4M3', 4, 4],
    ['F8_E5M2', 4, 4],
    ['F8_E8M0', 4, 4],
    ['C64', 2, 16],
    ['F4', 4, 2],
    ['F6_E2M3', 4, 3],
  ] as const)('%s is listed, not decoded', async (dtype, elements, bytes) => {
    const header = { t: { dtype, shape: [elements], data_offsets: [0, bytes] } };
    const file = await openBytes(rawSafetensors(header, bytes));
    expect(file.tensors[0].dtype).toBe(dtype);
    expect(await failure(() => file.readFloat64(file.need('t')))).toEqual({
      code: 'safetensors.not-decodable',
      message: `t.safetensors: tensor "t" has dtype ${dtype}, which can be listed but not shown. Convert it to F32 first.`,
    });
  });

  test('elements that do not fill their last byte are refused', async () => {
    const header = { t: { dtype: 'F4', shape: [3], data_offsets: [0, 2] } };
    expect((await failure(() => openBytes(rawSafetensors(header, 2)))).code).toBe('safetensors.shape-overflow');
  });
});

describe('writing', () => {
  const tensors: TensorToWrite[] = [
    { name: 'layers.a.mask', dtype: 'U8', shape: [3, 1], data: Uint8Array.of(1, 0, 1) },
    { name: 'layers.a.weight', dtype: 'F32', shape: [3, 1], data: Float32Array.of(0.5, 0, -1) },
    { name: 'angle', dtype: 'F64', shape: [1], data: Float64Array.of(0.1) },
  ];

  test('what is written is read back, in the order given', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, tensors, { step: '0' });
    const file = await openSafetensors(await openFile(path));
    expect(file.tensors.map(({ name }) => name)).toEqual(tensors.map(({ name }) => name));
    expect(file.metadata).toMatchObject({ step: '0' });
    expect([...(await file.readFloat32(file.need('layers.a.weight')))]).toEqual([0.5, 0, -1]);
    expect([...(await file.readBytes(file.need('layers.a.mask')))]).toEqual([1, 0, 1]);
    await file.close();
  });

  test('the metadata has the SHA-256 of all that follows the header, whatever it had before', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, tensors, { step: '0', sha256: 'of another file' });
    const bytes = await readFile(path);
    const file = await openSafetensors(await openFile(path));
    await file.close();
    const data = bytes.subarray(8 + file.headerBytes);
    expect(file.metadata['sha256']).toBe(createHash('sha256').update(data).digest('hex'));
  });

  test('a change of any byte of a tensor is found, and none where there is no checksum', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, tensors, {});
    const bytes = await readFile(path);
    const file = await openUnchanged(path);
    await file.close();
    for (let at = 8 + file.headerBytes; at < bytes.length; at++) {
      bytes[at] ^= 4;
      await writeFile(path, bytes);
      const { code, message } = await failure(() => openUnchanged(path));
      expect([code, message]).toEqual(['safetensors.changed', expect.stringContaining(path)]);
      bytes[at] ^= 4;
    }
    await writeFile(path, written(tensors, { step: '0' }));
    await (await openUnchanged(path)).close();
  });

  test('every tensor starts on a multiple of its element size, after a mask of odd length too', async () => {
    const file = await openBytes(written(tensors));
    expect(file.headerBytes % 8).toBe(0);
    expect(file.need('angle').start % 8).toBe(0);
    expect(file.need('layers.a.weight').start % 4).toBe(0);
  });

  test('only the view of a larger buffer is written', async () => {
    const view = new Float32Array(10).fill(7).subarray(4, 6);
    const file = await openBytes(written([{ name: 'v', dtype: 'F32', shape: [2], data: view }]));
    expect([...(await file.readFloat32(file.need('v')))]).toEqual([7, 7]);
  });

  test.each<[string, TensorToWrite[]]>([
    ['taken', [tensors[0], tensors[0]]],
    ['taken', [{ ...tensors[0], name: '__metadata__' }]],
    ['do not fill', [{ ...tensors[0], shape: [4, 1] }]],
    ['do not fill', [{ ...tensors[0], shape: [-3, -1] }]],
    ['do not fill', [{ ...tensors[0], shape: [1.5, 2] }]],
  ])('refuses what would be a damaged file: %s', async (reason, bad) => {
    const { code, message } = await failure(() => safetensorsChunks(bad));
    expect(code).toBe('safetensors.bad-tensor');
    expect(message).toContain(reason);
  });
});

describe('large files', () => {
  /** Counts what is read. */
  const counted = (source: ByteSource): ByteSource & { bytes: number } => {
    const wrapped = {
      ...source,
      bytes: 0,
      name: source.name,
      size: source.size,
      read: (offset: number, length: number) => {
        wrapped.bytes += length;
        return source.read(offset, length);
      },
      close: () => source.close(),
    };
    return wrapped;
  };

  test('of 4 GB nothing but the header and the asked range is read', async () => {
    const path = join(await temporaryFolder(), 'big.safetensors');
    const size = 4 * 2 ** 30;
    const start = rawSafetensors({ big: { dtype: 'F32', shape: [size / 4 / 1024, 1024], data_offsets: [0, size] } });
    const handle = await open(path, 'w');
    await handle.write(start);
    await handle.truncate(start.length + size);
    await handle.write(Buffer.from(Float32Array.of(42).buffer), 0, 4, start.length + size - 4);
    await handle.close();
    const source = counted(await openFile(path));
    const file = await openSafetensors(source);
    expect(source.bytes).toBe(start.length);
    expect([...(await file.readFloat32(file.need('big'), size / 4 - 2, size / 4))]).toEqual([0, 42]);
    expect(source.bytes).toBe(start.length + 8);
    expect((await failure(() => file.readFloat64(file.need('big')))).code).toBe('file.read-too-large');
    await file.close();
  });

  test('bytes that would widen beyond the bound are refused before they are read', async () => {
    const path = join(await temporaryFolder(), 'bytes.safetensors');
    const size = 2 ** 27 + 1;
    const start = rawSafetensors({ mask: { dtype: 'U8', shape: [size], data_offsets: [0, size] } });
    await writeFile(path, start);
    await truncate(path, start.length + size);
    const source = counted(await openFile(path));
    const file = await openSafetensors(source);
    expect(await failure(() => file.readFloat64(file.need('mask')))).toEqual({
      code: 'file.read-too-large',
      message: `${path}: 1.1 GB at once is more than the limit of 1.1 GB. Read a smaller range.`,
    });
    expect(source.bytes).toBe(start.length);
    await file.close();
  });

  test('a header of 100,000 tensors opens', async () => {
    const fields = Array.from(
      { length: 100_000 },
      (_, i) =>
        `"model.layers.${i}.attention.weight":{"dtype":"F16","shape":[1,1],"data_offsets":[${2 * i},${2 * i + 2}]}`,
    );
    const file = await openBytes(rawSafetensors(`{${fields.join(',')}}`, 200_000));
    expect(file.tensors.length).toBe(100_000);
    expect(file.need('model.layers.99999.attention.weight').end).toBe(file.size);
  });

  test('a lying 100 MB header is refused without being read, in a small file and in one that is as large', async () => {
    const claim = BigInt(100_000_000);
    const small = counted(fromBytes('small', rawSafetensors('{}', 0, claim)));
    expect((await failure(() => openSafetensors(small))).message).toBe(
      'small: the header claims 100000000 bytes, but the file has only 10; it is cut off or not a safetensors file. ' +
        'Write or download the file again.',
    );
    const path = join(await temporaryFolder(), 'large.safetensors');
    await writeFile(path, rawSafetensors('{}', 0, claim));
    await truncate(path, 200_000_000);
    const large = counted(await openFile(path));
    expect(await failure(() => openSafetensors(large))).toEqual({
      code: 'safetensors.header-too-large',
      message: `${path}: the header claims 100 MB, more than the limit of 67 MB. Split the file into parts with fewer tensors.`,
    });
    expect([small.bytes, large.bytes]).toEqual([8, 8]);
  });
});
