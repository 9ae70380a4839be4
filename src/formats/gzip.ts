/** gzip with a bound: a few kilobytes can claim to be gigabytes. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { gzipCorrupt, gzipTooLarge, systemCode } from './errors';

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(gunzip);

/**
 * Unpacks gzip bytes; at most `maxBytes` are ever allocated for the result.
 * @throws SparseError `gzip.corrupt`, `gzip.too-large`
 */
export async function gunzipBounded(bytes: Uint8Array, maxBytes: number, name: string): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw systemCode(cause) === 'ERR_BUFFER_TOO_LARGE' ? gzipTooLarge(name, maxBytes) : gzipCorrupt(name);
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks what begins with gzip's magic bytes, passes everything else through. @throws as `gunzipBounded` */
export const maybeGunzip = (bytes: Uint8Array, maxBytes: number, name: string): Promise<Uint8Array> =>
  isGzip(bytes) ? gunzipBounded(bytes, maxBytes, name) : Promise.resolve(bytes);
