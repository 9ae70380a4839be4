import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomMask } from '../../../src/core/init/base';
import { Mask } from '../../../src/core/mask';
import { Rng } from '../../../src/core/rng';
import { openFile } from '../../../src/formats/byte-source';
import { packedMetadata, packMask, unpackMask } from '../../../src/formats/packed-masks';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import { failure, rawSafetensors, temporaryFolder } from './bytes';

type Shape = [number, ...number[]];

const unpack = async (bytes: Uint8Array, shape: Shape, name = 'a'): Promise<Mask> => {
  const path = join(await temporaryFolder(), 'masks.safetensors');
  await writeFile(path, bytes);
  const file = await openSafetensors(await openFile(path));
  try {
    return await unpackMask(file, file.need(`${name}.bits`), shape);
  } finally {
    await file.close();
  }
};

const bytesOf = (name: string, shape: Shape, mask: Mask): Uint8Array => {
  const { tensor, metadata } = packMask(name, shape, mask);
  return Buffer.concat([...safetensorsChunks([tensor], { ...packedMetadata, ...metadata })]);
};

describe('packed masks', () => {
  test('have these bytes: least significant bit first, each row from a new byte on', () => {
    // Of rows 1000_0000 11, 0000_0001 01 as one reads them, column 0 first.
    const mask = Mask.fromBytes(Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]), 2, 10);
    const bytes = Buffer.from(bytesOf('layers.fc1', [2, 10], mask));
    expect(bytes.subarray(-4).toString('hex')).toBe('01038002');
    expect(bytes.toString('latin1', 8, bytes.length - 4).trim()).toBe(
      '{"__metadata__":{"format":"sparsescope.masks","version":"1","layers.fc1.shape":"[2,10]"},' +
        '"layers.fc1.bits":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}',
    );
  });

  test('are read back as they were, linear and of kernels', async () => {
    const side = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        async (rows, inputs, share, seed) => {
          for (const shape of [
            [rows, inputs],
            [rows, inputs, 3, 2],
          ] as Shape[]) {
            const columns = shape.slice(1).reduce((a, b) => a * b);
            const mask = randomMask(rows, columns, Math.round(share * rows * columns), Rng.fromSeed(seed));
            const read = await unpack(bytesOf('a', shape, mask), shape);
            expect(read.equals(mask)).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a file of packed masks that lies', () => {
  const metadata: Record<string, string> = { format: 'sparsescope.masks', version: '1', 'a.shape': '[2,5]' };
  const file = (change: { metadata?: object; dtype?: string; shape?: number[]; data?: number[] }): Uint8Array => {
    const { dtype = 'U8', shape = [2, 1], data = [0b11111, 0b10101] } = change;
    const entry = { dtype, shape, data_offsets: [0, data.length] };
    return rawSafetensors(
      { __metadata__: { ...metadata, ...change.metadata }, 'a.bits': entry },
      Uint8Array.from(data),
    );
  };

  test('the hand-made good one is read, also when its JSON has spaces', async () => {
    const spaced = file({ metadata: { 'a.shape': '[2, 5]' } });
    expect((await unpack(spaced, [2, 5])).equals(await unpack(file({}), [2, 5]))).toBe(true);
    expect([...(await unpack(file({}), [2, 5])).toBytes()]).toEqual([1, 1, 1, 1, 1, 1, 0, 1, 0, 1]);
  });

  test.each<[string, Parameters<typeof file>[0], Shape?]>([
    ['not-masks', { metadata: { format: 'sparsescope' } }],
    ['not-masks', { metadata: { version: '2' } }],
    ['spare-bits', { data: [0b11111, 0b110101] }],
    ['spare-bits', { data: [0b10011111, 0] }],
    ['shape', { dtype: 'I8' }],
    ['shape', { shape: [1, 2] }],
    ['shape', { shape: [2] }],
    ['shape', { shape: [2, 2], data: [1, 0, 1, 0] }],
    // As many bytes as it needs, and yet of another layer.
    ['shape', {}, [2, 6]],
    ['shape', {}, [2, 5, 1, 1]],
    ['shape', { metadata: { 'a.shape': '[2,6]' } }],
    ['shape', { metadata: { 'a.shape': '[2,5' } }],
  ])('%s %#', async (code, change, shape = [2, 5]) => {
    expect((await failure(() => unpack(file(change), shape))).code).toBe(`masks.${code}`);
  });

  test('is told by its name, with what was found and what was expected', async () => {
    const { message } = await failure(() => unpack(file({ metadata: { 'a.shape': '[2,6]' } }), [2, 5]));
    expect(message).toMatch(
      /masks\.safetensors: "a\.bits" is U8 \(2, 1\), packed from "\[2,6\]"; the packed mask of this layer is U8 \(2, 1\), packed from "\[2,5\]"\. Write/,
    );
    const spare = await failure(() => unpack(file({ data: [0, 32] }), [2, 5]));
    expect(spare.message).toMatch(/masks\.safetensors: row 1 of "a\.bits" has bits beyond its 5 columns/);
  });
});
