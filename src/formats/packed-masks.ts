/**
 * Masks at one bit a weight: `NAME.bits` U8 (rows, ceil(columns / 8)), the bits of a row from its least significant on,
 * each row from a new byte on, spare bits 0, as numpy's `packbits(..., axis=1, bitorder='little')` has them. Rows are
 * the first axis of the weight, columns all others; `NAME.shape` in the metadata is the shape of the weight, as JSON.
 */
import { Mask } from '../core/mask';
import * as errors from './errors';
import { elementCount } from './safetensors';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from './safetensors';

const format = 'sparsescope.masks';
const version = '1';

export interface PackedMask {
  tensor: TensorToWrite;
  /** Of this mask, beside `packedMetadata`. */
  metadata: Record<string, string>;
}

/** What the metadata of every file of packed masks says. */
export const packedMetadata = { format, version } as const;

/** `shape`: of the weight; its first axis by all others is the mask. */
export function packMask(name: string, shape: readonly number[], mask: Mask): PackedMask {
  const { rows, columns } = mask;
  const data = mask.tile({ rowStart: 0, rowEnd: rows, columnStart: 0, columnEnd: columns });
  return {
    tensor: { name: `${name}.bits`, dtype: 'U8', shape: [rows, Math.ceil(columns / 8)], data },
    metadata: { [`${name}.shape`]: JSON.stringify(shape) },
  };
}

/**
 * The mask of the weight that has this shape. `entry`: its `NAME.bits`. The shape in the metadata is held against it
 * too: masks of 5 and of 6 columns have the same bytes.
 * @throws SparseError `masks.not-masks`, `masks.shape`, `masks.spare-bits`, `file.*`
 */
export async function unpackMask(
  file: SafetensorsFile,
  entry: TensorEntry,
  shape: readonly [number, ...number[]],
): Promise<Mask> {
  if (file.metadata['format'] !== format || file.metadata['version'] !== version) throw errors.packedFormat(file.name);
  const [rows, ...others] = shape;
  const columns = elementCount(others);
  const stride = Math.ceil(columns / 8);
  const found = form(entry, file.metadata[`${entry.name.slice(0, -'.bits'.length)}.shape`]);
  const expected = form({ dtype: 'U8', shape: [rows, stride] }, JSON.stringify(shape));
  if (found !== expected) throw errors.packedShape(file.name, entry.name, found, expected);
  const bits = await file.readBytes(entry);
  const mask = Mask.empty(rows, columns);
  const spare = 0xff & ~(columns % 8 === 0 ? 0xff : 2 ** (columns % 8) - 1);
  for (let r = 0; r < rows; r++) {
    if ((bits[(r + 1) * stride - 1] & spare) !== 0) throw errors.packedBits(file.name, entry.name, r, columns);
    for (let byte = 0; byte < stride; byte++)
      mask.words[r * mask.wordsPerRow + (byte >>> 2)] |= bits[r * stride + byte] << (8 * (byte & 3));
  }
  return mask;
}

const form = ({ dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>, packed: string | undefined): string =>
  // Other writers of JSON, Python's say, put spaces into lists.
  errors.packedForm(`${dtype} (${shape.join(', ')})`, packed?.replace(/\s+/g, ''));
