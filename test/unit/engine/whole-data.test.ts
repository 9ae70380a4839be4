/** What `check` says of the files of data, beside what a run would say of them. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/types';
import { isSparseError } from '../../../src/core/errors';
import { loadData } from '../../../src/engine/data/load';
import { turnsOf } from '../../../src/engine/turns';
import { writeIdx } from '../../../src/formats/idx';
import { examineWhole } from '../../../src/formats/own-data';
import { RpcCancelled } from '../../../src/protocol/rpc';
import { jpeg, png } from '../formats/picture-files';
import { dataWords } from './data-words';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-whole-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
};
type Said = Partial<Config['data']> & Pick<Config['data'], 'source'>;
const words = (said: Said) => dataWords({ path: '.', ...said });
const examine = (said: Said, signal?: AbortSignal, tell: (done: number, total: number) => void = () => undefined) =>
  examineWhole(words(said), [folder], { turn: turnsOf({ signal }), tell });
const load = (said: Said) => loadData(words(said), { root: folder, configFolders: [folder] });
/** What a run says of them; nothing where it reads them. */
const refusal = (said: Said) =>
  load(said).then(
    () => undefined,
    (error: unknown) => {
      if (!isSparseError(error)) throw error;
      return { code: error.code, message: error.message };
    },
  );

const images = (n: number): Uint8Array => writeIdx([n, 28, 28], new Uint8Array(n * 784).fill(7));
const labels = (n: number, most = 9): Uint8Array =>
  writeIdx(
    [n],
    Uint8Array.from({ length: n }, (_, i) => i % (most + 1)),
  );
const mnist = { source: 'mnist' } as const;

/** Longer than what is read at once. */
const many = 6000;
const damages: [string, Uint8Array, Uint8Array, string][] = [
  ['truncated images', images(many).slice(0, -3), labels(many), 'idx.truncated'],
  ['trailing bytes', Buffer.concat([images(20), Uint8Array.of(1)]), labels(20), 'idx.trailing-bytes'],
  ['no bytes', new Uint8Array(0), labels(20), 'idx.bad-magic'],
  ['half a header', images(20).slice(0, 9), labels(20), 'idx.truncated'],
  ['wrong magic', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), labels(20), 'idx.bad-magic'],
  ['labels as images', labels(20), labels(20), 'data.shape'],
  ['images as labels', images(20), images(20), 'data.shape'],
  ['another number of labels', images(20), labels(19), 'data.counts-differ'],
  ['a label out of range', images(many), labels(many, 10), 'data.label-out-of-range'],
  ['a damaged gzip', gzipSync(images(20)).subarray(0, 60), labels(20), 'gzip.corrupt'],
];

describe('files of MNIST', () => {
  it.each(damages)('%s: the sentence of a run', async (_, imageBytes, labelBytes, code) => {
    await put('train-images-idx3-ubyte', imageBytes);
    await put('train-labels-idx1-ubyte', labelBytes);
    const said = await refusal(mnist);
    expect(said?.code).toBe(code);
    expect((await examine(mnist)).problem).toMatchObject(said!);
  });

  it('are counted, packed or not, and a number that is not that of the publication is told', async () => {
    for (const packed of [false, true]) {
      const name = (plain: string): string => (packed ? `packed/${plain}.gz` : plain);
      const bytes = (plain: Uint8Array): Uint8Array => (packed ? gzipSync(plain) : plain);
      await put(name('train-images-idx3-ubyte'), bytes(images(many)));
      await put(name('train-labels-idx1-ubyte'), bytes(labels(many)));
      const seen = await examine({ ...mnist, path: packed ? 'packed' : '.' });
      expect(seen.problem).toBeUndefined();
      expect(seen.facts).toMatchObject({ examples: many, tests: 10_000, picture: [1, 28, 28], classes: 10 });
      expect(seen.warnings).toMatchObject([
        {
          code: 'data.not-as-published',
          message: expect.stringContaining('6,000 examples to train with, not the 60,000') as string,
        },
      ]);
    }
  });

  it('to test with are looked at where they validate', async () => {
    await put('train-images-idx3-ubyte', images(60_000));
    await put('train-labels-idx1-ubyte', labels(60_000));
    expect(await examine(mnist)).toMatchObject({ warnings: [] });
    const validated = { ...mnist, validation: 0 };
    expect((await examine(validated)).problem?.code).toBe('data.file-missing');
    await put('t10k-images-idx3-ubyte', images(10));
    await put('t10k-labels-idx1-ubyte', labels(10, 10));
    expect(await examine(validated)).toMatchObject({ facts: { examples: 60_000, tests: 10 }, warnings: [{}] });
    await put('t10k-labels-idx1-ubyte', Buffer.concat([labels(10).slice(0, -1), Uint8Array.of(77)]));
    expect((await examine(validated)).problem).toMatchObject((await refusal(validated))!);
  });

  it('that are far too large are refused before they are read, and a gzip that unpacks to too much', async () => {
    await put('train-images-idx3-ubyte', images(20));
    await put('train-labels-idx1-ubyte', labels(20));
    // A hole: it takes no room on the disk.
    await truncate(join(folder, 'train-images-idx3-ubyte'), (512 << 20) + 1);
    expect((await examine(mnist)).problem?.code).toBe('data.too-large');
    await rm(join(folder, 'train-images-idx3-ubyte'));
    await put('train-images-idx3-ubyte.gz', gzipSync(new Uint8Array((512 << 20) + 1), { level: 1 }));
    expect((await examine(mnist)).problem?.code).toBe('gzip.too-large');
  });

  it('are left when that is cancelled', async () => {
    await put('train-images-idx3-ubyte', images(many));
    await put('train-labels-idx1-ubyte', labels(many));
    await expect(examine(mnist, AbortSignal.abort())).rejects.toBeInstanceOf(RpcCancelled);
  });
});

describe('files of CIFAR', () => {
  /** Longer than what is read at once, so that records lie across its edges. */
  const records = 3000;
  const batch = (labelBytes: number, change: (bytes: Uint8Array) => void = () => undefined): Uint8Array => {
    const bytes = new Uint8Array(records * (labelBytes + 3072));
    // No byte of a picture would do as a label.
    bytes.fill(255);
    for (let r = 0; r < records; r++) for (let k = 0; k < labelBytes; k++) bytes[r * (labelBytes + 3072) + k] = r % 10;
    change(bytes);
    return bytes;
  };

  it.each([1, 1500, 2999])('of ten classes: a label out of range in record %i', async (record) => {
    const cifar = { source: 'cifar-10' } as const;
    for (const n of [1, 2, 3, 4, 5]) await put(`data_batch_${n}.bin`, batch(1));
    expect(await examine(cifar)).toMatchObject({ facts: { examples: 5 * records, tests: 10_000 }, warnings: [{}] });
    const wrong = batch(1, (bytes) => (bytes[record * 3073] = 10));
    await put('data_batch_4.bin', wrong);
    const said = await refusal(cifar);
    expect(said?.code).toBe('cifar.bad-label');
    expect((await examine(cifar)).problem).toMatchObject(said!);
    await rm(join(folder, 'data_batch_4.bin'));
    await put('data_batch_4.bin.gz', gzipSync(wrong, { level: 1 }));
    expect((await examine(cifar)).problem?.message).toContain(`data_batch_4.bin.gz`);
  });

  it('of a hundred: both labels, and half a record', async () => {
    const cifar = { source: 'cifar-100' } as const;
    await put('cifar-100-binary/train.bin', batch(2));
    expect((await examine(cifar)).facts?.examples).toBe(records);
    for (const place of [0, 1]) {
      await put(
        'cifar-100-binary/train.bin',
        batch(2, (bytes) => (bytes[1800 * 3074 + place] = 100)),
      );
      const said = await refusal(cifar);
      expect(said?.message).toContain('1800');
      expect((await examine(cifar)).problem).toMatchObject(said!);
    }
    // Of the other set, and cut off.
    for (const other of [batch(1), batch(2).subarray(0, -1)]) {
      await put('cifar-100-binary/train.bin', other);
      const said = await refusal(cifar);
      expect(said?.code).toBe('cifar.bad-size');
      expect((await examine(cifar)).problem).toMatchObject(said!);
    }
  });
});

describe('a folder of pictures', () => {
  const pictures = { source: 'image-folder' } as const;
  const plain = (level: number, size = 4): Uint8Array => png(size, size, () => [level, level, level]);
  /** A whole header, and data that breaks off. */
  const broken = (): Uint8Array => plain(5, 40).subarray(0, 60);
  const fill = async (count: number): Promise<void> => {
    for (const name of ['cat', 'dog'])
      for (let i = 0; i < count; i++) await put(`${name}/${String(i).padStart(3, '0')}.png`, plain(i, 40));
  };

  it('is looked at to the last header', async () => {
    await fill(40);
    const told: string[] = [];
    const seen = await examine(pictures, undefined, (done, total) => told.push(`${done} of ${total}`));
    expect(seen).toEqual({
      facts: { inputs: 4800, picture: [3, 40, 40], classes: 2, examples: 80, tests: 0 },
      warnings: [],
    });
    expect([told.length, told.at(-1)]).toEqual([80, '80 of 80']);
    await put('dog/039.png', 'no picture');
    expect((await examine(pictures)).problem).toMatchObject((await refusal(pictures))!);
    const skipping = { ...pictures, onCorrupt: 'skip' } as const;
    expect(await examine(skipping)).toMatchObject({
      facts: { examples: 79 },
      warnings: [{ code: 'data.pictures-skipped', message: expect.stringContaining('039.png') as string }],
    });
    await put('dog/039.png', plain(1, 8));
    const said = await refusal(pictures);
    expect(said?.code).toBe('data.sizes-differ');
    expect((await examine(pictures)).problem).toMatchObject(said!);
    expect((await examine({ ...pictures, size: 16 })).problem).toBeUndefined();
  });

  it('has the first of each class decoded', async () => {
    await fill(2);
    await put('dog/000.png', broken());
    const said = await refusal(pictures);
    expect(said?.code).toBe('picture.corrupt');
    expect((await examine(pictures)).problem).toMatchObject(said!);
    const skipping = { ...pictures, onCorrupt: 'skip' } as const;
    expect(await examine(skipping)).toMatchObject({ facts: { examples: 3 }, warnings: [{}] });
    for (const name of ['cat/000', 'cat/001', 'dog/000', 'dog/001']) await put(`${name}.png`, broken());
    expect((await examine(skipping)).problem?.code).toBe('data.all-skipped');
  });

  it('has its test part looked at where it validates', async () => {
    await put('train/a/1.png', plain(1));
    await put('train/b/1.jpg', await jpeg(4, 4, () => [9, 9, 9]));
    await put('val/b/1.png', plain(3, 5));
    expect((await examine(pictures)).problem).toBeUndefined();
    const validated = { ...pictures, validation: 0 };
    expect((await examine(validated)).problem).toMatchObject((await refusal(validated))!);
  });

  it('is left when that is cancelled', async () => {
    await fill(2);
    await expect(examine(pictures, AbortSignal.abort())).rejects.toBeInstanceOf(RpcCancelled);
  });
});
