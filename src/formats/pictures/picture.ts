/** Pictures of files: their size by a look at the head, their values as a network takes them. */
import { isSparseError } from '../../core/errors';
import type { PictureSize } from '../../core/network';
import { openFile } from '../byte-source';
import type { ByteSource } from '../byte-source';
import { corruptPicture, reasons } from '../data-errors';
import { decodeJpeg, isJpeg, jpegFrame } from './jpeg';
import { decodePng, isPng, pngSize } from './png';
import type { Pixels } from './png';

/** A photograph of a good camera; larger ones are no examples. */
const maxPixels = 1 << 26;
const maxBytes = 64 << 20;
const headBytes = 4096;

interface Size {
  width: number;
  height: number;
}

/** What is made of every picture. */
export interface Shaping {
  channels: 3 | 1;
  /** Of the square that is cut out; without it a picture stays as it is. */
  size?: number | undefined;
}

export const sizeText = ({ width, height }: Size): string => `${width} x ${height}`;

/** The size that its header says, within bounds. @throws SparseError `picture.corrupt` */
function headerSize(file: string, bytes: Uint8Array): Size | undefined {
  if (!isPng(bytes) && !isJpeg(bytes)) throw corruptPicture(file, reasons.unknown);
  let size: Size | undefined;
  try {
    size = isPng(bytes) ? pngSize(bytes) : jpegFrame(bytes);
  } catch {
    throw corruptPicture(file, reasons.noHeader);
  }
  if (!size) return undefined;
  const { width, height } = size;
  if (width === 0 || height === 0) throw corruptPicture(file, reasons.noHeader);
  if (width * height > maxPixels) throw corruptPicture(file, reasons.tooLarge(width, height, maxPixels));
  return size;
}

const withFile = async <T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> => {
  const file = await openFile(path);
  try {
    if (file.size > maxBytes) throw corruptPicture(path, reasons.tooManyBytes(file.size));
    return await use(file);
  } finally {
    await file.close();
  }
};

/** Without decoding. @throws SparseError `picture.corrupt`, `file.*` */
export const pictureSize = (path: string): Promise<Size> =>
  withFile(path, async (file) => {
    // A JPEG may have a whole preview before its header.
    for (const length of [Math.min(headBytes, file.size), file.size]) {
      const size = headerSize(path, await file.read(0, length));
      if (size) return size;
    }
    throw corruptPicture(path, reasons.noHeader);
  });

async function pixelsOf(path: string, bytes: Uint8Array): Promise<Pixels> {
  const said = headerSize(path, bytes);
  if (!said) throw corruptPicture(path, reasons.noHeader);
  try {
    const pixels = isPng(bytes) ? decodePng(bytes) : await decodeJpeg(bytes);
    if (pixels.rgb.length === 0) throw new Error('nothing was decoded');
    return pixels;
  } catch (cause) {
    // What the decoders throw is of many kinds, all of them the file's fault.
    throw isSparseError(cause) ? cause : corruptPicture(path, reasons.damaged);
  }
}

/** Scaled by averaging over the area of each new pixel, the whole of it: no detail falls between two samples. */
function scaled({ width, height, rgb }: Pixels, to: Size): Float32Array {
  const across = new Float32Array(3 * to.width * height);
  const weigh = (from: number, into: number, use: (place: number, at: number, share: number) => void): void => {
    const ratio = from / into;
    for (let place = 0; place < into; place++) {
      const [begin, end] = [place * ratio, Math.min(from, (place + 1) * ratio)];
      for (let at = Math.floor(begin); at < end; at++)
        use(place, at, (Math.min(end, at + 1) - Math.max(begin, at)) / (end - begin));
    }
  };
  weigh(width, to.width, (x, at, share) => {
    for (let y = 0; y < height; y++)
      for (let c = 0; c < 3; c++) across[3 * (y * to.width + x) + c] += share * rgb[3 * (y * width + at) + c];
  });
  const result = new Float32Array(3 * to.width * to.height);
  weigh(height, to.height, (y, at, share) => {
    for (let i = 0; i < 3 * to.width; i++) result[3 * y * to.width + i] += share * across[3 * at * to.width + i];
  });
  return result;
}

/** The middle of a picture whose shorter side is brought to `size`. */
function squared(pixels: Pixels, size: number): Pixels {
  const { width, height } = pixels;
  if (width === size && height === size) return pixels;
  const ratio = size / Math.min(width, height);
  const to = { width: Math.max(size, Math.round(width * ratio)), height: Math.max(size, Math.round(height * ratio)) };
  const values = scaled(pixels, to);
  const [left, top] = [Math.floor((to.width - size) / 2), Math.floor((to.height - size) / 2)];
  const rgb = new Uint8Array(3 * size * size);
  for (let y = 0; y < size; y++)
    for (let i = 0; i < 3 * size; i++)
      rgb[3 * y * size + i] = Math.round(values[3 * ((y + top) * to.width + left) + i]);
  return { width: size, height: size, rgb };
}

/** (channels, height, width); grey by ITU-R BT.601. */
function planes({ width, height, rgb }: Pixels, channels: 3 | 1): Uint8Array {
  const places = width * height;
  const result = new Uint8Array(channels * places);
  for (let p = 0; p < places; p++) {
    const [r, g, b] = [rgb[3 * p], rgb[3 * p + 1], rgb[3 * p + 2]];
    if (channels === 1) result[p] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else {
      result[p] = r;
      result[places + p] = g;
      result[2 * places + p] = b;
    }
  }
  return result;
}

export interface Picture {
  size: PictureSize;
  values: Uint8Array;
}

/** @throws SparseError `picture.corrupt`, `picture.decoder-missing`, `file.*` */
export async function readPicture(path: string, { channels, size }: Shaping): Promise<Picture> {
  const bytes = await withFile(path, (file) => file.read(0, file.size));
  const read = await pixelsOf(path, bytes);
  const pixels = size === undefined ? read : squared(read, size);
  return { size: [channels, pixels.height, pixels.width], values: planes(pixels, channels) };
}
