import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource, NamedSource } from '../../../src/core/data-sets';
import type { DataSet, Examples } from '../../../src/engine/data/data-set';
import { Batches } from '../../../src/engine/data/batches';
import { split } from '../../../src/engine/data/data-set';
import { loadData } from '../../../src/engine/data/load';
import { missingFile } from '../../../src/formats/data-files';
import { writeIdx } from '../../../src/formats/idx';
import { RpcCancelled } from '../../../src/protocol/rpc';
import { dataWords } from './data-words';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-data-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const pixels = 28 * 28;
const images = (count: number): Uint8Array =>
  writeIdx(
    [count, 28, 28],
    Uint8Array.from({ length: count * pixels }, (_, i) => (i * 7) % 256),
  );
const labels = (count: number, last = 9): Uint8Array =>
  writeIdx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i % 10)),
  );

const load = (data: { source: DataSource; path?: string; validation?: number }) =>
  loadData(dataWords(data), { root: folder, configFolders: [folder] });

/** As it is in memory. */
const bytesOf = ({ values }: Examples): Uint8Array => values as Uint8Array;

const put = async (path: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, path), bytes);

describe('MNIST', () => {
  it.each([
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', false],
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte', false],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', true],
    ['train-images.idx3-ubyte.gz', 'train-labels-idx1-ubyte', true],
  ])('is read from %s and %s', async (imagesName, labelsName, packed) => {
    await put(imagesName, packed ? gzipSync(images(20)) : images(20));
    await put(labelsName, labelsName.endsWith('.gz') ? gzipSync(labels(20)) : labels(20));
    const data = await load({ source: 'mnist', path: '.' });
    expect(data).toMatchObject({ inputs: pixels, classes: 10, train: { count: 20 } });
    expect(bytesOf(data.train)[5]).toBe(35);
    expect(data.test).toBeUndefined();
  });

  it('has one hash whether packed or not, another when a byte differs', async () => {
    await put('train-images-idx3-ubyte', images(20));
    await put('train-labels-idx1-ubyte', labels(20));
    const plain = (await load({ source: 'mnist', path: folder })).sha256;
    await mkdir(join(folder, 'packed'));
    await put('packed/train-images-idx3-ubyte.gz', gzipSync(images(20)));
    await put('packed/train-labels-idx1-ubyte.gz', gzipSync(labels(20)));
    expect((await load({ source: 'mnist', path: 'packed' })).sha256).toBe(plain);
    await put('packed/train-labels-idx1-ubyte.gz', gzipSync(labels(20, 3)));
    expect((await load({ source: 'mnist', path: 'packed' })).sha256).not.toBe(plain);
  });

  it('reads the test part only when nothing is held out', async () => {
    await put('train-images-idx3-ubyte', images(20));
    await put('train-labels-idx1-ubyte', labels(20));
    await expect(load({ source: 'mnist', path: '.', validation: 0 })).rejects.toMatchObject({
      code: 'data.file-missing',
      message: expect.stringContaining('t10k-images-idx3-ubyte') as string,
    });
    await put('t10k-images-idx3-ubyte', images(10));
    await put('t10k-labels-idx1-ubyte', labels(10));
    const data = await load({ source: 'mnist', path: '.', validation: 0 });
    const parts = split(data, 0, 1);
    expect(parts.train.indices).toHaveLength(20);
    expect(parts.validation.examples).toBe(data.test);
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    ['no path', () => load({ source: 'mnist' }), 'engine.data-path-missing', 'data.path'],
    ['no files', () => load({ source: 'mnist', path: 'x' }), 'data.file-missing', 'train-images-idx3-ubyte'],
  ])('%s: one sentence with the remedy', async (_, attempt, code, named) => {
    await expect(attempt()).rejects.toMatchObject({ code, message: expect.stringContaining(named) as string });
    await expect(attempt()).rejects.toThrow(/download/);
  });

  it.each<[string, Uint8Array, Uint8Array, string, string]>([
    ['truncated images', images(20).slice(0, 900), labels(20), 'idx.truncated', 'train-images'],
    ['trailing bytes', Buffer.concat([images(20), Uint8Array.of(1)]), labels(20), 'idx.trailing-bytes', 'train-images'],
    ['wrong magic', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), labels(20), 'idx.bad-magic', 'train-images'],
    ['labels as images', labels(20), labels(20), 'data.shape', 'train-images'],
    ['images as labels', images(20), images(20), 'data.shape', 'train-labels'],
    ['another number of labels', images(20), labels(19), 'data.counts-differ', 'train-labels'],
    ['a label out of range', images(20), labels(20, 12), 'data.label-out-of-range', '12'],
    ['damaged gzip', gzipSync(images(20)).subarray(0, 60), labels(20), 'gzip.corrupt', 'train-images'],
  ])('%s: named', async (_, imageBytes, labelBytes, code, named) => {
    await put('train-images-idx3-ubyte', imageBytes);
    await put('train-labels-idx1-ubyte', labelBytes);
    await expect(load({ source: 'mnist', path: '.' })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named) as string,
    });
  });
});

describe('a file that is far too large', () => {
  it('is refused before it is read', async () => {
    const path = join(folder, 'train-images-idx3-ubyte');
    await put('train-images-idx3-ubyte', images(20));
    // A hole: it takes no room on the disk.
    await truncate(path, (512 << 20) + 1);
    await expect(load({ source: 'mnist', path: '.' })).rejects.toMatchObject({
      code: 'data.too-large',
      message: expect.stringContaining(path) as string,
    });
  });
});

describe('CIFAR-10', () => {
  const batch = (first: number): Uint8Array => {
    const bytes = new Uint8Array(2 * 3073);
    bytes[0] = first;
    bytes[1] = 200 + first;
    return bytes;
  };

  it.each(['.', 'cifar-10-batches-bin'])('is read in order from %s', async (inner) => {
    await mkdir(join(folder, inner), { recursive: true });
    for (let n = 1; n <= 5; n++) await put(join(inner, `data_batch_${n}.bin`), batch(n));
    const data = await load({ source: 'cifar-10', path: '.' });
    expect(data).toMatchObject({ inputs: 3072, classes: 10, train: { count: 10 } });
    expect([...data.train.labels]).toEqual([1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
    expect(bytesOf(data.train)[2 * 3072]).toBe(202);
  });

  it('names the batch that is missing or cut off', async () => {
    for (let n = 1; n <= 4; n++) await put(`data_batch_${n}.bin`, batch(n));
    await expect(load({ source: 'cifar-10', path: '.' })).rejects.toThrow(/data_batch_5\.bin/);
    await put('data_batch_5.bin', batch(5).subarray(1));
    await expect(load({ source: 'cifar-10', path: '.' })).rejects.toMatchObject({ code: 'cifar.bad-size' });
  });
});

describe('CIFAR-100', () => {
  const records = (...fine: number[]): Uint8Array =>
    Buffer.concat(fine.map((label) => Uint8Array.of(19, label, ...new Uint8Array(3072).fill(label))));

  it.each(['.', 'cifar-100-binary'])('is read from %s by its fine labels', async (inner) => {
    await mkdir(join(folder, inner), { recursive: true });
    await put(join(inner, 'train.bin'), records(99, 0, 42));
    const data = await load({ source: 'cifar-100', path: '.' });
    expect(data).toMatchObject({ inputs: 3072, classes: 100, picture: [3, 32, 32], train: { count: 3 } });
    expect([...data.train.labels]).toEqual([99, 0, 42]);
    expect([3071, 3072, 6144].map((at) => bytesOf(data.train)[at])).toEqual([99, 0, 42]);
    await expect(load({ source: 'cifar-100', path: '.', validation: 0 })).rejects.toThrow(/test\.bin/);
    await put(join(inner, 'test.bin'), records(7));
    expect((await load({ source: 'cifar-100', path: '.', validation: 0 })).test?.count).toBe(1);
  });
});

describe('synthetic digits', () => {
  it('are written once as real IDX files, and again when one is cut off', async () => {
    const first = await load({ source: 'synthetic-digits' });
    expect(first).toMatchObject({ inputs: pixels, classes: 10, train: { count: 6000 } });
    const home = join(folder, '.sparsescope/data/synthetic-digits-v1-seed0');
    const names = (await readdir(home)).sort();
    expect(names).toEqual([
      'SHA256SUMS',
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    ]);
    const path = join(home, 'train-images-idx3-ubyte');
    const whole = await readFile(path);
    expect([...whole.subarray(0, 4)]).toEqual([0, 0, 8, 3]);
    const { mtimeMs } = await stat(path);
    expect((await load({ source: 'synthetic-digits' })).sha256).toBe(first.sha256);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
    await writeFile(path, whole.subarray(0, 1000));
    expect((await load({ source: 'synthetic-digits' })).sha256).toBe(first.sha256);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  it('are written again when a byte of them, or of their checksums, has changed', async () => {
    const { sha256 } = await load({ source: 'synthetic-digits' });
    const home = join(folder, '.sparsescope/data/synthetic-digits-v1-seed0');
    for (const name of ['train-images-idx3-ubyte', 't10k-labels-idx1-ubyte', 'SHA256SUMS']) {
      const path = join(home, name);
      const whole = await readFile(path);
      const changed = Uint8Array.from(whole);
      changed[changed.length - 3] ^= 1;
      await writeFile(path, changed);
      expect((await load({ source: 'synthetic-digits' })).sha256).toBe(sha256);
      expect((await readFile(path)).equals(whole)).toBe(true);
    }
    const sums = (await readFile(join(home, 'SHA256SUMS'), 'utf8')).trim().split('\n');
    for (const [sum, name] of sums.map((line) => line.split('  ')))
      expect(
        createHash('sha256')
          .update(await readFile(join(home, name)))
          .digest('hex'),
      ).toBe(sum);
  });

  it('are written again, with their checksums, where there are none', async () => {
    const { sha256 } = await load({ source: 'synthetic-digits' });
    const home = join(folder, '.sparsescope/data/synthetic-digits-v1-seed0');
    const sums = await readFile(join(home, 'SHA256SUMS'), 'utf8');
    await rm(join(home, 'SHA256SUMS'));
    const path = join(home, 'train-labels-idx1-ubyte');
    const changed = Uint8Array.from(await readFile(path));
    changed[changed.length - 1] ^= 1;
    await writeFile(path, changed);
    expect((await load({ source: 'synthetic-digits' })).sha256).toBe(sha256);
    expect(await readFile(join(home, 'SHA256SUMS'), 'utf8')).toBe(sums);
  });

  it('clear what a killed process left half written, and not what another one may be writing', async () => {
    const home = join(folder, '.sparsescope/data/synthetic-digits-v1-seed0');
    const [left, written] = ['.train-images-idx3-ubyte.0123456789ab.tmp', '.SHA256SUMS.ba9876543210.tmp'];
    await mkdir(home, { recursive: true });
    for (const name of [left, written]) await writeFile(join(home, name), 'half');
    const hoursAgo = new Date(Date.now() - 2 * 3600 * 1000);
    await utimes(join(home, left), hoursAgo, hoursAgo);
    await load({ source: 'synthetic-digits' });
    expect((await readdir(home)).filter((name) => name.startsWith('.'))).toEqual([written]);
    // Also where nothing is to be drawn.
    await utimes(join(home, written), hoursAgo, hoursAgo);
    await load({ source: 'synthetic-digits' });
    expect((await readdir(home)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('stop when cancelled while they are drawn, leaving no file', async () => {
    const stop = new AbortController();
    const drawing = loadData(dataWords({ source: 'synthetic-images', validation: 0.1 }), {
      root: folder,
      configFolders: [folder],
      signal: stop.signal,
    });
    setImmediate(() => stop.abort());
    await expect(drawing).rejects.toBeInstanceOf(RpcCancelled);
    expect(await readdir(join(folder, '.sparsescope/data/synthetic-images-v1-seed0'))).toEqual([]);
  });

  it('stop when cancelled before, leaving nothing', async () => {
    const cancelled = loadData(dataWords({ source: 'synthetic-digits', validation: 0.1 }), {
      root: folder,
      configFolders: [folder],
      signal: AbortSignal.abort(),
    });
    await expect(cancelled).rejects.toBeInstanceOf(RpcCancelled);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('synthetic images', () => {
  it('are written as IDX files of four axes, and standardised to mean 0 and deviation 1', async () => {
    const data = await load({ source: 'synthetic-images', validation: 0 });
    expect(data).toMatchObject({ inputs: 3072, classes: 10, train: { count: 6000 }, test: { count: 1000 } });
    const home = join(folder, '.sparsescope/data/synthetic-images-v1-seed0');
    expect((await readdir(home)).sort()).toEqual([
      'SHA256SUMS',
      't10k-images-idx4-ubyte',
      't10k-labels-idx1-ubyte',
      'train-images-idx4-ubyte',
      'train-labels-idx1-ubyte',
    ]);
    const { x } = await new Batches(data, split(data, 0, 1).train, 6000).batch(0);
    for (let c = 0; c < 3; c++) {
      let [sum, square] = [0, 0];
      for (let at = 0; at < x.length; at++) {
        if (Math.floor((at % 3072) / 1024) !== c) continue;
        sum += x[at];
        square += x[at] ** 2;
      }
      const count = 6000 * 1024;
      expect(sum / count).toBeCloseTo(0, 3);
      expect(square / count).toBeCloseTo(1, 2);
    }
  });
});

describe('files that are not there', () => {
  const told = (data: { source: NamedSource; path?: string; validation?: number }) =>
    missingFile({ validation: 0.1, ...data }, [folder]);
  const missing = (data: Parameters<typeof told>[0]) => told(data)?.details?.['names'];

  it('are found without reading any, in the words of the loading', async () => {
    expect(missing({ source: 'synthetic-digits' })).toBeUndefined();
    expect(missing({ source: 'synthetic-images' })).toBeUndefined();
    // A config without a path says so itself.
    expect(missing({ source: 'mnist' })).toBeUndefined();
    expect(missing({ source: 'mnist', path: '.' })).toContain('train-images.idx3-ubyte.gz');
    await put('train-images.idx3-ubyte', Uint8Array.of());
    expect(missing({ source: 'mnist', path: folder })).toContain('train-labels-idx1-ubyte');
    const before = told({ source: 'mnist', path: '.' });
    expect(before?.message).toMatch(/Download Data Set" in VS Code does, and they are at https:\/\/\S+mnist\/\.$/);
    await put('train-images.idx3-ubyte', images(20));
    await expect(load({ source: 'mnist', path: '.' })).rejects.toThrow(before?.message);
    await put('train-labels-idx1-ubyte.gz', Uint8Array.of());
    expect(missing({ source: 'mnist', path: '.' })).toBeUndefined();
    expect(missing({ source: 'mnist', path: '.', validation: 0 })).toContain('t10k-images-idx3-ubyte');
  });

  it('of CIFAR-10 are looked for where its archive unpacks too', async () => {
    await mkdir(join(folder, 'cifar-10-batches-bin'));
    for (const n of [1, 2, 3, 4]) await put(`data_batch_${n}.bin`, Uint8Array.of());
    expect(missing({ source: 'cifar-10', path: '.' })).toEqual(['data_batch_5.bin', 'data_batch_5.bin.gz']);
    await put('cifar-10-batches-bin/data_batch_5.bin', Uint8Array.of());
    expect(missing({ source: 'cifar-10', path: '.' })).toBeUndefined();
    expect(missing({ source: 'cifar-10', path: '.', validation: 0 })).toContain('test_batch.bin');
  });
});

describe('parts and batches', () => {
  const data: DataSet = {
    source: 'mnist',
    inputs: 2,
    picture: [1, 1, 2],
    classes: 10,
    sha256: '',
    train: {
      count: 103,
      values: Uint8Array.from({ length: 206 }, (_, i) => i),
      labels: Uint8Array.from({ length: 103 }, (_, i) => i % 10),
    },
  };

  it('hold out a share by the seed; no example is in both', () => {
    const { train, validation } = split(data, 0.1, 1);
    expect(validation.indices).toHaveLength(10);
    expect([...train.indices, ...validation.indices].sort((a, b) => a - b)).toEqual([...Array(103).keys()]);
    expect([...split(data, 0.1, 1).validation.indices]).toEqual([...validation.indices]);
    expect([...split(data, 0.1, 2).validation.indices]).not.toEqual([...validation.indices]);
  });

  it.each([0.999, 0.001, 0])('a share of %s that leaves a part empty is refused', (share) => {
    expect(() => split(data, share, 1)).toThrow(/data\.validation/);
  });

  it('standardise pixels and keep the last, smaller batch', async () => {
    const { train } = split(data, 0.1, 1);
    const batches = new Batches(data, train, 16);
    expect(batches.count).toBe(6);
    expect(batches.size(5)).toBe(13);
    const { x, labels: chosen, size } = await batches.batch(5);
    expect(size).toBe(13);
    const example = train.indices[80];
    expect(chosen[0]).toBe(example % 10);
    expect(x[0]).toBeCloseTo((2 * example) / 255 / 0.3081 - 0.1307 / 0.3081, 5);
    expect(x).toHaveLength(26);
  });

  it('are shuffled by seed and epoch alone, each example once', async () => {
    const batches = new Batches(data, split(data, 0.1, 1).train, 200);
    const order = async (seed: number, epoch: number): Promise<number[]> => [
      ...(await batches.shuffled(seed, epoch).batch(0)).labels,
    ];
    expect(await order(1, 0)).toEqual(await order(1, 0));
    expect(await order(1, 0)).not.toEqual(await order(1, 1));
    expect(await order(1, 0)).not.toEqual(await order(2, 0));
    expect((await order(1, 0)).sort()).toEqual([...(await batches.batch(0)).labels].sort());
  });

  it('standardise each channel by its own constants', async () => {
    const cifar: DataSet = {
      ...data,
      source: 'cifar-10',
      inputs: 3,
      picture: [3, 1, 1],
      train: { count: 2, values: Uint8Array.of(255, 255, 255, 0, 0, 0), labels: Uint8Array.of(1, 2) },
    };
    const { x } = await new Batches(cifar, { examples: cifar.train, indices: Uint32Array.of(0, 1) }, 2).batch(0);
    [0.5086 / 0.247, 0.5178 / 0.2435, 0.5535 / 0.2616, -0.4914 / 0.247].forEach((value, i) =>
      expect(x[i]).toBeCloseTo(value, 5),
    );
  });
});
