/**
 * Masks at one bit a weight: `NAME.bits` U8 (rows, ceil(columns / 8)), the bits of a row from its least significant on, each
 * row from a new byte on, spare bits 0, as numpy's `packbits(..., axis=1, bitorder='little')` has them. Rows are the
 * first axis of the weight, columns all others; `NAME.shape` in the metadata is the shape of the weight, as JSON.
 */
import { Mask } from '../core/mask';
import { packedBits, packedShape } from './errors';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from './safetensors';

export interface PackedMask {
  tensor: TensorToWrite;
  metadata: Record<string, string>;
}

/** `shape`: of the weight; its first axis by all others is the mask. */
export function packMask(name: string, shape: readonly number[], mask: Mask): PackedMask {
  const { rows, columns } = mask;
  const data = mask.tile({ rowStart: 0, rowEnd: rows, columnStart: 0, columnEnd: columns });
  return {
    tensor: { name: `${name}.bits`, dtype: 'U8', shape: [rows, Math.ceil(columns / 8)], data },
    metadata: { [`${name}.shape`]: JSON.stringify(shape) },
  };
}

/** @throws SparseError `masks.shape`, `masks.spare-bits`, `file.*` */
export async function unpackMask(
  file: SafetensorsFile,
  entry: TensorEntry,
  [rows, columns]: readonly [number, number],
): Promise<Mask> {
  const stride = Math.ceil(columns / 8);
  if (entry.dtype !== 'U8' || entry.shape.join() !== `${rows},${stride}`)
    throw packedShape(entry.name, `${entry.dtype} (${entry.shape.join(', ')})`, `U8 (${rows}, ${stride})`);
  const bits = await file.readBytes(entry);
  const mask = Mask.empty(rows, columns);
  const spare = 0xff & ~(columns % 8 === 0 ? 0xff : 2 ** (columns % 8) - 1);
  for (let r = 0; r < rows; r++) {
    if ((bits[(r + 1) * stride - 1] & spare) !== 0) throw packedBits(entry.name, r, columns);
    for (let byte = 0; byte < stride; byte++)
      mask.words[r * mask.wordsPerRow + (byte >>> 2)] |= bits[r * stride + byte] << (8 * (byte & 3));
  }
  return mask;
}
