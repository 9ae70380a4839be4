import { mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/types';
import { Batches } from '../../../src/engine/data/batches';
import type { DataSet } from '../../../src/engine/data/data-set';
import { loadData } from '../../../src/engine/data/load';
import { forgetOldPictures } from '../../../src/engine/data/picture-caches';
import { examineData, examineWhole, lookAtData } from '../../../src/formats/own-data';
import { RpcCancelled } from '../../../src/protocol/rpc';
import type { Progress } from '../../../src/protocol/rpc';
import { jpeg, png } from '../formats/picture-files';
import { dataWords } from './data-words';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-folder-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  const file = join(folder, 'data', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
};
const plain = (level: number, size = 4): Uint8Array => png(size, size, () => [level, level, level]);
const words = (said: Partial<Config['data']> = {}) => dataWords({ source: 'image-folder', path: './data', ...said });
const look = (said?: Partial<Config['data']>) => lookAtData(words(said), [folder]);
const load = (said?: Partial<Config['data']>, signal?: AbortSignal) =>
  loadData(words(said), { root: folder, configFolders: [folder], ...(signal && { signal }) });
/** The first value of each example. */
const levels = ({ train, inputs }: DataSet): number[] =>
  Array.from({ length: train.count }, (_, i) => (train.values as Uint8Array)[i * inputs]);
const kept = async (): Promise<string[]> => (await readdir(join(folder, '.sparsescope/data'))).sort();

describe('a folder of pictures', () => {
  it('is read class by class, names sorted, other files left alone', async () => {
    await put('dog/b.png', plain(20));
    await put('dog/a.PNG', plain(10));
    await put('cat/z.jpeg', await jpeg(4, 4, () => [100, 100, 100]));
    await put('cat/notes.txt', 'no picture');
    await put('cat/.hidden.png', 'no picture either');
    await put('.cache/x.png', plain(1));
    await put('empty/readme.md', '');
    expect(await look()).toEqual({ inputs: 48, picture: [3, 4, 4], classes: 2, examples: 3, tests: 0 });
    const data = await load();
    expect(data).toMatchObject({ inputs: 48, picture: [3, 4, 4], classes: 2, names: ['cat', 'dog'] });
    expect([...data.train.labels]).toEqual([0, 1, 1]);
    const [cat, ...dogs] = levels(data);
    expect(Math.abs(cat - 100)).toBeLessThan(3);
    expect(dogs).toEqual([10, 20]);
    const { x } = await new Batches(data, { examples: data.train, indices: Uint32Array.of(1) }, 1).batch(0);
    expect(x[0]).toBeCloseTo((10 / 255 - 0.485) / 0.229, 5);
    expect(x[47]).toBeCloseTo((10 / 255 - 0.406) / 0.225, 5);
  });

  it('is probed by pictures of all classes, though it lies class by class', async () => {
    for (const [c, name] of ['a', 'b', 'c', 'd'].entries())
      for (let i = 0; i < 6; i++) await put(`${name}/${i}.png`, plain(10 * c + i));
    const data = await load();
    const all = { examples: data.train, indices: Uint32Array.from(data.train.labels.keys()) };
    const batches = new Batches(data, all, 24);
    expect([...(await batches.sample(4)).labels]).toEqual([0, 1, 2, 3]);
    // More than there are: all of them, in their order.
    expect((await batches.sample(99)).labels).toEqual((await batches.batch(0)).labels);
  });

  it('may have its parts as train and val or test', async () => {
    await put('train/a/1.png', plain(1));
    await put('train/b/1.png', plain(2));
    expect(await look()).toMatchObject({ classes: 2, examples: 2, tests: 0 });
    await expect(look({ validation: 0 })).rejects.toMatchObject({ code: 'data.no-test-pictures' });
    await put('test/b/1.png', plain(3));
    expect(await look({ validation: 0 })).toMatchObject({ examples: 2, tests: 1 });
    expect((await load({ validation: 0 })).test).toMatchObject({ count: 1, labels: Uint16Array.of(1) });
    await put('test/c/1.png', plain(3));
    await expect(look({ validation: 0 })).rejects.toMatchObject({ code: 'data.strange-class' });
  });

  it('may be laid out as Tiny ImageNet', async () => {
    await put('train/n02/images/n02_0.JPEG', await jpeg(4, 4, () => [0, 0, 0]));
    await put('train/n01/images/n01_0.JPEG', await jpeg(4, 4, () => [9, 9, 9]));
    await put('train/n01/n01_boxes.txt', 'n01_0.JPEG\t0\t0\t3\t3\n');
    await put('val/images/val_0.JPEG', await jpeg(4, 4, () => [0, 0, 0]));
    await put('val/images/val_1.JPEG', await jpeg(4, 4, () => [0, 0, 0]));
    await put('val/val_annotations.txt', 'val_0.JPEG\tn02\t0\t0\t3\t3\nval_1.JPEG\tn01\t0\t0\t3\t3\n');
    const data = await load({ validation: 0 });
    expect(data.names).toEqual(['n01', 'n02']);
    expect([...data.train.labels]).toEqual([0, 1]);
    // By class, as all pictures are.
    expect([...data.test!.labels]).toEqual([0, 1]);
    await put('val/val_annotations.txt', 'val_0.JPEG n02\n');
    await expect(load({ validation: 0 })).rejects.toMatchObject({ code: 'data.bad-annotation' });
  });

  it('is grey, or brought to a size, where that is asked for', async () => {
    await put(
      'a/1.png',
      png(6, 4, () => [255, 0, 0]),
    );
    await put(
      'b/1.png',
      png(4, 8, () => [0, 0, 0]),
    );
    expect(await look({ channels: 1, size: 2 })).toMatchObject({ inputs: 4, picture: [1, 2, 2] });
    expect(levels(await load({ channels: 1, size: 2 }))).toEqual([76, 0]);
  });

  it('with pictures of two sizes is refused with both', async () => {
    await put('a/1.png', plain(1));
    await put('b/1.png', plain(2, 5));
    await expect(load()).rejects.toMatchObject({
      code: 'data.sizes-differ',
      message: expect.stringMatching(/a.1\.png has 4 x 4 pixels, but .*b.1\.png 5 x 5/) as unknown,
    });
    await put('train/a/1.png', plain(1));
    await put('train/b/1.png', plain(2));
    await put('val/a/1.png', plain(2, 5));
    await expect(load({ validation: 0 })).rejects.toMatchObject({ code: 'data.sizes-differ' });
  });

  it('with a picture that cannot be read is refused with its name, or goes without it', async () => {
    await put('a/0.png', plain(5).subarray(0, 60));
    await put('a/1.png', plain(6));
    await put('b/1.png', plain(7));
    await expect(load()).rejects.toMatchObject({
      code: 'picture.corrupt',
      message: expect.stringMatching(/a.0\.png/) as unknown,
    });
    const data = await load({ onCorrupt: 'skip' });
    expect(levels(data)).toEqual([6, 7]);
    expect([...data.train.labels]).toEqual([0, 1]);
    expect(data.warnings?.map(({ code, message }) => [code, /a.0\.png/.test(message)])).toEqual([
      ['data.pictures-skipped', true],
    ]);
    // From what was kept the same.
    expect((await load({ onCorrupt: 'skip' })).warnings).toEqual(data.warnings);
    await put('a/1.png', '');
    await put('b/1.png', '');
    await expect(load({ onCorrupt: 'skip' })).rejects.toMatchObject({ code: 'data.all-skipped' });
  });

  it.each([
    ['no such folder', {}, 'data.no-classes'],
    ['pictures without classes', { '1.png': plain(1) }, 'data.no-classes'],
    ['one class', { 'a/1.png': plain(1) }, 'data.one-class'],
  ])('is refused with %s', async (_, files, code) => {
    for (const [path, bytes] of Object.entries(files)) await put(path, bytes);
    await expect(look()).rejects.toMatchObject({ code });
    await expect(load()).rejects.toMatchObject({ code });
  });
});

describe('folders without pictures', () => {
  const whole = async () => {
    const seen = await examineWhole(words(), [folder], { turn: () => Promise.resolve(), tell: () => undefined });
    return seen.warnings?.map(({ code, message }) => [code, message]);
  };

  it('beside those of the classes are told by name, to a check and to a run', async () => {
    for (const name of ['a', 'b']) await put(`train/${name}/1.png`, plain(1));
    expect([await whole(), (await load()).warnings]).toEqual([[], []]);
    for (const name of ['none', 'also']) await mkdir(join(folder, 'data/train', name));
    const [first, second] = ['also', 'none'].map((name) => join(folder, 'data/train', name));
    const message = `2 folders have no PNG or JPEG pictures and make no classes: ${first}, ${second}. Add some, or remove them.`;
    expect(await whole()).toEqual([['data.empty-class', message]]);
    expect((await load()).warnings).toMatchObject([{ code: 'data.empty-class', message }]);
  });

  it('may be those of other parts', async () => {
    for (const name of ['a', 'b']) await put(`${name}/1.png`, plain(1));
    for (const name of ['train', 'val', 'test', '.hidden']) await mkdir(join(folder, 'data', name));
    expect(await whole()).toEqual([]);
    await mkdir(join(folder, 'data/c'));
    expect(await whole()).toEqual([
      [
        'data.empty-class',
        `${join(folder, 'data/c')} has no PNG or JPEG pictures and makes no class. Add some, or remove the folder.`,
      ],
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('links that lead back to themselves', () => {
  const loop = async (path: string): Promise<string> => {
    const link = join(folder, path);
    await mkdir(dirname(link), { recursive: true });
    await symlink(basename(link), link);
    return link;
  };
  const told = { code: 'file.link-loop', message: expect.stringMatching(/links lead back .*Check where/) as string };

  it('are no matter of permission: of a class, of data.path', async () => {
    await put('a/1.png', plain(1));
    await put('b/1.png', plain(2));
    const link = await loop('data/c');
    await expect(look()).rejects.toMatchObject({ ...told, message: expect.stringContaining(link) as string });
    await loop('other');
    await expect(look({ path: './other' })).rejects.toMatchObject(told);
    await expect(look({ source: 'npy', path: './other' })).rejects.toMatchObject(told);
    for (const source of ['mnist', 'cifar-10'] as const) {
      await expect(load({ source, path: './other' })).rejects.toMatchObject(told);
      expect(await examineData(words({ source, path: './other' }), [folder])).toMatchObject({ problem: told });
    }
  });
});

describe('decoded pictures', () => {
  it('are kept, and made anew when a picture changes or they are cut off', async () => {
    await put('a/1.png', plain(1));
    await put('b/1.png', plain(2));
    const first = await load();
    const [name] = await kept();
    expect((await load()).sha256).toBe(first.sha256);
    expect(await kept()).toEqual([name]);
    await writeFile(join(folder, '.sparsescope/data', name, 'records.bin'), 'short');
    expect(levels(await load())).toEqual([1, 2]);
    await writeFile(join(folder, '.sparsescope/data', name, 'about.json'), '{');
    expect(levels(await load())).toEqual([1, 2]);
    const records = join(folder, '.sparsescope/data', name, 'records.bin');
    const bytes = await readFile(records);
    bytes[48] ^= 1;
    await writeFile(records, bytes);
    expect(levels(await load())).toEqual([1, 2]);
    await put('b/1.png', plain(3));
    await utimes(join(folder, 'data/b/1.png'), 5, 5);
    const second = await load();
    expect(levels(second)).toEqual([1, 3]);
    expect(second.sha256).not.toBe(first.sha256);
  });

  it('tell how far they are read through, by the pictures that are there', async () => {
    await put('a/0.png', plain(5).subarray(0, 60));
    await put('a/1.png', plain(1));
    await put('b/1.png', plain(2));
    const skipping = { onCorrupt: 'skip' } as const;
    await load(skipping);
    const told: Progress[] = [];
    const progress = (value: Progress): void => void told.push(value);
    await loadData(words(skipping), { root: folder, configFolders: [folder], progress });
    expect(told).toEqual([{ done: 0, total: 2, message: join('a', '1.png') }]);
  });

  it('are dropped when the decoding is cancelled', async () => {
    for (let i = 0; i < 20; i++) await put(`${i % 2 ? 'a' : 'b'}/${i}.png`, plain(i));
    const controller = new AbortController();
    const loading = load({}, controller.signal);
    setTimeout(() => controller.abort(), 2);
    await expect(loading).rejects.toThrow(RpcCancelled);
    for (const home of await kept().catch(() => []))
      expect(await readdir(join(folder, '.sparsescope/data', home))).toEqual([]);
  });
});

describe('decoded pictures of before', () => {
  it('are removed when there are too many bytes, the least recently used first, and none of the last day', async () => {
    const data = join(folder, '.sparsescope/data');
    const day = 24 * 3600 * 1000;
    const now = Date.now();
    const cache = async (name: string, days: number, files: string[]): Promise<void> => {
      await mkdir(join(data, name), { recursive: true });
      const at = new Date(now - days * day);
      for (const file of files) {
        await writeFile(join(data, name, file), new Uint8Array(100));
        await utimes(join(data, name, file), at, at);
      }
      await utimes(join(data, name), at, at);
    };
    await cache('pictures-old', 9, ['about.json', 'records.bin']);
    await cache('pictures-torn', 8, ['records.bin']);
    await cache('pictures-later', 3, ['about.json', 'records.bin']);
    await cache('pictures-today', 0.9, ['about.json', 'records.bin']);
    await cache('synthetic-digits', 99, ['about.json', 'records.bin']);
    await forgetOldPictures(data, 700, now);
    expect(await kept()).toHaveLength(5);
    await forgetOldPictures(data, 450, now);
    expect(await kept()).toEqual(['pictures-later', 'pictures-today', 'synthetic-digits']);
    await forgetOldPictures(data, 10, now);
    expect(await kept()).toEqual(['pictures-today', 'synthetic-digits']);
  });

  it('that are used again count as used today', async () => {
    await put('a/1.png', plain(1));
    await put('b/1.png', plain(2));
    await load();
    const [name] = await kept();
    const about = join(folder, '.sparsescope/data', name, 'about.json');
    await utimes(about, new Date(0), new Date(0));
    await load();
    await forgetOldPictures(join(folder, '.sparsescope/data'), 0);
    expect(await kept()).toEqual([name]);
    // Without that use they are what goes.
    await utimes(about, new Date(0), new Date(0));
    await forgetOldPictures(join(folder, '.sparsescope/data'), 0);
    expect(await kept()).toEqual([]);
  });
});
