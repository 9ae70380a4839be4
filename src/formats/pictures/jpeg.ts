/** JPEG files as bytes of red, green and blue, by MozJPEG's decoder in WebAssembly. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import decode, { init } from '@jsquash/jpeg/decode.js';
import { decoderMissing } from '../data-errors';
import type { Pixels } from './png';

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Frame headers: baseline, extended, progressive, lossless and their kin, but not tables of codes (C4, C8, CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/**
 * Width, height and place of the first frame; undefined when `bytes` end before it.
 * @throws Error when they are no JPEG's
 */
export function jpegFrame(bytes: Uint8Array): { width: number; height: number; at: number } | undefined {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('a marker is missing');
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (isFrame(marker))
      return { height: bytes[at + 5] * 256 + bytes[at + 6], width: bytes[at + 7] * 256 + bytes[at + 8], at };
    else at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return undefined;
}

/** Whether the marker of an image's end comes after `from`. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at > from; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

const file = 'mozjpeg_dec.wasm';

/** Beside the bundle, or in the package when run from sources. */
function decoderPath(beside: string = __dirname): string {
  const own = join(beside, file);
  if (existsSync(own)) return own;
  try {
    const script = createRequire(join(beside, 'engine.js')).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
    return join(dirname(script), file);
  } catch {
    throw decoderMissing(own);
  }
}

let ready: Promise<void> | undefined;

const start = async (): Promise<void> => {
  const wasmBinary = readFileSync(decoderPath());
  await init({
    wasmBinary: wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.byteLength),
    locateFile: (name: string) => name,
    // The decoder's own words go nowhere: what it throws is told, with the file's name.
    print: () => undefined,
    printErr: () => undefined,
  });
};

/** @throws Error when the file is damaged; SparseError `picture.decoder-missing` */
export async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  // The decoder fills what is missing with grey, and says nothing.
  if (!hasEnd(bytes, jpegFrame(bytes)?.at ?? bytes.length)) throw new Error('the end is missing');
  await (ready ??= start());
  const decoded: unknown = await decode(bytes.slice().buffer).catch((cause: unknown) => {
    // What it left behind when it gave up is not gone on with.
    ready = undefined;
    throw cause;
  });
  const { width, height, data } = decoded as { width: number; height: number; data: Uint8ClampedArray };
  const rgb = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) rgb[3 * p + c] = data[4 * p + c];
  return { width, height, rgb };
}
