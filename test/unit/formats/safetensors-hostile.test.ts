import { describe, expect, test } from 'vitest';
import { fromBytes } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import { failure, rawSafetensors } from './bytes';

const open = (bytes: Uint8Array): Promise<{ code: string; message: string }> =>
  failure(() => openSafetensors(fromBytes('x.safetensors', bytes)));
const u8 = (begin: number, end: number, shape: unknown = [end - begin]): object => ({
  dtype: 'U8',
  shape,
  data_offsets: [begin, end],
});

describe('a file that lies gets one sentence that names it', () => {
  const again = ' Write or download the file again.';
  const cases: [code: string, bytes: Uint8Array, message: string][] = [
    ['too-short', new Uint8Array(9), 'a safetensors file has at least 10 bytes, this one has 9.'],
    [
      'header-beyond-file',
      rawSafetensors('{}', 0, 2n ** 64n - 1n),
      'the header claims 18446744073709551615 bytes, but the file has only 10; it is cut off or not a safetensors file.',
    ],
    [
      'header-not-text',
      rawSafetensors('', Uint8Array.of(0xff, 0xfe), 2n),
      'the header is not valid UTF-8; it is damaged or not a safetensors file.',
    ],
    ['header-syntax', rawSafetensors('[]'), 'the header has "[" at character 0 where "{" was expected.'],
    ['header-syntax', rawSafetensors('{"a":1'), 'the header has "1" at character 5 where "{" was expected.'],
    [
      'header-syntax',
      rawSafetensors('{} x'),
      'the header has "x" at character 3 where the end of the header was expected.',
    ],
    [
      'header-syntax',
      rawSafetensors('{"a'),
      'the header has its end at character 3 where the end of the string was expected.',
    ],
    [
      'header-syntax',
      rawSafetensors('{"a\\'),
      'the header has its end at character 5 where the end of the string was expected.',
    ],
    [
      'header-syntax',
      rawSafetensors('{"a\n":1}'),
      'the header has "\\n" at character 3 where the end of the string was expected.',
    ],
    [
      'header-syntax',
      rawSafetensors('{"\\x":{}}'),
      'the header has "\\"" at character 1 where a string without unknown escapes was expected.',
    ],
    ['header-syntax', rawSafetensors('\ufeff{}'), 'the header has "\ufeff" at character 0 where "{" was expected.'],
    [
      'duplicate-name',
      rawSafetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{}}'),
      'the name "a" appears twice in the header.',
    ],
    [
      'duplicate-name',
      rawSafetensors('{"__metadata__":{"k":"1","k":"2"}}'),
      'the name "k" appears twice in "__metadata__".',
    ],
    [
      'duplicate-name',
      rawSafetensors('{"__metadata__":{},"__metadata__":{}}'),
      'the name "__metadata__" appears twice in the header.',
    ],
    ['duplicate-name', rawSafetensors('{"a":{"dtype":"U8","dtype":"F64"}}'), 'tensor "a" has dtype twice.'],
    ['duplicate-name', rawSafetensors('{"a":{"shape":[],"shape":[]}}'), 'tensor "a" has shape twice.'],
    [
      'metadata-not-strings',
      rawSafetensors({ __metadata__: { k: 1 } }),
      '"__metadata__" must map strings to strings, "k" does not.',
    ],
    [
      'metadata-not-strings',
      rawSafetensors({ __metadata__: { k: {} } }),
      '"__metadata__" must map strings to strings, "k" does not.',
    ],
    [
      'unknown-field',
      rawSafetensors('{"a":{"__proto__":1}}'),
      'tensor "a" has "__proto__"; only dtype, shape and data_offsets are known.',
    ],
    ['missing-field', rawSafetensors('{"a":{}}'), 'tensor "a" has no dtype.'],
    ['missing-field', rawSafetensors({ a: { dtype: 'U8' } }), 'tensor "a" has no shape.'],
    ['missing-field', rawSafetensors({ a: { dtype: 'U8', shape: [] } }), 'tensor "a" has no data_offsets.'],
    [
      'bad-number',
      rawSafetensors({ a: u8(0, 1, [-1]) }, 1),
      'tensor "a" has "-1" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors({ a: u8(0, 1, [1.5]) }, 1),
      'tensor "a" has "1.5" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors('{"a":{"shape":[1e3]}}'),
      'tensor "a" has "1e3" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors('{"a":{"shape":[01]}}'),
      'tensor "a" has "01" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors('{"a":{"shape":[[1]]}}'),
      'tensor "a" has "[1" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors('{"a":{"shape":[1'),
      'tensor "a" has "1" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors({ a: { data_offsets: ['0', 1] } }),
      'tensor "a" has "\\"0\\"" in data_offsets where a whole number from 0 to 2^53-1 was expected.',
    ],
    [
      'bad-number',
      rawSafetensors('{"a":{"shape":[9007199254740992]}}'),
      'tensor "a" has "9007199254740992" in shape where a whole number from 0 to 2^53-1 was expected.',
    ],
    ['too-many-axes', rawSafetensors({ a: u8(0, 1, new Array(65).fill(1)) }, 1), 'tensor "a" has more than 64 axes.'],
    [
      'shape-overflow',
      rawSafetensors({ a: u8(0, 1, [2 ** 30, 2 ** 30]) }, 1),
      'tensor "a" of shape (1073741824, 1073741824) has more bytes than can be counted.',
    ],
    [
      'bad-offsets',
      rawSafetensors({ a: u8(2, 1, [0]) }, 2),
      'tensor "a" has data_offsets [2, 1] where [begin, end] was expected.',
    ],
    [
      'bad-offsets',
      rawSafetensors({ a: { dtype: 'U8', shape: [0], data_offsets: [0] } }),
      'tensor "a" has data_offsets [0] where [begin, end] was expected.',
    ],
    [
      'bad-offsets',
      rawSafetensors({ a: { data_offsets: [0, 0, 0] } }),
      'tensor "a" has data_offsets more than two numbers where [begin, end] was expected.',
    ],
    [
      'offsets-outside',
      rawSafetensors({ a: u8(0, 8) }, 7),
      'tensor "a" ends at byte 8 of the data, but the file has only 7; it is cut off.',
    ],
    [
      'size-mismatch',
      rawSafetensors({ a: u8(0, 8, [2, 2]) }, 8),
      'tensor "a" holds 8 bytes, but its dtype and shape need 4.',
    ],
    ['overlap', rawSafetensors({ a: u8(0, 4), b: u8(2, 6) }, 6), 'tensor "b" overlaps tensor "a".'],
    ['overlap', rawSafetensors({ a: u8(0, 4), b: u8(0, 4) }, 4), 'tensor "b" overlaps tensor "a".'],
    [
      'hole',
      rawSafetensors({ a: u8(0, 4), b: u8(6, 8) }, 8),
      'tensor "b" comes after 2 bytes that belong to no tensor.',
    ],
    ['hole', rawSafetensors({ a: u8(1, 4) }, 4), 'tensor "a" comes after 1 bytes that belong to no tensor.'],
    ['trailing-bytes', rawSafetensors({ a: u8(0, 4) }, 5), '1 bytes after the last tensor belong to no tensor.'],
    ['trailing-bytes', rawSafetensors({}, 5), '5 bytes after the last tensor belong to no tensor.'],
  ];
  test.each([
    ['a zip archive', [0x50, 0x4b, 3, 4]],
    ['a pickle', [0x80, 2, 0x8a, 0x0a]],
  ])('%s of torch.save, with what to save instead', async (_, magic) => {
    const { code, message } = await open(Uint8Array.from([...magic, ...new Uint8Array(60)]));
    expect(code).toBe('safetensors.pickled');
    expect(message).toMatch(/torch\.save.*safetensors\.torch\.save_file/);
  });
  test.each(cases)('%s %#', async (code, bytes, message) => {
    expect(await open(bytes)).toEqual({ code: `safetensors.${code}`, message: `x.safetensors: ${message}${again}` });
  });

  test('bad-dtype lists what is known', async () => {
    const { code, message } = await open(rawSafetensors({ a: { ...u8(0, 1), dtype: 'float32' } }, 1));
    expect(code).toBe('safetensors.bad-dtype');
    expect(message).toMatch(
      /^x\.safetensors: tensor "a" has the unknown dtype "float32"; known are C64, F64, .*F4\. Write/,
    );
    expect((await open(rawSafetensors({ a: { ...u8(0, 1), dtype: 'constructor' } }, 1))).code).toBe(
      'safetensors.bad-dtype',
    );
  });

  test('a long or many-lined name is made fit to print', async () => {
    const { message } = await open(rawSafetensors({ [`a\nb${'c'.repeat(1000)}`]: {} }));
    expect(message).toContain('tensor "a\\nbccc');
    expect(message.length).toBeLessThan(200);
    expect(message).not.toContain('\n');
  });

  test('deep nesting is refused at its first level', async () => {
    expect((await open(rawSafetensors(`{"a":${'['.repeat(1_000_000)}`))).code).toBe('safetensors.header-syntax');
    expect((await open(rawSafetensors(`{"a":{"shape":${'['.repeat(1_000_000)}`))).code).toBe('safetensors.bad-number');
  });

  test('the source is closed when the file is refused', async () => {
    let closed = 0;
    const close = (): Promise<void> => {
      closed++;
      return Promise.resolve();
    };
    const source = { ...fromBytes('x', rawSafetensors('[]')), close };
    await failure(() => openSafetensors(source));
    expect(closed).toBe(1);
  });
});
