/** NumPy's .npy files: one array, its header a Python dictionary, its values behind it (NEP 1). */
import type { ByteSource } from './byte-source';
import { decoder, dtypeBits } from './dtypes';
import type { Dtype, Numbers } from './dtypes';
import * as errors from './data-errors';

export interface NpyHeader {
  shape: number[];
  dtype: Dtype;
  /** As the file says it: `<f4`. */
  descr: string;
  /** Bytes before the first value. */
  offset: number;
}

/** Longer ones describe records, not numbers. */
const maxHeaderBytes = 1 << 16;

const dtypes: Readonly<Record<string, Dtype>> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '|u1': 'U8',
  '<u1': 'U8',
  '|i1': 'I8',
  '<i1': 'I8',
  '<u2': 'U16',
  '<i2': 'I16',
  '<u4': 'U32',
  '<i4': 'I32',
  '<u8': 'U64',
  '<i8': 'I64',
  '|b1': 'BOOL',
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const dictionary =
  /^\s*\{\s*'descr'\s*:\s*'([^'\\]{1,20})'\s*,\s*'fortran_order'\s*:\s*(True|False)\s*,\s*'shape'\s*:\s*\(([0-9,\sL]*)\)\s*,?\s*\}\s*$/;

/** `(3, 4)` without its parentheses; undefined when it is no tuple of lengths. */
function shapeOf(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const lengths = parts.map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : NaN));
  return lengths.every((length) => Number.isSafeInteger(length)) ? lengths : undefined;
}

/** @throws SparseError `npy.*`, `file.*`; the file is as long as its header says when none is thrown */
export async function readNpyHeader(file: ByteSource): Promise<NpyHeader> {
  const { name, size } = file;
  const start = await file.read(0, Math.min(size, 12));
  if (start.length < 10 || magic.some((byte, i) => start[i] !== byte)) throw errors.npyBadMagic(name);
  const version = start[6];
  if (version < 1 || version > 3) throw errors.npyVersion(name, version);
  const lengthBytes = version === 1 ? 2 : 4;
  if (size < 8 + lengthBytes) throw errors.npyTruncated(name, size, 8 + lengthBytes);
  let length = 0;
  for (let i = lengthBytes - 1; i >= 0; i--) length = length * 256 + start[8 + i];
  const offset = 8 + lengthBytes + length;
  if (offset > size) throw errors.npyTruncated(name, size, offset);
  if (length > maxHeaderBytes) throw errors.npyBadHeader(name, `of ${length} bytes`);
  const text = new TextDecoder('latin1').decode(await file.read(8 + lengthBytes, length));
  const found = dictionary.exec(text);
  const shape = found ? shapeOf(found[3]) : undefined;
  if (!found || !shape) throw errors.npyBadHeader(name, text.trim().slice(0, 80));
  const [, descr, fortran] = found;
  if (!Object.hasOwn(dtypes, descr))
    throw errors.npyDtype(name, descr, 'little-endian numbers', ".astype('<f4'), or .astype('<i8') for labels,");
  // One axis lies the same in both orders.
  if (fortran === 'True' && shape.length > 1) throw errors.npyFortran(name);
  const dtype = dtypes[descr];
  const needed = offset + (dtypeBits[dtype] / 8) * shape.reduce((product, axis) => product * axis, 1);
  if (!(needed <= size)) throw errors.npyTruncated(name, size, needed);
  if (needed < size) throw errors.npyTrailing(name, size, needed);
  return { shape, dtype, descr, offset };
}

export const bytesPerValue = ({ dtype }: Pick<NpyHeader, 'dtype'>): number => dtypeBits[dtype] / 8;

/** The values of an array's bytes; bytes stay bytes. */
export function npyValues({ dtype }: Pick<NpyHeader, 'dtype'>, bytes: Uint8Array): Uint8Array | Float32Array {
  if (dtype === 'U8') return bytes;
  return decoded(dtype, bytes, new Float32Array((8 * bytes.byteLength) / dtypeBits[dtype]));
}

/** As `npyValues`, whole numbers exact to 2^53. */
export const npyNumbers = ({ dtype }: Pick<NpyHeader, 'dtype'>, bytes: Uint8Array): Float64Array =>
  decoded(dtype, bytes, new Float64Array((8 * bytes.byteLength) / dtypeBits[dtype]));

function decoded<N extends Numbers>(dtype: Dtype, bytes: Uint8Array, into: N): N {
  // All that `dtypes` above has can be decoded.
  decoder(dtype)!(bytes, into, 0);
  return into;
}

/** What a file of this shape begins with, as numpy.save writes it. */
export function npyHeaderBytes(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Values begin at a multiple of 64.
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11) + '\n';
  const bytes = new Uint8Array(10 + padded.length);
  bytes.set(magic);
  bytes.set([1, 0, padded.length & 255, padded.length >> 8], 6);
  bytes.set(new TextEncoder().encode(padded), 10);
  return bytes;
}
