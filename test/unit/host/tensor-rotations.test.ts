import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replayDouble } from '../../../src/core/givens';
import { haarOrthogonal } from '../../../src/core/linalg/haar';
import { Rng } from '../../../src/core/rng';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, writeSafetensors, type SafetensorsFile } from '../../../src/formats/safetensors';
import { TensorRotations } from '../../../src/host/views/tensor-rotations';
import { RpcCancelled, type CallContext } from '../../../src/protocol/rpc';
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
      { name: 'large', dtype: 'F32', shape: [1, 1025], data: new Float32Array(1025) },
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
  const sequence = await loadRotations((range) => served.page(file, 'w', range, contextOf()), 0);
  expect(sequence.first).toHaveLength((side * (side - 1)) / 2);
  const made = replayDouble(sequence);
  expect(made.reduce((worst, value, i) => Math.max(worst, Math.abs(value - weights[i])), 0)).toBeLessThan(1e-12);
  expect(shares).not.toEqual([]);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  shares = [];
  await served.page(file, 'w', { start: 100, end: 200 }, contextOf());
  expect(shares).toEqual([]);
  // Written anew, it is another file.
  const again = await open();
  await served.page(again, 'w', { start: 100, end: 200 }, contextOf());
  expect(shares).not.toEqual([]);
  await again.close();
});

test('is cancelled while it is factored, and asked again finds the rotations', async () => {
  const served = new TensorRotations();
  const cancel = new AbortController();
  const context: CallContext = { signal: cancel.signal, progress: () => cancel.abort() };
  await expect(served.page(file, 'w', { start: 0, end: 9 }, context)).rejects.toBeInstanceOf(RpcCancelled);
  expect((await served.page(file, 'w', { start: 0, end: 9 }, contextOf())).first).toHaveLength(9);
});

test('of a convolution the centre of its kernels is played', async () => {
  const served = new TensorRotations();
  const sequence = await loadRotations((range) => served.page(file, 'layers.conv.weight', range, contextOf()), 0);
  expect(sequence).toMatchObject({ rows: 2, columns: 2 });
  expect([...replayDouble(sequence)].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, -0.8, 0.6]);
});

test.each([
  ['layers.grouped.weight', 'runs.factor-in-groups', /holds 2 matrices, .*`sparsescope factor` writes them all/],
  ['layers.skew.weight', 'factor.not-orthogonal', /^The 2 x 6 matrix .* kernels laid flat/],
  ['flat', 'runs.factor-not-a-matrix', /shape \(3\)/],
  ['large', 'runs.factor-too-large', /1 x 1025.*up to 1024/],
])('refuses %s', async (name, code, message) => {
  const refused = new TensorRotations().page(file, name, { start: 0, end: 9 }, contextOf());
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('refuses a page that is no range', async () => {
  const refused = new TensorRotations().page(file, 'w', { start: 5, end: 2 }, contextOf());
  await expect(refused).rejects.toMatchObject({ code: 'runs.bad-page' });
});
