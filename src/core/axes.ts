/**
 * The arithmetic of rotating axes whose zeros are known: supports are bitsets, a rotation ORs two of them and computes
 * only where the union has a bit. Zeros outside are exact by construction, never found by comparing floats.
 */
import { Mask, popcount } from './mask';

/** Where the entries of the axes of a rows x columns matrix lie. Entry k of axis a is values[a * axisStride + k * entryStride]. */
export interface AxisLayout {
  /** The larger dimension. */
  axes: number;
  /** Entries of an axis: the smaller dimension. */
  length: number;
  /** 32-bit words of one axis' support. */
  words: number;
  axisStride: number;
  entryStride: number;
}

const words = (length: number): number => Math.ceil(length / 32);

/** Axes lie one after the other: the fastest layout, and row-major when the axes are the rows. */
export function contiguousLayout(rows: number, columns: number): AxisLayout {
  const length = Math.min(rows, columns);
  return { axes: Math.max(rows, columns), length, words: words(length), axisStride: length, entryStride: 1 };
}

/** Axes as they lie in the row-major matrix: nothing to transpose, for showing a matrix after each rotation. */
export function rowMajorLayout(rows: number, columns: number): AxisLayout {
  const layout = contiguousLayout(rows, columns);
  return rows > columns ? layout : { ...layout, axisStride: 1, entryStride: columns };
}

/** Supports of the identity padded with zero axes (eoi.md 1.1): axis a < length holds entry a. */
export function identitySupports({ axes, length, words }: AxisLayout): Uint32Array {
  const supports = new Uint32Array(axes * words);
  for (let a = 0; a < length; a++) supports[a * words + (a >>> 5)] = 1 << (a & 31);
  return supports;
}

export function setIdentity(values: Float32Array | Float64Array, layout: AxisLayout): void {
  for (let a = 0; a < layout.length; a++) values[a * (layout.axisStride + layout.entryStride)] = 1;
}

/** ORs the supports of axes i and j into both; returns by how much the number of non-zeros grew. */
export function mergeSupports(supports: Uint32Array, words: number, i: number, j: number): number {
  let grown = 0;
  for (let p = i * words, q = j * words, end = p + words; p < end; p++, q++) {
    const before = supports[p];
    const other = supports[q];
    if (before === other) continue;
    const union = before | other;
    grown += popcount(before ^ union) + popcount(other ^ union);
    supports[p] = union;
    supports[q] = union;
  }
  return grown;
}

/**
 * One Givens rotation: a_i' = cos a_i + sin a_j, a_j' = -sin a_i + cos a_j (eoi.md 1.1), with the supports merged.
 * Computed in double precision, rounded once by the store.
 */
export function rotateAxes(
  values: Float32Array | Float64Array,
  supports: Uint32Array,
  layout: AxisLayout,
  i: number,
  j: number,
  angle: number,
): void {
  const { words, axisStride, entryStride } = layout;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let w = 0; w < words; w++) {
    const union = supports[i * words + w] | supports[j * words + w];
    if (union === 0) continue;
    supports[i * words + w] = union;
    supports[j * words + w] = union;
    const p = i * axisStride + 32 * w * entryStride;
    const q = j * axisStride + 32 * w * entryStride;
    for (let bits = union; bits !== 0; bits &= bits - 1) {
      const at = (31 - Math.clz32(bits & -bits)) * entryStride;
      const x = values[p + at];
      const y = values[q + at];
      values[p + at] = cos * x + sin * y;
      values[q + at] = cos * y - sin * x;
    }
  }
}

/** Copies contiguous axes that are columns into the row-major matrix `target` (all zero before), non-zeros only. */
export function scatterColumns(
  values: Float32Array | Float64Array,
  supports: Uint32Array,
  { axes, length, words }: AxisLayout,
  target: Float32Array | Float64Array,
): void {
  // Word by word over all axes: 32 rows of the target stay in cache while every axis gives them its entries.
  for (let w = 0; w < words; w++)
    for (let a = 0; a < axes; a++)
      for (let bits = supports[a * words + w] | 0; bits !== 0; bits &= bits - 1) {
        const entry = 32 * w + 31 - Math.clz32(bits & -bits);
        target[entry * axes + a] = values[a * length + entry];
      }
}

/** The mask of the matrix whose axes have these supports; always a copy. */
export function maskOfSupports(supports: Uint32Array, layout: AxisLayout, rows: number, columns: number): Mask {
  if (rows > columns) return new Mask(rows, columns, supports.slice());
  const mask = Mask.empty(rows, columns);
  const block = new Uint32Array(32);
  for (let a = 0; a < layout.axes; a += 32)
    for (let w = 0; w < layout.words; w++) {
      let any = 0;
      for (let k = 0; k < 32; k++) {
        block[k] = a + k < layout.axes ? supports[(a + k) * layout.words + w] : 0;
        any |= block[k];
      }
      if (any === 0) continue;
      transpose32(block);
      const height = Math.min(32, rows - 32 * w);
      for (let k = 0; k < height; k++) mask.words[(32 * w + k) * mask.wordsPerRow + (a >>> 5)] = block[k];
    }
  return mask;
}

/** Transposes a 32 x 32 bit matrix in place: swaps ever smaller off-diagonal blocks (Warren, Hacker's Delight, 7-3). */
function transpose32(block: Uint32Array): void {
  let ones = 0x0000ffff;
  for (let size = 16; size !== 0; size >>>= 1, ones ^= ones << size)
    for (let k = 0; k < 32; k = (k + size + 1) & ~size) {
      const swap = ((block[k] >>> size) ^ block[k + size]) & ones;
      block[k] ^= swap << size;
      block[k + size] ^= swap;
    }
}
