import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { factorOrthogonal } from '../../../src/core/factor';
import { replayDouble } from '../../../src/core/givens';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { haarOrthogonal } from '../../../src/core/linalg/haar';
import { Rng } from '../../../src/core/rng';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, writeSafetensors, type SafetensorsFile } from '../../../src/formats/safetensors';
import { TensorRotations, playedAs } from '../../../src/host/views/tensor-rotations';
import { RpcCancelled, type CallContext } from '../../../src/protocol/rpc';
import { writeRotations } from '../../../src/runs/rotations';
import { loadRotations } from '../../../webview/views/givens/load-rotations';
import { temporaryFolder } from '../formats/bytes';

const side = 400;
const weights = haarOrthogonal(side, side, Rng.fromSeed(1));
/** A turn at the centre of its kernels. */
const kernels = Float32Array.of(0, 0.6, 0, 0, 0.8, 0, 0, -0.8, 0, 0, 0.6, 0);
let file: SafetensorsFile;
let shares: number[];

const open = async (): Promise<SafetensorsFile> => openSafetensors(await openFile(file.name));
const contextOf = (signal = new AbortController().signal): CallContext => ({
  signal,
  progress: ({ done, total }) => shares.push(done / total),
});

beforeEach(async () => {
  const path = join(await temporaryFolder(), 'x.safetensors');
  await writeSafetensors(
    path,
    [
      { name: 'w', dtype: 'F64', shape: [side, side], data: weights },
      { name: 'flat', dtype: 'F32', shape: [3], data: new Float32Array(3) },
      { name: 'tall', dtype: 'F32', shape: [8192, 1], data: new Float32Array(8192).fill(1) },
      { name: 'large', dtype: 'F32', shape: [1, 4097], data: new Float32Array(4097) },
      { name: 'layers.conv.weight', dtype: 'F32', shape: [2, 2, 1, 3], data: kernels },
      { name: 'layers.grouped.weight', dtype: 'F32', shape: [2, 2, 1, 3], data: kernels },
      { name: 'layers.skew.weight', dtype: 'F32', shape: [2, 2, 1, 3], data: new Float32Array(12).fill(1) },
    ],
    { format: 'sparsescope', 'layers.grouped.conv': '{"groups":2}' },
  );
  file = await openSafetensors(await openFile(path));
  shares = [];
});
afterEach(() => file.close());

test('pages make the matrix; it is factored once', async () => {
  const served = new TensorRotations();
  const sequence = await loadRotations((range) => served.page(file, { name: 'w', ...range }, contextOf()), 0);
  expect(sequence.first).toHaveLength((side * (side - 1)) / 2);
  const made = replayDouble(sequence);
  expect(made.reduce((worst, value, i) => Math.max(worst, Math.abs(value - weights[i])), 0)).toBeLessThan(1e-12);
  expect(shares).not.toEqual([]);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  shares = [];
  await served.page(file, { name: 'w', start: 100, end: 200 }, contextOf());
  expect(shares).toEqual([]);
  // Written anew, it is another file.
  const again = await open();
  await served.page(again, { name: 'w', start: 100, end: 200 }, contextOf());
  expect(shares).not.toEqual([]);
  await again.close();
});

test('is cancelled while it is factored, and asked again finds the rotations', async () => {
  const served = new TensorRotations();
  const cancel = new AbortController();
  const context: CallContext = { signal: cancel.signal, progress: () => cancel.abort() };
  await expect(served.page(file, { name: 'w', start: 0, end: 9 }, context)).rejects.toBeInstanceOf(RpcCancelled);
  expect((await served.page(file, { name: 'w', start: 0, end: 9 }, contextOf())).first).toHaveLength(9);
});

test('of a convolution the centre of its kernels is played', async () => {
  const served = new TensorRotations();
  const sequence = await loadRotations(
    (range) => served.page(file, { name: 'layers.conv.weight', ...range }, contextOf()),
    0,
  );
  expect(sequence).toMatchObject({ rows: 2, columns: 2 });
  expect([...replayDouble(sequence)].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, -0.8, 0.6]);
});

test('of groups each is played on its own: those that the file tells, and those that are asked for', async () => {
  const served = new TensorRotations();
  const play = async (name: string, asked: { groups?: number; group?: number }): Promise<number[]> => {
    const sequence = await loadRotations((range) => served.page(file, { name, ...asked, ...range }, contextOf()), 0);
    return [sequence.rows, sequence.columns, ...[...replayDouble(sequence)].map((value) => Number(value.toFixed(6)))];
  };
  expect(await play('layers.grouped.weight', {})).toEqual([1, 2, 0.6, 0.8]);
  expect(await play('layers.grouped.weight', { group: 1 })).toEqual([1, 2, -0.8, 0.6]);
  expect(await play('layers.conv.weight', { groups: 2, group: 1 })).toEqual([1, 2, -0.8, 0.6]);
  expect(await play('layers.conv.weight', { groups: 1 })).toEqual([2, 2, 0.6, 0.8, -0.8, 0.6]);
  const told = file.tensors.filter((entry) => playedAs(file, entry).groups !== undefined);
  expect(told.map(({ name }) => name)).toEqual(['layers.grouped.weight']);
});

test('a stack is limited by each of its matrices; one that is a multiple of an orthogonal one is divided by its gain', async () => {
  const served = new TensorRotations();
  const page = await served.page(file, { name: 'tall', groups: 4, group: 3, start: 0, end: 9 }, contextOf());
  expect(page).toMatchObject({ shape: [2048, 1], total: 2047 });
  expect(page.gain).toBeCloseTo(Math.sqrt(2048), 10);
  const sequence = await loadRotations(
    (range) => served.page(file, { name: 'tall', groups: 4, group: 3, ...range }, contextOf()),
    0,
  );
  expect(sequence.gain).toBe(page.gain);
  for (const value of replayDouble(sequence)) expect(value * page.gain!).toBeCloseTo(1, 10);
  expect(await served.page(file, { name: 'w', start: 0, end: 9 }, contextOf())).not.toHaveProperty('gain');
});

test('reads the rows of the asked matrix only', async () => {
  const served = new TensorRotations();
  const read: number[] = [];
  const watched: SafetensorsFile = {
    metadata: file.metadata,
    get: (name) => file.get(name),
    readFloat64: (entry, from = 0, to = 0) => {
      read.push(from, to);
      return file.readFloat64(entry, from, to);
    },
  } as SafetensorsFile;
  await served.page(watched, { name: 'tall', groups: 4, group: 2, start: 0, end: 9 }, contextOf());
  expect(read).toEqual([4096, 6144]);
});

describe('of a file of rotations', () => {
  const [layer, other] = ['fc', 'conv/1'];
  const { sequence: drawn } = exactOrthogonal({
    rows: 12,
    columns: 30,
    density: 0.3,
    angles: 'uniform',
    rng: Rng.fromSeed(2),
    seed: 2,
  });
  const found = factorOrthogonal({ weights: haarOrthogonal(5, 5, Rng.fromSeed(3)), rows: 5, columns: 5 }).sequence;
  const record = async (sequences: [string, RotationSequence][]): Promise<SafetensorsFile> => {
    const path = join(await temporaryFolder(), 'r.safetensors');
    await writeRotations(path, new Map(sequences));
    const opened = await openSafetensors(await openFile(path));
    onTestFinished(() => opened.close());
    return opened;
  };

  test('each part of a sequence plays it, drawn or found', async () => {
    const recorded = await record([
      [layer, drawn],
      [other, found],
    ]);
    const parts = recorded.tensors.map((entry) => [entry.name, playedAs(recorded, entry).sequence]);
    expect(parts.sort()).toEqual([
      ...['angle', 'axes', 'signs', 'start'].map((part) => [`${other}.${part}`, other]),
      ...['angle', 'axes'].map((part) => [`${layer}.${part}`, layer]),
    ]);
    const served = new TensorRotations();
    const play = (name: string): Promise<RotationSequence> =>
      loadRotations((range) => served.page(recorded, { name, ...range }, contextOf()), drawn.seed);
    expect(await play(`${layer}.angle`)).toEqual(drawn);
    for (const part of ['axes', 'angle', 'start', 'signs'])
      expect(await play(`${other}.${part}`)).toEqual({ ...found, seed: drawn.seed });
    expect(shares).toEqual([]);
  });

  test('one that makes a matrix too large for a page is refused', async () => {
    const none = { first: new Uint32Array(), second: new Uint32Array(), angle: new Float64Array() };
    const recorded = await record([[layer, { ...drawn, ...none, lastUndone: false, rows: 4096, columns: 4097 }]]);
    const refused = new TensorRotations().page(recorded, { name: `${layer}.axes`, start: 0, end: 9 }, contextOf());
    const message = /"fc" make a 4096 x 4097 matrix.*up to 16777216 weights.*load_rotations\.py/;
    await expect(refused).rejects.toMatchObject({
      code: 'runs.rotations-too-large',
      message: expect.stringMatching(message) as string,
    });
  });

  test('a tensor of another file is none, whatever it is called', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors');
    await writeSafetensors(path, [{ name: 'fc.axes', dtype: 'F32', shape: [1, 1], data: Float32Array.of(1) }], {});
    const other = await openSafetensors(await openFile(path));
    expect(playedAs(other, other.need('fc.axes'))).toEqual({});
    await other.close();
  });
});

test.each([
  ['layers.grouped.weight', { group: 2 }, 'runs.factor-no-group', /no group 2: of 2, 0 to 1 are expected/],
  ['layers.grouped.weight', { group: -1 }, 'runs.factor-no-group', /no group -1/],
  ['w', { groups: 7 }, 'runs.factor-groups', /7 groups do not divide the 400 rows of "w"/],
  ['w', { groups: 0.5 }, 'runs.factor-groups', /0.5 groups do not divide/],
  ['layers.skew.weight', {}, 'factor.not-orthogonal', /^The 2 x 6 matrix .* kernels laid flat/],
  ['flat', {}, 'runs.factor-not-a-matrix', /shape \(3\)/],
  ['tall', {}, 'runs.factor-too-large', /8192 x 1;.*give their number as its groups\.$/],
  ['tall', { groups: 1.5 }, 'runs.factor-groups', /1\.5 groups/],
  ['large', {}, 'runs.factor-too-large', /1 x 4097.*up to 4096.*rotations\.$/],
])('refuses %s %j', async (name, asked, code, message) => {
  const refused = new TensorRotations().page(file, { name, ...asked, start: 0, end: 9 }, contextOf());
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('refuses a page that is no range', async () => {
  const refused = new TensorRotations().page(file, { name: 'w', start: 5, end: 2 }, contextOf());
  await expect(refused).rejects.toMatchObject({ code: 'runs.bad-page' });
});
