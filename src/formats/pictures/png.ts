/** PNG files as bytes of red, green and blue. Only what the picture itself needs of a file reaches the decoder. */
import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode } from 'fast-png';
import type { DecodedPng } from 'fast-png';

export interface Pixels {
  width: number;
  height: number;
  /** (height, width, 3). */
  rgb: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Width and height, which stand at a fixed place; undefined when they do not. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const isHeader = bytes.length >= 26 && String.fromCharCode(...bytes.subarray(12, 16)) === 'IHDR';
  return isHeader ? { width: viewOf(bytes).getUint32(16), height: viewOf(bytes).getUint32(20) } : undefined;
}

const wanted = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);

/** A file's chunks that make up the picture: texts, profiles and times may be packed and unpack to anything. */
function* chunksOf(bytes: Uint8Array): Generator<{ type: string; whole: Uint8Array; data: Uint8Array }> {
  const view = viewOf(bytes);
  let at = signature.length;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('a chunk goes on beyond the end');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (wanted.has(type)) yield { type, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, at + 8 + length) };
    if (type === 'IEND') return;
    at = end;
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
};

/** Samples a pixel by colour type: grey, -, colours, palette, grey and alpha, -, colours and alpha. */
const samples = [1, 0, 3, 1, 2, 0, 4];

/** Grey samples of 1, 2 or 4 bits lie packed in rows of whole bytes. */
function unpackedGrey({ data, width, height, depth }: DecodedPng): Uint8Array {
  const row = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * row + (bit >> 3)];
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
  });
}

/** Opacity is dropped. @throws Error when the file is damaged */
export function decodePng(bytes: Uint8Array): Pixels {
  const chunks = [...chunksOf(bytes)];
  const { width, height } = pngSize(bytes)!;
  const [depth, colours] = [bytes[24], samples[bytes[25]] ?? 0];
  // Interlaced files have more rows, none longer.
  const raw = 2 * height * (1 + Math.ceil((width * depth * colours) / 8)) + 64;
  // What it unpacks to is bounded here, for the decoder has no bound of its own.
  inflateSync(joined(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)), { maxOutputLength: raw });
  const png = decode(joined([Uint8Array.from(signature), ...chunks.map(({ whole }) => whole)]));
  const [data, channels] = png.palette
    ? [convertIndexedToRgb(png), png.palette[0].length]
    : png.depth < 8
      ? [unpackedGrey(png), 1]
      : [png.data, png.channels];
  if (data.length < width * height * channels) throw new Error('there are fewer values than pixels');
  const step = png.depth === 16 ? 257 : 1;
  const rgb = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p++)
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = Math.round(data[p * channels + (channels < 3 ? 0 : c)] / step);
  return { width, height, rgb };
}
