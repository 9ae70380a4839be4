/** Rotations and packed masks in Python: the same arithmetic to the bit, and hostile files told in one sentence. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from '../../../src/core/givens';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { Rng } from '../../../src/core/rng';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { writeRotations } from '../../../src/runs/rotations';
import { rawSafetensors, temporaryFolder } from '../formats/bytes';
import { missing, run } from './python';

const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

const prelude = 'import sys, torch\nsys.path.insert(0, "examples/pytorch")\nimport load_rotations\n';

describe.skipIf(missing !== undefined)(`load_rotations.py replays${skipped}`, () => {
  const draw = (rows: number, columns: number): RotationSequence =>
    exactOrthogonal({ rows, columns, density: 0.4, angles: 'uniform', rng: Rng.fromSeed(7), seed: 7 }).sequence;
  const begun = (sequence: RotationSequence): RotationSequence => {
    const axes = Math.max(sequence.rows, sequence.columns);
    const start = Uint32Array.from({ length: Math.min(sequence.rows, sequence.columns) }, (_, k) => axes - 1 - k);
    return { ...sequence, start, signs: Int8Array.from(start, (axis) => (axis % 2 === 0 ? 1 : -1)) };
  };

  test('products to the same bits by the same cosines, and to 1e-6 by its own', async () => {
    const sequences = new Map([
      ['wide', draw(40, 61)],
      ['tall', draw(61, 40)],
      ['square', draw(33, 33)],
      ['wide and begun', begun(draw(40, 61))],
      ['tall and begun', begun(draw(61, 40))],
    ]);
    const folder = await temporaryFolder();
    const path = join(folder, 'givens.safetensors');
    await writeRotations(path, sequences);
    // The cosines of two libraries may differ in their last bit; what is held to the bit is everything else.
    const angles = [...sequences.values()].flatMap(({ angle }) => [...angle]);
    const table = angles.map((angle) => [angle, Math.cos(angle), Math.sin(angle)]);
    await writeFile(join(folder, 'table.json'), JSON.stringify(table));
    const code = `${prelude}import json, types
sequences = load_rotations.load_sequences(sys.argv[1])
own = {name: load_rotations.replay(sequence) for name, sequence in sequences.items()}
table = {angle: (cos, sin) for angle, cos, sin in json.load(open(sys.argv[2]))}
load_rotations.math = types.SimpleNamespace(cos=lambda t: table[t][0], sin=lambda t: table[t][1])
for name, sequence in sequences.items():
    same = load_rotations.replay(sequence)
    assert (own[name] - same).abs().max() < 1e-6
    print(*same.flatten().view(torch.int32).tolist())`;
    const { status, stdout, stderr } = run('-c', code, path, join(folder, 'table.json'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    [...sequences].forEach(([name, sequence], i) => {
      const bits = Int32Array.from(lines[i].split(' ').map(Number));
      expect(bits, name).toEqual(new Int32Array(replay(sequence).buffer));
      expect(bits.filter((value) => value !== 0).length).toBeGreaterThan(200);
    });
  });
});

interface Part {
  dtype: string;
  shape: number[];
  data: ArrayBufferView;
}

interface Made {
  parts: Record<string, Part>;
  metadata: Record<string, string>;
}

const bytesOf = ({ parts, metadata }: Made): Uint8Array => {
  const chunks = Object.values(parts).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  let at = 0;
  const header: Record<string, object> = { __metadata__: metadata };
  for (const [name, { dtype, shape, data }] of Object.entries(parts)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  return rawSafetensors(header, Buffer.concat(chunks));
};

/** Reads files made by hand, all in one process, as loading torch takes longer; answers what each was or its sentence. */
const tell = async (read: string, files: readonly Made[]): Promise<string[]> => {
  const folder = await temporaryFolder();
  const paths = files.map((_, i) => join(folder, `${i}.safetensors`));
  await Promise.all(paths.map((path, i) => writeFile(path, bytesOf(files[i]))));
  const code = `${prelude}
for path in sys.argv[1:]:
    try:
        read = str(load_rotations.${read}(path))
        print(" ".join(read.split()))
    except load_rotations.InitError as error:
        print("told:", error)`;
  const { status, stdout, stderr } = run('-c', code, ...paths);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
};

/** The first file is good; of each other, a part of its sentence. */
const expectTold = (answers: readonly string[], sentences: readonly string[]): void => {
  expect(answers).toHaveLength(sentences.length + 1);
  expect(answers[0]).not.toMatch(/^told/);
  sentences.forEach((sentence, i) => {
    expect(answers[i + 1]).toMatch(/^told: /);
    expect(answers[i + 1]).toContain(sentence);
  });
};

describe.skipIf(missing !== undefined)(`files that lie are told in a sentence${skipped}`, () => {
  test('rotations', async () => {
    const shape = { rows: 2, columns: 4, lastUndone: false, seed: 1 };
    const good: Record<string, Part> = {
      'a.axes': { dtype: 'I32', shape: [2, 2], data: Int32Array.of(0, 1, 2, 3) },
      'a.angle': { dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) },
      'a.start': { dtype: 'I32', shape: [2], data: Int32Array.of(3, 0) },
      'a.signs': { dtype: 'I8', shape: [2], data: Int8Array.of(1, -1) },
    };
    const file = (part: Partial<Part>, name = 'a.axes', told: unknown = shape, version = '2'): Made => ({
      parts: { ...good, [name]: { ...good[name], ...part } },
      metadata: { format: 'sparsescope.rotations', version, 'a.shape': JSON.stringify(told) },
    });
    const lies: [string, Made][] = [
      ['not a file of rotations', file({}, 'a.axes', shape, '3')],
      ['a.shape is not a JSON object', file({}, 'a.axes', [])],
      ['a.shape is not of rows and columns', file({}, 'a.axes', { ...shape, rows: -2 })],
      ['a.shape is not of rows and columns', file({}, 'a.axes', { ...shape, rows: true })],
      ['a.shape is not with a lastUndone', file({}, 'a.axes', { ...shape, lastUndone: 'no' })],
      ['a.axes is not I32 pairs', file({ shape: [4, 1] })],
      ['a.axes is not pairs i < j of axes below 4', file({ data: Int32Array.of(0, 1, 2, 4) })],
      ['a.axes is not pairs i < j of axes below 4', file({ data: Int32Array.of(0, 1, -1, 3) })],
      ['a.axes is not pairs i < j of axes below 4', file({ data: Int32Array.of(0, 1, 2, 2) })],
      ['a.angle is not one finite F64', file({ data: Float64Array.of(1, NaN) }, 'a.angle')],
      ['a.angle is not one finite F64', file({ shape: [1], data: Float64Array.of(1) }, 'a.angle')],
      ['a.start is not different axes below 4', file({ data: Int32Array.of(3, 3) }, 'a.start')],
      ['a.start is not different axes below 4', file({ data: Int32Array.of(3, 4) }, 'a.start')],
      ['a.signs is not I8 of 1 or -1', file({ data: Int8Array.of(1, 0) }, 'a.signs')],
    ];
    const answers = await tell('load_sequences', [file({}), ...lies.map(([, made]) => made)]);
    expectTold(
      answers,
      lies.map(([sentence]) => sentence),
    );
  });

  test('masks', async () => {
    const bits = (...data: number[]): Part => ({
      dtype: 'U8',
      shape: [2, data.length / 2],
      data: Uint8Array.from(data),
    });
    const file = (part: Part, shape: string, version = '1'): Made => ({
      parts: { 'a.bits': part },
      metadata: { format: 'sparsescope.masks', version, 'a.shape': shape },
    });
    const lies: [string, Made][] = [
      ['not a file of masks', file(bits(1, 1), '[2,5]', '2')],
      ['no a.shape that is JSON', file(bits(1, 1), '[2,')],
      ['a.shape is not a list of lengths', file(bits(1, 1), '[]')],
      ['a.shape is not a list of lengths', file(bits(1, 1), '[2,-5]')],
      ['a.bits is not U8 of one bit', file(bits(1, 1, 1, 1), '[2,5]')],
      ['a.bits is not U8 of one bit', file({ ...bits(1, 1), dtype: 'I8' }, '[2,5]')],
      ['a.bits is not zero in its spare bits', file(bits(1, 32), '[2,5]')],
    ];
    const good = file(bits(0b11110, 0b00001), '[2, 5]');
    const answers = await tell('load_masks', [good, ...lies.map(([, made]) => made)]);
    expectTold(
      answers,
      lies.map(([sentence]) => sentence),
    );
    // The least significant bit first.
    expect(answers[0].match(/True|False/g)!.map((word) => +(word === 'True'))).toEqual([0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  });
});
