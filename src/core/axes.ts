/**
 * The arithmetic of rotating axes whose zeros are known: supports are bitsets, a rotation ORs two of them and computes
 * only where the union has a bit. Zeros outside are exact by construction, never found by comparing floats.
 */
import { Mask, popcount } from './mask';
import type { Beginning } from './rotation-sequence';

/**
 * Where the entries of the axes of a rows x columns matrix lie. Entry k of axis a is values[a * axisStride + k *
 * entryStride].
 */
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

/** Axes as they lie in the row-major matrix: nothing to move, for showing a matrix after each rotation. */
export function rowMajorLayout(rows: number, columns: number): AxisLayout {
  const length = Math.min(rows, columns);
  const [axisStride, entryStride] = rows > columns ? [columns, 1] : [1, columns];
  return { axes: Math.max(rows, columns), length, words: Math.ceil(length / 32), axisStride, entryStride };
}

/** 32 entries of every axis, axis after axis: small enough to stay in cache while all rotations pass over it. */
export const wordLayout = (axes: number): AxisLayout => ({
  axes,
  length: 32,
  words: 1,
  axisStride: 32,
  entryStride: 1,
});

/** Supports before the first rotation: one entry at each of `length` axes, by default the identity (eoi.md 1.1). */
export const firstSupports = (layout: SupportLayout, beginning: Beginning = {}): Uint32Array =>
  setFirstSupports(new Uint32Array(layout.axes * layout.words), layout, beginning);

type SupportLayout = Pick<AxisLayout, 'axes' | 'length' | 'words'>;

/** The same in an array of zeros, axes * words of them. */
export function setFirstSupports(
  supports: Uint32Array,
  { length, words }: SupportLayout,
  { start }: Beginning = {},
): Uint32Array {
  for (let k = 0; k < length; k++) supports[(start?.[k] ?? k) * words + (k >>> 5)] = 1 << (k & 31);
  return supports;
}

/** Writes the values before the first rotation; all others must be 0. */
export function setFirst(
  values: Float32Array | Float64Array,
  { length, axisStride, entryStride }: AxisLayout,
  { start, signs }: Beginning = {},
): void {
  for (let k = 0; k < length; k++) values[(start?.[k] ?? k) * axisStride + k * entryStride] = signs?.[k] ?? 1;
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
  layout: Pick<AxisLayout, 'words' | 'axisStride' | 'entryStride'>,
  i: number,
  j: number,
  cos: number,
  sin: number,
): void {
  const { words, axisStride, entryStride } = layout;
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

/** The mask of the row-major matrix whose axes have these supports; always a copy. */
export function maskOfSupports(supports: Uint32Array, layout: AxisLayout, rows: number, columns: number): Mask {
  if (rows > columns) return new Mask(rows, columns, supports.slice());
  const mask = Mask.empty(rows, columns);
  for (let w = 0; w < layout.words; w++) setMaskRows(mask, 32 * w, supports, layout.words, w);
  return mask;
}

/**
 * Sets up to 32 rows of a mask from `row` on, where the axes are the columns: bit k of supports[a * stride + offset]
 * is the entry of axis a in row + k.
 */
export function setMaskRows(mask: Mask, row: number, supports: Uint32Array, stride = 1, offset = 0): void {
  const block = new Uint32Array(32);
  const height = Math.min(32, mask.rows - row);
  for (let a = 0; a < mask.columns; a += 32) {
    const width = Math.min(32, mask.columns - a);
    let any = 0;
    for (let k = 0; k < 32; k++) {
      block[k] = k < width ? supports[(a + k) * stride + offset] : 0;
      any |= block[k];
    }
    if (any !== 0) transpose32(block);
    for (let k = 0; k < height; k++) mask.words[(row + k) * mask.wordsPerRow + (a >>> 5)] = block[k];
  }
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
