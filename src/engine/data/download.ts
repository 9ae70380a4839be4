/** Fetches a data set: streamed to a temporary name, bounded, checked against its checksum, then renamed. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { isSparseError } from '../../core/errors';
import { writeAtomically } from '../../formats/atomic-file';
import { cannotRead, gzipCorrupt, systemCode } from '../../formats/errors';
import { makeFolder } from '../../formats/make-folder';
import type { DataSetName } from '../../protocol/engine';
import { RpcCancelled } from '../../protocol/rpc';
import type { CallContext } from '../../protocol/rpc';
import * as errors from '../errors';
import type { Catalog, CatalogArchive, CatalogEntry } from './catalog';
import { catalog as published } from './catalog';

export interface Downloaded {
  /** Absolute paths. */
  files: string[];
  /** Together. */
  bytes: number;
}

/** A server that sends nothing for so long is taken for gone. */
const silence = 30_000;
const progressStep = 1 << 18;

/** Body of a URL, failing with one sentence when it cannot be had. */
const open = async (url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = (inner as { code?: unknown }).code;
    throw errors.noNetwork(url, typeof reason === 'string' ? reason : String(inner));
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw errors.downloadRefused(url, response.status);
  }
  return response.body as ReadableStream<Uint8Array>;
};

/** Chunks of a download, counted, bounded and hashed; the last step fails when the sum is wrong. */
async function* verified(
  { url, bytes, md5 }: CatalogEntry,
  signal: AbortSignal,
  advance: (count: number) => void,
): AsyncIterable<Uint8Array> {
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), silence);
  const both = AbortSignal.any([signal, quiet.signal]);
  const hash = createHash('md5');
  let received = 0;
  try {
    for await (const chunk of (await open(url, both)) as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), silence);
      received += chunk.byteLength;
      if (received > bytes) throw errors.downloadTooLarge(url, bytes);
      hash.update(chunk);
      advance(chunk.byteLength);
      yield chunk;
    }
  } catch (cause) {
    if (signal.aborted) throw new RpcCancelled();
    if (isSparseError(cause)) throw cause;
    throw errors.noNetwork(url, quiet.signal.aborted ? errors.words.silent : errors.words.brokeOff);
  } finally {
    clearTimeout(timer);
  }
  const found = hash.digest('hex');
  if (found !== md5) throw errors.downloadChecksum(url, md5, found);
}

/** What went wrong in unpacking: the compression, the disk, or else the archive inside the compression. */
const unpackError = (url: string, archive: string, cause: unknown): Error => {
  if (isSparseError(cause)) return cause;
  const code = systemCode(cause);
  if (code?.startsWith('Z_')) return gzipCorrupt(url);
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) ? cannotRead(archive, cause) : errors.archiveDamaged(url);
};

/**
 * Unpacks the listed entries of a verified archive into `folder`. Names come from the catalog, never from the archive,
 * so that no entry can be written elsewhere. @throws SparseError `engine.archive-*`, `gzip.corrupt`, `file.*`
 */
async function unpack(archive: string, entry: CatalogArchive, folder: string, signal: AbortSignal): Promise<string[]> {
  const wanted = new Map(entry.entries.map((item) => [item.path, item]));
  const written: string[] = [];
  const tar = extract();
  const unpacked = pipeline(createReadStream(archive), createGunzip(), tar, { signal });
  // Awaited below; a failure must not count as unhandled in the meantime.
  unpacked.catch(() => undefined);
  try {
    for await (const part of tar) {
      const item = wanted.get(part.header.name);
      if (!item) {
        part.resume();
        continue;
      }
      if (part.header.type !== 'file') throw errors.archiveEntry(entry.url, item.path, errors.words.notAFile);
      if (part.header.size !== item.bytes)
        throw errors.archiveEntry(entry.url, item.path, errors.words.wrongSize(part.header.size, item.bytes));
      wanted.delete(item.path);
      const target = join(folder, item.name);
      await writeAtomically(target, part as AsyncIterable<Uint8Array>);
      written.push(target);
    }
    await unpacked;
  } catch (cause) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    if (signal.aborted) throw new RpcCancelled();
    throw unpackError(entry.url, archive, cause);
  }
  if (wanted.size > 0) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw errors.archiveIncomplete(entry.url, [...wanted.keys()]);
  }
  return written;
}

/**
 * Downloads a data set into `directory`, which is made when it is not there. Nothing half-written stays behind.
 * @throws SparseError `engine.no-network`, `engine.download-*`, `engine.archive-*`, `file.*`; RpcCancelled
 */
export async function downloadDataSet(
  { name, directory }: { name: DataSetName; directory: string },
  context: CallContext,
  catalog: Catalog = published,
): Promise<Downloaded> {
  if (!Object.hasOwn(catalog, name)) throw errors.unknownDataSet(name, Object.keys(catalog));
  const { signal } = context;
  const entries = catalog[name];
  await makeFolder(directory);
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  let told = 0;
  const files: string[] = [];
  for (const entry of entries) {
    const label = entry.kind === 'file' ? entry.name : basename(new URL(entry.url).pathname);
    const advance = (count: number): void => {
      done += count;
      if (done - told < progressStep && done < total) return;
      told = done;
      context.progress({ done, total, message: label });
    };
    const chunks = verified(entry, signal, advance);
    if (entry.kind === 'file') {
      const target = join(directory, entry.name);
      await writeAtomically(target, chunks);
      files.push(target);
      continue;
    }
    const archive = join(directory, `.${label}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeAtomically(archive, chunks);
      files.push(...(await unpack(archive, entry, directory, signal)));
    } finally {
      await rm(archive, { force: true });
    }
  }
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { files, bytes: sizes.reduce((a, b) => a + b, 0) };
}
