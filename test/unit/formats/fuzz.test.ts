import { describe, expect, test } from 'vitest';
import { isSparseError } from '../../../src/core/errors';
import { Rng } from '../../../src/core/rng';
import { fromBytes } from '../../../src/formats/byte-source';
import { maskTile, matrixShape, weightTile } from '../../../src/formats/matrix-tiles';
import { readIdx, writeIdx } from '../../../src/formats/idx';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import { tensorStatistics } from '../../../src/formats/statistics';

const rounds = 20_000;

type Mutator = (bytes: Buffer, rng: Rng) => Buffer;

const flipBits: Mutator = (bytes, rng) => {
  for (let n = 1 + rng.below(4); n > 0; n--) bytes[rng.below(bytes.length)] ^= 1 << rng.below(8);
  return bytes;
};
const setByte: Mutator = (bytes, rng) => {
  bytes[rng.below(bytes.length)] = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b][rng.below(7)];
  return bytes;
};
const cut: Mutator = (bytes, rng) => bytes.subarray(0, rng.below(bytes.length));
const grow: Mutator = (bytes, rng) => Buffer.concat([bytes, Buffer.alloc(1 + rng.below(20), rng.below(256))]);
/** A stretch of the file is copied over, or into, another place. */
const splice: Mutator = (bytes, rng) => {
  const from = rng.below(bytes.length);
  const piece = bytes.subarray(from, from + 1 + rng.below(24));
  const at = rng.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + (rng.below(2) === 0 ? 0 : piece.length))]);
};

/** Applies a few mutators; an empty file stays as it is. */
const mutate = (bytes: Buffer, mutators: readonly Mutator[], rng: Rng): Buffer => {
  for (let n = 1 + rng.below(3); n > 0 && bytes.length > 0; n--)
    bytes = mutators[rng.below(mutators.length)](Buffer.from(bytes), rng);
  return bytes;
};

/** Runs `read` on mutants of the seeds: each must end in a result or a SparseError. Returns how many ended how. */
const fuzz = async (
  seeds: readonly Buffer[],
  mutators: readonly Mutator[],
  read: (bytes: Buffer) => unknown,
): Promise<{ valid: number; codes: Map<string, number> }> => {
  const codes = new Map<string, number>();
  let valid = 0;
  for (let round = 0; round < rounds; round++) {
    const rng = Rng.fromSeed(round);
    const bytes = mutate(seeds[rng.below(seeds.length)], mutators, rng);
    try {
      await read(bytes);
      valid++;
    } catch (error) {
      if (!isSparseError(error)) throw new Error(`round ${round}: ${bytes.toString('hex')}`, { cause: error });
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
  }
  return { valid, codes };
};

describe('mutated files end in a typed error or a valid result', () => {
  test('safetensors', async () => {
    const floats = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i));
    const seeds = [
      [
        ...safetensorsChunks(
          [
            { name: 'layers.fc1.weight', dtype: 'F32', shape: [5, 7], data: floats },
            { name: 'layers.fc1.mask', dtype: 'U8', shape: [5, 7], data: new Uint8Array(35).fill(1) },
            { name: 'half', dtype: 'BF16', shape: [2, 1, 3], data: new Uint16Array(6) },
          ],
          { format: 'sparsescope', step: '0' },
        ),
      ],
      [...safetensorsChunks([{ name: 'a', dtype: 'F64', shape: [], data: new Float64Array(1) }])],
      [...safetensorsChunks([])],
    ].map((chunks) => Buffer.concat(chunks));
    const header = (bytes: Buffer, edit: (text: string) => string): Buffer => {
      if (bytes.length < 8) return bytes;
      const length = Number(bytes.readBigUInt64LE() & 0xffffn);
      const text = Buffer.from(edit(bytes.subarray(8, 8 + length).toString()));
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(text.length));
      return Buffer.concat([prefix, text, bytes.subarray(Math.min(bytes.length, 8 + length))]);
    };
    const tokens = [
      '0',
      '-1',
      '1e9',
      '9007199254740993',
      '[]',
      '{}',
      '""',
      'null',
      '"U8"',
      '"F4"',
      '"I64"',
      ',',
      '}',
      ']',
      '"__proto__":',
      '\\u0000',
    ];
    const editNumber: Mutator = (bytes, rng) =>
      header(bytes, (text) => {
        const numbers = [...text.matchAll(/\d+/g)];
        if (numbers.length === 0) return text;
        const { index, 0: old } = numbers[rng.below(numbers.length)];
        const value = [Number(old) + 1, Math.max(0, Number(old) - 1), rng.below(64), 2 ** 40, 4 * Number(old)][
          rng.below(5)
        ];
        return text.slice(0, index) + String(value) + text.slice(index + old.length);
      });
    const putToken: Mutator = (bytes, rng) =>
      header(bytes, (text) => {
        const at = rng.below(text.length + 1);
        return text.slice(0, at) + tokens[rng.below(tokens.length)] + text.slice(at + rng.below(4));
      });
    const repeatField: Mutator = (bytes, rng) =>
      header(bytes, (text) => {
        const fields = [...text.matchAll(/"[^"]*":(\{[^}]*\}|\[[^\]]*\]|"[^"]*")/g)];
        if (fields.length === 0) return text;
        const { index, 0: field } = fields[rng.below(fields.length)];
        return `${text.slice(0, index)}${field},${text.slice(index)}`;
      });
    /** Moves, resizes or retypes one tensor so that its own fields still agree. */
    const editTensor: Mutator = (bytes, rng) =>
      header(bytes, (text) => {
        const tensors = [...text.matchAll(/"dtype":"(\w+)","shape":\[[\d,]*\],"data_offsets":\[(\d+),(\d+)\]/g)];
        if (tensors.length === 0) return text;
        const { index, 0: old, 1: dtype, 2: begin, 3: end } = tensors[rng.below(tensors.length)];
        const [from, size] = [Number(begin), Number(end) - Number(begin)];
        const describe = (kind: string, elements: number, at: number, length: number): string =>
          `"dtype":"${kind}","shape":[${elements}],"data_offsets":[${at},${at + length}]`;
        const edited = [
          describe('U8', size, Math.max(0, from + rng.below(9) - 4), size),
          describe('U8', Math.max(0, size - 2), from, Math.max(0, size - 2)),
          describe(['F8_E4M3', 'I8', 'BOOL', 'F8_E5M2'][rng.below(4)], size, from, size),
          describe('F4', 2 * size, from, size),
          describe(dtype, 2 ** 40, from, 2 ** 42),
        ][rng.below(5)];
        return text.slice(0, index) + edited + text.slice(index + old.length);
      });
    const editLength: Mutator = (bytes, rng) => {
      if (bytes.length >= 8)
        bytes.writeBigUInt64LE([0n, 2n, 100_000_000n, 2n ** 63n, BigInt(rng.below(600))][rng.below(5)]);
      return bytes;
    };
    const mutators = [flipBits, setByte, cut, grow, splice, editNumber, putToken, repeatField, editTensor, editLength];
    const { valid, codes } = await fuzz(seeds, mutators, async (bytes) => {
      const file = await openSafetensors(fromBytes('fuzzed', bytes));
      for (const entry of file.tensors) {
        const { rows, columns } = matrixShape(entry.shape);
        const range = { rowStart: 0, rowEnd: Math.min(rows, 64), columnStart: 0, columnEnd: Math.min(columns, 64) };
        await maskTile(file, entry, range);
        await weightTile(file, entry, range);
        await tensorStatistics(file, entry);
      }
    });
    // The mutants reach both sides: files that are still good, and most of the reader's refusals.
    expect(valid).toBeGreaterThan(rounds / 20);
    expect([...codes.keys()].sort()).toEqual(
      expect.arrayContaining(
        [
          'bad-dtype',
          'bad-number',
          'duplicate-name',
          'header-beyond-file',
          'header-syntax',
          'hole',
          'not-decodable',
          'offsets-outside',
          'overlap',
          'size-mismatch',
          'too-short',
          'trailing-bytes',
        ].map((code) => `safetensors.${code}`),
      ),
    );
  });

  test('IDX', async () => {
    const seeds = [
      writeIdx(
        [6, 4, 3],
        Uint8Array.from({ length: 72 }, (_, i) => i),
      ),
      writeIdx(
        [10],
        Uint8Array.from({ length: 10 }, (_, i) => i),
      ),
      writeIdx([0, 28, 28], new Uint8Array()),
    ].map((bytes) => Buffer.from(bytes));
    const editAxis: Mutator = (bytes, rng) => {
      if (bytes.length >= 8)
        bytes.writeUInt32BE(
          [0, 1, 0xffff_ffff, rng.below(16)][rng.below(4)],
          4 + 4 * rng.below(Math.floor((bytes.length - 4) / 4)),
        );
      return bytes;
    };
    const { valid, codes } = await fuzz(seeds, [flipBits, setByte, cut, grow, splice, editAxis], (bytes) => {
      const { shape, data } = readIdx(bytes, 'fuzzed');
      expect(data.length).toBe(shape.reduce((product, length) => product * length, 1));
    });
    expect(valid).toBeGreaterThan(rounds / 20);
    expect([...codes.keys()].sort()).toEqual(
      ['bad-axes', 'bad-magic', 'shape-overflow', 'trailing-bytes', 'truncated'].map((code) => `idx.${code}`),
    );
  });
});
