/** A file from its beginning to its end, unpacked, without holding it in memory. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isSparseError } from '../core/errors';
import type { ByteSource } from './byte-source';
import { gzipCorrupt, gzipTooLarge } from './errors';
import { isGzip } from './gzip';

/** Of a few megabytes: what is done with one of them holds nothing else up. */
export const chunkBytes = 4 << 20;

/** The bytes of a file from a place on, in order. @throws SparseError `file.*` */
export async function* chunksFrom(file: ByteSource, from = 0): AsyncGenerator<Uint8Array> {
  for (let at = from; at < file.size; at += chunkBytes) yield file.read(at, Math.min(chunkBytes, file.size - at));
}

/**
 * The bytes of a file, in order; unpacked where they begin with gzip's magic bytes, then at most `maxBytes` of them.
 * @throws SparseError `file.*`, `gzip.corrupt`, `gzip.too-large`
 */
export async function* unpackedChunks(file: ByteSource, maxBytes: number): AsyncGenerator<Uint8Array> {
  if (!isGzip(await file.read(0, Math.min(2, file.size)))) {
    yield* chunksFrom(file);
    return;
  }
  const unpack = createGunzip({ chunkSize: chunkBytes });
  // Whatever ends it is thrown where its chunks are read.
  pipeline(Readable.from(chunksFrom(file)), unpack, () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of unpack as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw gzipTooLarge(file.name, maxBytes);
      yield chunk;
    }
  } catch (cause) {
    throw isSparseError(cause) ? cause : gzipCorrupt(file.name);
  }
}
