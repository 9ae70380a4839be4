import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/formats/safetensors';
import { replayDouble } from '../../../src/core/givens';
import { RotationsFile } from '../../../src/runs/rotations';
import type { Bundle } from '../engine/bundle';
import { bundle } from '../engine/bundle';
import { rawSafetensors } from '../formats/bytes';
import type { Finished, Started } from './sparsescope';
import { answer, sparsescope, start } from './sparsescope';

let built: Bundle;
let folder: string;

beforeAll(async () => {
  built = await bundle();
});
afterAll(() => built.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparsescope-inspect-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Finished> => sparsescope(built.cli, args, folder);
const begin = (...args: string[]): Started => start(built.cli, args, folder);
const inProject = (path: string): string => join(folder, path);

describe('inspect', () => {
  const write = (): Promise<void> =>
    writeSafetensors(
      inProject('x.safetensors'),
      [
        { name: 'a.weight', dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 0, -2, 0, 0, 5) },
        { name: 'evil\u001b[31m', dtype: 'U8', shape: [2], data: Uint8Array.of(0, 1) },
      ],
      { note: 'made by a test' },
    );

  it('lists tensors; a name cannot colour the terminal', async () => {
    await write();
    const { code, out, err } = await cli('inspect', 'x.safetensors');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^note: made by a test$/m);
    expect(out).toMatch(/^a\.weight +F32 +2 x 3 +24 +0\.5 +3$/m);
    expect(out).not.toContain('\u001b');
  });

  it('answers them with --json, without figures when only the header is read', async () => {
    await write();
    const full = answer(await cli('inspect', 'x.safetensors', '--json'));
    expect(full).toMatchObject({
      sparsescope: 1,
      command: 'inspect',
      ok: true,
      metadata: { note: 'made by a test' },
      size: (await stat(inProject('x.safetensors'))).size,
    });
    expect((full['tensors'] as object[])[0]).toEqual({
      name: 'a.weight',
      dtype: 'F32',
      shape: [2, 3],
      bytes: 24,
      density: 0.5,
      nonZeros: 3,
      min: -2,
      max: 5,
      mean: 4 / 6,
      nonFinite: 0,
    });
    const header = answer(await cli('inspect', 'x.safetensors', '--json', '--header'));
    expect((header['tensors'] as object[])[0]).toEqual({ name: 'a.weight', dtype: 'F32', shape: [2, 3], bytes: 24 });
  });

  /** Our own writer has no FP8. */
  const writeFp8 = (): Promise<void> => {
    const header = {
      fp8: { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] },
      odd: { dtype: 'F32', shape: [3], data_offsets: [2, 14] },
      none: { dtype: 'F32', shape: [2], data_offsets: [14, 22] },
      empty: { dtype: 'F32', shape: [0], data_offsets: [22, 22] },
    };
    const floats = Buffer.from(Float32Array.of(NaN, 4, 0, NaN, -Infinity).buffer);
    return writeFile(inProject('x.safetensors'), rawSafetensors(header, Buffer.concat([Buffer.of(1, 2), floats])));
  };

  it('lists FP8 without figures, and counts what is not finite', async () => {
    await writeFp8();
    const { code, out, err } = await cli('inspect', 'x.safetensors');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^tensor +dtype +shape +bytes +density +non-zeros +not finite$/m);
    expect(out).toMatch(/^fp8 +F8_E4M3 +2 +2$/m);
    expect(out).toMatch(/^odd +F32 +3 +12 +0\.3333 +1 +1$/m);
    expect(out).toMatch(/^none +F32 +2 +8 +0 +0 +2$/m);
    expect(out).toMatch(/^empty +F32 +0 +0 +0 +0 +0$/m);
  });

  it('with --json leaves FP8 without figures, and has null where no value is finite', async () => {
    await writeFp8();
    const finished = await cli('inspect', 'x.safetensors', '--json');
    expect([finished.code, finished.err]).toEqual([0, '']);
    const none = { density: 0, nonZeros: 0, min: null, max: null, mean: null };
    expect(answer(finished)['tensors']).toEqual([
      { name: 'fp8', dtype: 'F8_E4M3', shape: [2], bytes: 2 },
      {
        name: 'odd',
        dtype: 'F32',
        shape: [3],
        bytes: 12,
        density: 1 / 3,
        nonZeros: 1,
        min: 0,
        max: 4,
        mean: 2,
        nonFinite: 1,
      },
      { name: 'none', dtype: 'F32', shape: [2], bytes: 8, ...none, nonFinite: 2 },
      { name: 'empty', dtype: 'F32', shape: [0], bytes: 0, ...none, nonFinite: 0 },
    ]);
  });

  it('of a file whose header lies: one sentence, exit 1', async () => {
    await writeFile(inProject('x.safetensors'), Buffer.from([255, 255, 255, 255, 0, 0, 0, 0, 123, 125]));
    const { code, err } = await cli('inspect', 'x.safetensors');
    expect(code).toBe(1);
    expect(err).toMatch(/^error safetensors\.[a-z-]+: .*\n$/);
  });

  it('into a reader that goes away is no error', async () => {
    const tensors = Array.from({ length: 4000 }, (_, i) => ({
      name: `a rather long name of a tensor, number ${i}`,
      dtype: 'U8' as const,
      shape: [1],
      data: Uint8Array.of(1),
    }));
    await writeSafetensors(inProject('x.safetensors'), tensors, {});
    const started = begin('inspect', 'x.safetensors', '--json');
    started.child.stdout.destroy();
    const { code, err } = await started.finished;
    expect([code, err]).toEqual([0, '']);
  });
});

describe('factor', () => {
  /** A rotation by 30 degrees, its third column negated: orthonormal rows. */
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const rotated = Float64Array.of(c, 0, s, 0, -1, 0);
  const write = (): Promise<void> =>
    writeSafetensors(
      inProject('x.safetensors'),
      [
        { name: 'fc1.weight', dtype: 'F64', shape: [2, 3], data: rotated },
        { name: 'fc1.gained', dtype: 'F32', shape: [2, 3], data: Float32Array.from(rotated, (v) => 1.5 * v) },
        { name: 'huge', dtype: 'F64', shape: [2, 3], data: rotated.map((v) => 1e308 * v) },
        { name: 'tiny', dtype: 'F64', shape: [2, 3], data: rotated.map((v) => 1e-250 * v) },
        { name: 'beyond', dtype: 'F64', shape: [2, 2], data: Float64Array.of(1.7e308, 1.7e308, -1.7e308, 1.7e308) },
        { name: 'fc1.bias', dtype: 'F32', shape: [2], data: new Float32Array(2) },
        { name: 'fc1.mask', dtype: 'U8', shape: [2, 3], data: Uint8Array.of(1, 0, 1, 0, 1, 0) },
        { name: 'wide', dtype: 'F32', shape: [1, 4097], data: new Float32Array(4097) },
        // 0.8 and 0.6 cut off after the bits that the types have.
        { name: 'half', dtype: 'F16', shape: [2, 2], data: Uint16Array.of(0x3a66, 0x38cc, 0xb8cc, 0x3a66) },
        { name: 'brain', dtype: 'BF16', shape: [2, 2], data: Uint16Array.of(0x3f4c, 0x3f19, 0xbf19, 0x3f4c) },
        // A diagonal of 1.03125, 4 steps above 1, and 1: no multiple of an orthogonal matrix.
        { name: 'brain.off', dtype: 'BF16', shape: [2, 2], data: Uint16Array.of(0x3f84, 0, 0, 0x3f80) },
        // A kernel whose other taps are 0, as an exactly orthogonal convolution has it.
        {
          name: 'conv',
          dtype: 'F32',
          shape: [2, 2, 1, 3],
          data: Float32Array.of(0, 0.6, 0, 0, 0.8, 0, 0, -0.8, 0, 0, 0.6, 0),
        },
      ],
      {},
    );

  it('writes the rotations that make a matrix, and tells how near they come', async () => {
    await write();
    const told = answer(await cli('factor', 'x.safetensors', 'fc1.weight', '-o', 'r.safetensors', '--json'));
    expect(told).toMatchObject({ ok: true, tensor: 'fc1.weight', shape: [2, 3], rotations: 1 });
    expect(told['difference']).toBeLessThan(1e-12);
    const file = await RotationsFile.open(inProject('r.safetensors'));
    const { first, second, angle, lastUndone, shape, beginning } = await file.page('fc1.weight', 0, 10);
    await file.close();
    const [rows, columns] = shape;
    const made = replayDouble({ rows, columns, first, second, angle, lastUndone, seed: 0, ...beginning });
    made.forEach((value, i) => expect(value).toBeCloseTo(rotated[i], 12));
  });

  it('divides by a gain, and says in words what it did', async () => {
    await write();
    const { code, out } = await cli('factor', 'x.safetensors', 'fc1.gained', '--gain', '1.5', '-o', 'r.safetensors');
    expect(code).toBe(0);
    expect(out).toMatch(/^fc1\.gained, 2 x 3: 1 rotation, times 1\.5$/m);
  });

  it('finds a gain by itself', async () => {
    await write();
    const told = answer(await cli('factor', 'x.safetensors', 'fc1.gained', '-o', 'r.safetensors', '--json'));
    expect(told).toMatchObject({ ok: true, rotations: 1, gains: [expect.closeTo(1.5, 6)] });
    expect(told['orthogonalityError']).toBeLessThan(1e-6);
    const plain = answer(await cli('factor', 'x.safetensors', 'fc1.weight', '-o', 'q.safetensors', '--json'));
    expect(plain['gains']).toEqual([1]);
  });

  it.each([
    ['huge', 1e308],
    ['tiny', 1e-250],
  ])('finds the gain of %s weights, whose squares are no numbers', async (tensor, gain) => {
    await write();
    const told = answer(await cli('factor', 'x.safetensors', tensor, '-o', 'r.safetensors', '--json'));
    expect(told).toMatchObject({ ok: true, rotations: 1 });
    expect((told['gains'] as number[])[0] / gain).toBeCloseTo(1, 12);
    expect(told['difference']).toBeLessThan(1e-12);
  });

  it.each([
    ['half', [2, 2], 1, 2e-3],
    ['brain', [2, 2], 1, 1e-2],
    ['conv', [2, 2], 1, 1e-7],
  ])('takes %s to the rounding of its type', async (tensor, shape, rotations, most) => {
    await write();
    const told = answer(await cli('factor', 'x.safetensors', tensor, '-o', 'r.safetensors', '--json'));
    expect(told).toMatchObject({ ok: true, tensor, shape, rotations });
    expect(told['difference']).toBeLessThan(most);
  });

  it.each([
    [['fc1.gained', '--gain', '2'], 'factor.not-orthogonal', /after it was divided by 2, as its gain/],
    [['brain.off'], 'factor.not-orthogonal', /off .* by 0\.03/],
    [['fc1.mask'], 'runs.factor-dtype', /"fc1\.mask" is U8.*F64, F32, F16, BF16/],
    [
      ['wide'],
      'runs.factor-too-large',
      /1 x 4097; matrices of up to 4096 rows and columns are factored into rotations\.$/,
    ],
    [['fc1.wieght'], 'runs.factor-no-tensor', /Did you mean "fc1\.weight"\?/],
    [['fc1.bias'], 'runs.factor-not-a-matrix', /two dimensions/],
    [['fc2.weight'], 'runs.factor-no-tensor', /fc1\.weight.*fc1\.gained/],
    [['beyond'], 'runs.factor-gain', /^The gain of "beyond" is beyond 1\.8e308/],
    [['huge', '--gain', '1e-9'], 'runs.factor-gain', /^A weight of "huge", divided by the gain 1e-9, is beyond/],
    [['fc1.weight', '--gain', 'zero'], 'cli.usage', /above 0/],
  ])('refuses %j', async (args, code, sentence) => {
    await write();
    const refused = await cli('factor', 'x.safetensors', ...args, '-o', 'r.safetensors', '--json');
    expect(refused.code).toBe(1);
    const { error } = answer(refused) as unknown as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    await expect(stat(inProject('r.safetensors'))).rejects.toThrow();
  });
});
