import { createHash } from 'node:crypto';
import type * as FileSystem from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Catalog, CatalogEntry } from '../../../src/engine/data/catalog';
import { catalog as published } from '../../../src/engine/data/catalog';
import { downloadDataSet } from '../../../src/engine/data/download';
import type { CallContext, Progress } from '../../../src/protocol/rpc';
import { RpcCancelled } from '../../../src/protocol/rpc';

/** In place of the next file that is read as a stream. */
let broken: Readable | undefined;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof FileSystem>();
  return { ...fs, createReadStream: (path: string): Readable => broken ?? fs.createReadStream(path) };
});

const served = new Map<string, { bytes: Uint8Array; hang?: boolean; cut?: boolean }>();
let server: Server;
let base: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const found = served.get(request.url ?? '');
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    if (!found.hang && !found.cut) {
      response.end(found.bytes);
      return;
    }
    response.writeHead(200, { 'content-length': String(found.bytes.length) });
    response.write(found.bytes.subarray(0, 10), () => {
      if (found.cut) response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sparsescope-download-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const context = (signal = new AbortController().signal, seen: Progress[] = []): CallContext => ({
  signal,
  progress: (value) => seen.push(value),
});

const file = (name: string, bytes: Uint8Array, change: Partial<CatalogEntry> = {}): CatalogEntry => {
  served.set(`/${name}`, { bytes });
  return {
    kind: 'file',
    name,
    url: `${base}/${name}`,
    bytes: bytes.length,
    md5: md5(bytes),
    ...change,
  } as CatalogEntry;
};

const get = (entries: CatalogEntry[], given = context()) =>
  downloadDataSet({ name: 'mnist', directory: folder }, given, {
    mnist: entries,
    'cifar-10': [],
    'cifar-100': [],
  } satisfies Catalog);

const content = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 31) % 251);

const archive = async (entries: { name: string; bytes?: Uint8Array; type?: 'symlink'; linkname?: string }[]) => {
  const tar = pack();
  for (const { name, bytes, type, linkname } of entries)
    if (type) tar.entry({ name, type, linkname: linkname! });
    else tar.entry({ name }, Buffer.from(bytes!));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
};

const packed = (
  name: string,
  bytes: Uint8Array,
  wanted: { path: string; name: string; bytes: number }[],
): CatalogEntry => ({
  ...file(name, bytes),
  kind: 'tar.gz',
  entries: wanted,
});

describe('downloading files', () => {
  it('writes what arrived and counts progress to the end', async () => {
    const seen: Progress[] = [];
    const [a, b] = [content(700_000), content(30)];
    const result = await get([file('a.gz', a), file('b.gz', b)], context(undefined, seen));
    expect(result).toEqual({ files: [join(folder, 'a.gz'), join(folder, 'b.gz')], bytes: 700_030 });
    expect(await readFile(join(folder, 'a.gz'))).toEqual(Buffer.from(a));
    expect(seen.at(-1)).toEqual({ done: 700_030, total: 700_030, message: 'b.gz' });
    expect(seen.every(({ done }, i) => i === 0 || done > seen[i - 1].done)).toBe(true);
  });

  it.each<[string, () => CatalogEntry, string]>([
    ['a wrong checksum', () => file('x', content(50), { md5: '0'.repeat(32) }), 'engine.download-checksum'],
    ['too many bytes', () => file('x', content(50), { bytes: 49 }), 'engine.download-too-large'],
    ['too few bytes', () => file('x', content(50), { bytes: 51, md5: md5(content(51)) }), 'engine.download-checksum'],
    ['status 404', () => ({ ...file('x', content(5)), url: `${base}/none` }), 'engine.download-refused'],
    ['nobody there', () => ({ ...file('x', content(5)), url: 'http://127.0.0.1:9/x' }), 'engine.no-network'],
    ['an unknown host', () => ({ ...file('x', content(5)), url: 'http://sparsescope.invalid/x' }), 'engine.no-network'],
  ])('%s: one sentence, nothing left behind', async (_, entry, code) => {
    await expect(get([entry()])).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });

  it('a connection that breaks off leaves nothing behind', async () => {
    const entry = file('cut', content(5000));
    served.set('/cut', { bytes: content(5000), cut: true });
    await expect(get([entry])).rejects.toMatchObject({ code: 'engine.no-network' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is cancelled while bytes arrive, leaving nothing behind', async () => {
    const entry = file('slow', content(300_000));
    served.set('/slow', { bytes: content(300_000), hang: true });
    const controller = new AbortController();
    const attempt = get([entry], context(controller.signal));
    server.once('request', () => setTimeout(() => controller.abort(), 20));
    await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('downloading an archive', () => {
  const wanted = [
    { path: 'set/one.bin', name: 'one.bin', bytes: 40 },
    { path: 'set/two.bin', name: 'two.bin', bytes: 70 },
  ];

  it('unpacks what is listed and nothing else', async () => {
    const bytes = await archive([
      { name: 'set/readme.html', bytes: content(5) },
      { name: 'set/one.bin', bytes: content(40) },
      { name: '../../escaped.bin', bytes: content(9) },
      { name: '/absolute.bin', bytes: content(9) },
      { name: 'set/two.bin', bytes: content(70) },
    ]);
    const result = await get([packed('set.tar.gz', bytes, wanted)]);
    expect(result.bytes).toBe(110);
    expect((await readdir(folder)).sort()).toEqual(['one.bin', 'two.bin']);
    expect(await readFile(join(folder, 'two.bin'))).toEqual(Buffer.from(content(70)));
  });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'a link under a wanted name',
      () =>
        archive([
          { name: 'set/one.bin', bytes: content(40) },
          { name: 'set/two.bin', type: 'symlink', linkname: '/etc/passwd' },
        ]),
      'engine.archive-entry',
    ],
    [
      'another size',
      () =>
        archive([
          { name: 'set/one.bin', bytes: content(40) },
          { name: 'set/two.bin', bytes: content(71) },
        ]),
      'engine.archive-entry',
    ],
    ['a missing entry', () => archive([{ name: 'set/one.bin', bytes: content(40) }]), 'engine.archive-incomplete'],
    ['no archive at all', () => Promise.resolve(content(500)), 'gzip.corrupt'],
    ['gzip that holds no tar', () => Promise.resolve(gzipSync(content(5000))), 'engine.archive-damaged'],
  ])('%s: refused, nothing left behind', async (_, make, code) => {
    await expect(get([packed('bad.tar.gz', await make(), wanted)])).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a disk that fails while unpacking', () => {
  it('is not taken for a damaged download', async () => {
    const bytes = await archive([{ name: 'set/one.bin', bytes: content(40) }]);
    const wanted = [{ path: 'set/one.bin', name: 'one.bin', bytes: 40 }];
    broken = new Readable({ read: () => broken?.destroy(Object.assign(new Error('bad'), { code: 'EIO' })) });
    await expect(get([packed('set.tar.gz', bytes, wanted)])).rejects.toMatchObject({
      code: 'file.read-failed',
      message: expect.stringContaining('EIO') as string,
    });
    broken = undefined;
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the catalog', () => {
  it('has https addresses, sizes and md5 sums only', () => {
    for (const entry of Object.values(published).flat()) {
      expect(entry.url).toMatch(/^https:\/\//);
      expect(entry.bytes).toBeGreaterThan(1000);
      expect(entry.md5).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('refuses names it does not have', async () => {
    for (const name of ['imagenet', 'constructor', '__proto__'])
      await expect(downloadDataSet({ name: name as 'mnist', directory: folder }, context())).rejects.toMatchObject({
        code: 'engine.unknown-data-set',
      });
  });
});
