import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSparseError } from '../../../src/core/errors';
import { fromBytes } from '../../../src/formats/byte-source';
import { npyHeaderBytes, npyNumbers, npyValues, readNpyHeader } from '../../../src/formats/npy';
import { npyFile } from './npy-file';

const read = (bytes: Uint8Array) => readNpyHeader(fromBytes('a.npy', bytes));

/** A file with this dictionary in place of a right one. */
const withText = (text: string, values = 0, version = 1): Uint8Array => {
  const head = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(head + text.length + values);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, text.length & 255, text.length >> 8]);
  bytes.set(new TextEncoder().encode(text), head);
  return bytes;
};

describe('a .npy file', () => {
  it.each([
    ['<f4', Float32Array.of(1.5, -2)],
    ['<f8', Float64Array.of(1.5, -2)],
    ['|u1', Uint8Array.of(7, 255)],
    ['|i1', Int8Array.of(7, -1)],
    ['<i2', Int16Array.of(7, -300)],
    ['<u2', Uint16Array.of(7, 60_000)],
    ['<i4', Int32Array.of(7, -70_000)],
    ['<i8', BigInt64Array.of(7n, -70_000n)],
    ['|b1', Uint8Array.of(0, 1)],
  ])('of %s is read as it was written', async (descr, values) => {
    const bytes = npyFile(descr, [2], values);
    const header = await read(bytes);
    expect(header).toMatchObject({ shape: [2], descr });
    expect(header.offset % 64).toBe(0);
    const inside = bytes.subarray(header.offset);
    expect([...npyNumbers(header, inside)]).toEqual([...values].map(Number));
    expect([...npyValues(header, inside)]).toEqual([...values].map(Number));
  });

  // The very bytes that numpy 2.4 writes for np.save('a.npy', np.arange(6, dtype='f4').reshape(2, 3)).
  it('is read as NumPy writes it', async () => {
    const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\n';
    const bytes = withText(dictionary, 24);
    expect(bytes.length).toBe(128 + 24);
    expect(await read(bytes)).toEqual({ shape: [2, 3], dtype: 'F32', descr: '<f4', offset: 128 });
    expect([...npyHeaderBytes('<f4', [2, 3])]).toEqual([...bytes.subarray(0, 128)]);
  });

  it('of version 2 has a longer length before its header', async () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
    expect(await read(withText(text, 1, 2))).toMatchObject({ shape: [1], offset: 12 + text.length });
  });

  const dictionary = (descr: string, fortran: string, shape: string): string =>
    `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  it.each([
    ['no array', Uint8Array.of(1, 2, 3), 'npy.bad-magic'],
    ['nothing', new Uint8Array(), 'npy.bad-magic'],
    ['a version from the future', withText('', 0, 4), 'npy.version'],
    ['a header that goes on beyond the end', npyHeaderBytes('<f4', [2]).subarray(0, 50), 'npy.truncated'],
    ['values that are cut off', withText(dictionary("'<f4'", 'False', '(2,)'), 7), 'npy.truncated'],
    ['more values than it says', withText(dictionary("'<f4'", 'False', '(2,)'), 9), 'npy.trailing-bytes'],
    ['big-endian numbers', withText(dictionary("'>f4'", 'False', '(1,)'), 4), 'npy.dtype'],
    ['Python objects', withText(dictionary("'|O'", 'False', '(1,)'), 8), 'npy.dtype'],
    ['records', withText(dictionary("[('a', '<f4')]", 'False', '(1,)'), 4), 'npy.bad-header'],
    ['Fortran order', withText(dictionary("'<f4'", 'True', '(2, 2)'), 16), 'npy.fortran-order'],
    ['a length below zero', withText(dictionary("'<f4'", 'False', '(-1,)'), 4), 'npy.bad-header'],
    [
      'more than can be',
      withText(dictionary("'<f4'", 'False', '(9007199254740991, 9007199254740991)')),
      'npy.truncated',
    ],
    ['a header that is no dictionary', withText("__import__('os')"), 'npy.bad-header'],
  ])('with %s is refused in a sentence', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^a\.npy: .{10,250}\.$/) as unknown,
    });
  });

  it('with any bytes is read or refused, never more', async () => {
    const right = npyFile('<f4', [2, 2], new Float32Array(4));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(right.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(right.length),
        async (changes, length) => {
          const bytes = Uint8Array.from(right);
          for (const [at, byte] of changes) bytes[at] = byte;
          const outcome = await read(bytes.subarray(0, length)).catch((error: unknown) => error);
          expect(isSparseError(outcome) || 'shape' in (outcome as object)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
