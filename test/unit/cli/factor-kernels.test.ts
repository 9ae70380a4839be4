/** Convolutions and stacks taken apart into rotations: one matrix a group, at the centre of the kernels. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { replayDouble } from '../../../src/core/givens';
import { centreTap } from '../../../src/core/init/centre-tap';
import { haarOrthogonal } from '../../../src/core/linalg/haar';
import { Rng } from '../../../src/core/rng';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, writeSafetensors } from '../../../src/formats/safetensors';
import { RotationsFile } from '../../../src/runs/rotations';
import { configText } from '../engine/project';
import { cliFixture } from './fixture';
import type { Finished } from './sparsescope';
import { answer, sparsescope } from './sparsescope';

const fixture = cliFixture();

const inProject = (path: string): string => join(fixture.project.root, path);
const factor = (tensor: string, ...args: string[]): Promise<Finished> =>
  sparsescope(
    fixture.built.cli,
    ['factor', 'x.safetensors', tensor, '-o', 'r.safetensors', ...args],
    fixture.project.root,
  );

/** What the file of rotations makes of a name, row-major. */
const replayOf = async (name: string): Promise<number[]> => {
  const file = await RotationsFile.open(inProject('r.safetensors'));
  const { shape, first, second, angle, lastUndone, beginning } = await file.page(name, 0, 100_000);
  await file.close();
  const [rows, columns] = shape;
  return [...replayDouble({ rows, columns, first, second, angle, lastUndone, seed: 0, ...beginning })];
};

const expectNear = (made: readonly number[], wanted: readonly number[], within: number): void => {
  expect(made).toHaveLength(wanted.length);
  expect(made.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted[i])), 0)).toBeLessThan(within);
};

describe('of what init wrote', () => {
  const gain = 1.25;
  const layers = [
    '{ name: first, conv: { in: 1, out: 6, kernel: 3, stride: 4, padding: circular } }',
    '{ activation: tanh }',
    '{ name: conv, conv: { in: 6, out: 12, kernel: [2, 4], groups: 3, stride: 2, padding: circular } }',
    '{ activation: tanh }',
    '{ name: depthwise, conv: { in: 12, out: 12, kernel: 3, groups: 12, stride: 4, padding: circular } }',
    '{ activation: tanh }',
    '{ name: qkv, linear: { in: 12, out: 36, stack: 3 } }',
    '{ activation: tanh }',
    '{ name: fc, linear: { in: 36, out: 10 } }',
  ];

  it('the file says how many groups or matrices there are; each replays to its weights', async () => {
    const text = configText({ layers, density: 0.6, sparsity: `gain: { weight: ${gain} }` });
    await writeFile(fixture.project.configPath, text);
    const args = ['init', 'tiny.sparse.yaml', '-o', 'x.safetensors'];
    expect(await sparsescope(fixture.built.cli, args, fixture.project.root)).toMatchObject({ code: 0, err: '' });
    const file = await openSafetensors(await openFile(inProject('x.safetensors')));
    for (const [name, groups, kernel] of [
      ['first', 1, [3, 3]],
      ['conv', 3, [2, 4]],
      ['depthwise', 12, [3, 3]],
      ['qkv', 3, undefined],
      ['fc', 1, undefined],
    ] as const) {
      const tensor = `layers.${name}.weight`;
      const finished = await factor(tensor, '--json');
      expect(finished, name).toMatchObject({ code: 0, err: '' });
      const told = answer(finished);
      const entry = file.get(tensor)!;
      const [rows, columns] = [entry.shape[0] / groups, entry.shape[1]];
      expect(told).toMatchObject({ ok: true, tensor, shape: [rows, columns], groups });
      expect(told['kernel']).toEqual(kernel);
      expect(told['orthogonalityError']).toBeLessThan(1e-6);
      expect(told['difference']).toBeLessThan(1e-6);
      const taps = kernel ? kernel[0] * kernel[1] : 1;
      const at = kernel ? centreTap({ kernel }) : 0;
      const centre = [...(await file.readFloat64(entry))].filter((_, i) => i % taps === at);
      for (let group = 0; group < groups; group++) {
        const own = centre.slice(group * rows * columns, (group + 1) * rows * columns);
        const made = await replayOf(groups > 1 ? `${tensor}/${group}` : tensor);
        expectNear(
          made.map((value) => gain * value),
          own,
          1e-6,
        );
      }
    }
    await file.close();
    const { out } = await factor('layers.conv.weight');
    expect(out).toMatch(
      /^layers\.conv\.weight, the centre of its 2 x 4 kernels, 3 groups of 4 x 2: \d+ rotations, times 1\.25$/m,
    );
    expect((await factor('layers.qkv.weight')).out).toMatch(/^layers\.qkv\.weight, 3 groups of 12 x 12: /m);
  });
});

describe('of another file', () => {
  const [outputs, inputs, groups] = [4, 3, 2];
  const matrices = [1, 2].map((seed) => haarOrthogonal(outputs, inputs, Rng.fromSeed(seed)));
  const rows = outputs * groups;
  /** (8, 3, 3, 3) with the two matrices one upon the other at this tap. */
  const kernels = (tap: number): Float64Array => {
    const weights = new Float64Array(rows * inputs * 9);
    matrices.forEach((matrix, group) =>
      matrix.forEach((value, i) => (weights[9 * (group * outputs * inputs + i) + tap] = value)),
    );
    return weights;
  };

  beforeEach(async () => {
    const centred = kernels(4);
    const smeared = Float64Array.from(centred);
    smeared[0] = 0.1;
    const shape = [rows, inputs, 3, 3];
    const wide = Float64Array.from([1, 2].flatMap((seed) => [...haarOrthogonal(2, 3, Rng.fromSeed(seed))]));
    // Flat, rows are orthonormal, though not only the centre is used.
    const flat = haarOrthogonal(2, 27, Rng.fromSeed(3));
    await writeSafetensors(
      inProject('x.safetensors'),
      [
        { name: 'conv.weight', dtype: 'F64', shape, data: centred },
        { name: 'corner.weight', dtype: 'F64', shape, data: kernels(0) },
        { name: 'smeared.weight', dtype: 'F64', shape, data: smeared },
        { name: 'flat.weight', dtype: 'F64', shape: [2, 3, 3, 3], data: flat },
        {
          name: 'stack.weight',
          dtype: 'F64',
          shape: [rows, inputs],
          data: Float64Array.from(matrices.flatMap((m) => [...m])),
        },
        { name: 'wide.weight', dtype: 'F64', shape: [4, 3], data: wide },
        { name: 'large.weight', dtype: 'F32', shape: [1, 600, 3, 3], data: new Float32Array(5400).fill(0.1) },
      ],
      // Not ours: what it says of groups is not believed.
      { 'conv.conv': '{"groups": 8}' },
    );
  });

  it.each([
    ['conv.weight', { kernel: [3, 3] }],
    ['stack.weight', {}],
  ])('%s is cut into as many matrices as --groups says', async (tensor, more) => {
    const finished = await factor(tensor, '--groups', '2', '--json');
    expect(finished).toMatchObject({ code: 0, err: '' });
    expect(answer(finished)).toMatchObject({ shape: [outputs, inputs], groups, ...more });
    for (const [group, matrix] of matrices.entries())
      expectNear(await replayOf(`${tensor}/${group}`), [...matrix], 1e-12);
  });

  it('square or tall ones upon each other are, without --groups, one matrix times the root of their number', async () => {
    const told = answer(await factor('conv.weight', '--json'));
    expect(told).toMatchObject({ shape: [rows, inputs], groups: 1, gains: [expect.closeTo(Math.SQRT2, 12)] });
  });

  it('kernels that are used beyond their centre are one flat matrix', async () => {
    const finished = await factor('flat.weight', '--json');
    const told = answer(finished);
    expect(told).toMatchObject({ ok: true, shape: [2, 27], groups: 1 });
    expect(told).not.toHaveProperty('kernel');
  });

  it.each([
    [
      ['conv.weight', '--groups', '4'],
      'factor.not-orthogonal',
      /^The 2 x 3 matrix .* at the centre of the kernels of "conv\.weight\/0", .* are 0\.$/,
    ],
    [
      ['corner.weight'],
      'factor.not-orthogonal',
      /^The 8 x 27 matrix .*kernels laid flat: .* here some are not\..* --groups N/,
    ],
    [['smeared.weight', '--groups', '2'], 'factor.not-orthogonal', /^The 4 x 27 matrix .*here some are not\.$/],
    [
      ['wide.weight'],
      'factor.not-orthogonal',
      /a stack of N matrices, give their number: .*--groups N`, Groups in the editor\./,
    ],
    [['conv.weight', '--groups', '3'], 'runs.factor-groups', /3 groups do not divide the 8 rows of "conv\.weight"/],
    [['stack.weight', '--groups', '9'], 'runs.factor-groups', /9 groups/],
    [['large.weight'], 'runs.factor-too-large', /1 x 5400/],
    [['conv.weight', '--groups', '0'], 'cli.usage', /--groups is 0; expected a whole number above 0/],
    [['conv.weight', '--groups', 'two'], 'cli.usage', /--groups is two/],
  ])('refuses %j', async (args, code, sentence) => {
    const [tensor, ...flags] = args;
    const refused = await factor(tensor, ...flags, '--json');
    expect([refused.code, refused.err]).toEqual([1, '']);
    const { error } = answer(refused) as unknown as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    await expect(stat(inProject('r.safetensors'))).rejects.toThrow();
  });
});
