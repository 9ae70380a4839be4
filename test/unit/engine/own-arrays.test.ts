import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/types';
import { Batches, batchesFor } from '../../../src/engine/data/batches';
import { closeData, isStore, split } from '../../../src/engine/data/data-set';
import type { DataSet } from '../../../src/engine/data/data-set';
import { loadData } from '../../../src/engine/data/load';
import { npyHeaderBytes } from '../../../src/formats/npy';
import { lookAtData } from '../../../src/formats/own-data';
import { RecordReader } from '../../../src/formats/records';
import { npyFile } from '../formats/npy-file';
import { dataWords } from './data-words';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-npy-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, descr: string, shape: readonly number[], values: ArrayBufferView): Promise<void> =>
  writeFile(join(folder, name), npyFile(descr, shape, values));
const floats = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
const classes = (count: number, of = 3): BigInt64Array =>
  BigInt64Array.from({ length: count }, (_, i) => BigInt(i % of));
const words = (said: Partial<Config['data']> = {}) => dataWords({ source: 'npy', path: '.', ...said });
const look = (said?: Partial<Config['data']>) => lookAtData(words(said), [folder]);
const load = (said?: Partial<Config['data']>) => loadData(words(said), { root: folder, configFolders: [folder] });

describe('what arrays are', () => {
  it.each([
    [[12, 5], {}, { inputs: 5 }],
    [[12, 4, 3], {}, { inputs: 12, picture: [1, 4, 3] }],
    [[12, 2, 4, 3], {}, { inputs: 24, picture: [2, 4, 3] }],
    [[12, 4, 3, 2], { layout: 'channels-last' }, { inputs: 24, picture: [2, 4, 3] }],
  ] as const)('is told by the shape %j', async (shape, said, told) => {
    await put('x_train.npy', '<f4', shape, floats(shape.reduce((a: number, b) => a * b, 1)));
    await put('y_train.npy', '<i8', [12], classes(12));
    expect(await look(said)).toEqual({ classes: 3, examples: 12, tests: 0, ...told });
    const data = await load(said);
    expect(data).toMatchObject({ source: 'npy', classes: 3, train: { count: 12 }, ...told });
    await closeData(data);
  });

  it('is read under other names, and with the test pair when that validates', async () => {
    const files = { inputs: 'a.npy', labels: 'b.npy', testInputs: 'c.npy', testLabels: 'd.npy' };
    await put('a.npy', '<f4', [6, 2], floats(12));
    await put('b.npy', '|u1', [6], Uint8Array.of(0, 1, 0, 1, 0, 1));
    await expect(look({ files, validation: 0 })).rejects.toMatchObject({ code: 'file.not-found' });
    await put('c.npy', '<f8', [2, 2], new Float64Array(4));
    await put('d.npy', '<i4', [2], Int32Array.of(1, 0));
    expect(await look({ files, validation: 0 })).toMatchObject({ examples: 6, tests: 2 });
    expect((await load({ files, validation: 0 })).test).toMatchObject({ count: 2, labels: Uint16Array.of(1, 0) });
    await put('d.npy', '<i4', [2], Int32Array.of(1, 2));
    await expect(look({ files, validation: 0 })).rejects.toMatchObject({ code: 'data.label-out-of-range' });
    await put('d.npy', '<i4', [2], Int32Array.of(1, 0));
    await put('c.npy', '<f8', [2, 3], new Float64Array(6));
    await expect(look({ files, validation: 0 })).rejects.toMatchObject({ code: 'data.shapes-differ' });
  });

  it.each([
    ['labels below 0', [4, 2], Int32Array.of(0, 1, -1, 0), [4], 'npy.label'],
    ['labels that are no class any more', [4, 2], Int32Array.of(0, 1, 70_000, 0), [4], 'npy.label'],
    ['labels of another number', [4, 2], Int32Array.of(0, 1, 0), [3], 'data.counts-differ'],
    ['labels as rows', [4, 2], Int32Array.of(0, 1, 0, 1), [4, 1], 'npy.shape'],
    ['one class', [4, 2], new Int32Array(4), [4], 'data.one-class'],
    ['inputs of one axis', [4], Int32Array.of(0, 1, 0, 1), [4], 'npy.shape'],
    ['no inputs', [0, 2], new Int32Array(0), [0], 'npy.shape'],
    ['inputs of five axes', [1, 1, 1, 1, 1], Int32Array.of(0), [1], 'npy.shape'],
  ])('is refused with %s', async (_, shape, labels, labelShape, code) => {
    await put('x_train.npy', '<f4', shape, floats(shape.reduce((a, b) => a * b, 1)));
    await put('y_train.npy', '<i4', labelShape, labels);
    await expect(look()).rejects.toMatchObject({ code });
    await expect(load()).rejects.toMatchObject({ code });
  });

  it('is refused with labels that are no whole numbers, and without a path', async () => {
    await put('x_train.npy', '<f4', [2, 2], floats(4));
    await put('y_train.npy', '<f4', [2], floats(2));
    await expect(look()).rejects.toMatchObject({
      code: 'npy.dtype',
      message: expect.stringContaining('<i8') as unknown,
    });
    await expect(lookAtData(dataWords({ source: 'npy' }), [folder])).rejects.toMatchObject({
      code: 'data.path-missing',
    });
  });
});

describe('the values of arrays', () => {
  const all = async (data: DataSet): Promise<number[]> => [
    ...(
      await new Batches(data, { examples: data.train, indices: Uint32Array.from(data.train.labels.keys()) }, 99).batch(
        0,
      )
    ).x,
  ];

  it('are floats as they are', async () => {
    await put('x_train.npy', '<f4', [4, 3], floats(12));
    await put('y_train.npy', '<i8', [4], classes(4));
    expect(await all(await load())).toEqual([...floats(12)]);
  });

  it('are bytes divided by 255', async () => {
    await put('x_train.npy', '|u1', [3, 1, 2], Uint8Array.of(0, 255, 51, 102, 1, 2));
    await put('y_train.npy', '<i8', [3], classes(3));
    expect(await all(await load())).toEqual([...Float32Array.of(0, 1, 0.2, 0.4, 1 / 255, 2 / 255)]);
  });

  it('are turned where the channels come last', async () => {
    const [n, c, h, w] = [2, 3, 2, 2];
    const first = floats(n * c * h * w);
    const last = new Float32Array(first.length);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < c; k++)
        for (let p = 0; p < h * w; p++) last[(i * h * w + p) * c + k] = first[(i * c + k) * h * w + p];
    await put('x_train.npy', '<f4', [n, h, w, c], last);
    await put('y_train.npy', '<i8', [n], classes(n));
    expect(await all(await load({ layout: 'channels-last' }))).toEqual([...first]);
  });

  it('are refused when one is no finite number, with its example', async () => {
    const values = floats(12);
    values[7] = NaN;
    await put('x_train.npy', '<f4', [4, 3], values);
    await put('y_train.npy', '<i8', [4], classes(4));
    await expect(load()).rejects.toMatchObject({
      code: 'data.not-finite',
      message: expect.stringContaining('example 2') as unknown,
    });
  });

  it('are the same read from the file as in memory, in every order', async () => {
    await put('x_train.npy', '<f8', [50, 2, 3, 3], Float64Array.from(floats(50 * 18)));
    await put('y_train.npy', '<i8', [50], classes(50));
    const resident = await load();
    const path = join(folder, 'x_train.npy');
    const offset = npyHeaderBytes('<f8', [50, 2, 3, 3]).length;
    const values = new RecordReader({ path, offset, dtype: 'F64', inputs: 18 });
    const streamed: DataSet = { ...resident, train: { ...resident.train, values } };
    const epochOf = async (data: DataSet, epoch: number): Promise<number[]> => {
      const batches = new Batches(data, split(data, 0.2, 1).train, 7, { augment: ['crop', 'flip'] }).shuffled(3, epoch);
      const found: number[] = [];
      for (let i = 0; i < batches.count; i++) found.push(...(await batches.batch(i)).x);
      return found;
    };
    for (const epoch of [0, 1]) expect(await epochOf(streamed, epoch)).toEqual(await epochOf(resident, epoch));
    await closeData(streamed);
  });
});

describe('arrays larger than memory should hold', () => {
  it('are read by batch, and a file that shrinks meanwhile ends the reading in a sentence', async () => {
    const [count, inputs] = [300_000, 1024];
    const path = join(folder, 'x_train.npy');
    const header = npyHeaderBytes('|u1', [count, inputs]);
    await writeFile(path, header);
    // Zeros that take no room on the disk.
    await truncate(path, header.length + count * inputs);
    await put('y_train.npy', '<i8', [count], classes(count));
    const data = await load();
    expect(isStore(data.train.values)).toBe(true);
    const { train, validation } = batchesFor({ data: words(), train: { batchSize: 64 }, seed: 1 } as Config, data);
    expect((await train.shuffled(1, 0).batch(5)).x).toEqual(new Float32Array(64 * inputs));
    expect((await validation.batch(0)).size).toBe(64);
    await truncate(path, header.length + 1000);
    await expect(train.shuffled(1, 1).batch(0)).rejects.toMatchObject({ code: 'file.shrank' });
    await closeData(data);
    expect((await readFile(path)).length).toBe(header.length + 1000);
  });
});
