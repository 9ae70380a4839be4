/** Pictures as files, for tests: PNG and JPEG by the encoders that come with the decoders. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import encode, { init } from '@jsquash/jpeg/encode.js';
import { encode as encodePng } from 'fast-png';

export type Colour = (x: number, y: number) => readonly number[];

/** Samples (height, width, as many as `colour` gives). */
const samples = (width: number, height: number, colour: Colour): number[] =>
  Array.from({ length: width * height }, (_, p) => colour(p % width, Math.floor(p / width))).flat();

export const png = (width: number, height: number, colour: Colour, depth: 8 | 16 = 8): Uint8Array => {
  const data = (depth === 8 ? Uint8Array : Uint16Array).from(samples(width, height, colour));
  return encodePng({ width, height, data, depth, channels: data.length / (width * height) });
};

let ready: Promise<void> | undefined;
const start = async (): Promise<void> => {
  const binary = await readFile(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  await init({ wasmBinary: Uint8Array.from(binary).buffer, locateFile: (name: string) => name });
};

/** At the best quality: colours come back within a few levels. */
export async function jpeg(width: number, height: number, colour: Colour): Promise<Uint8Array> {
  await (ready ??= start());
  const data = new Uint8ClampedArray(samples(width, height, (x, y) => [...colour(x, y), 255]));
  return new Uint8Array(await encode({ width, height, data } as ImageData, { quality: 100 }));
}
