/** Any tensor as a matrix (first axis, all others): tiles of its mask and weights, read by range. */
import type { TileRange } from '../core/mask';
import * as errors from './errors';
import { elementCount } from './safetensors';
import type { SafetensorsFile, TensorEntry } from './safetensors';

/** The payload of one message to a webview. */
const maxTileBytes = 1 << 20;
/** Bytes read at once. */
const chunkBytes = 4 << 20;
/** Rows up to this long are read whole and cut in memory: one read costs more than the bytes it would save. */
const wholeRowBytes = 64 << 10;

/** A scalar is 1 x 1, a vector of n is n x 1. */
export const matrixShape = (shape: readonly number[]): { rows: number; columns: number } => ({
  rows: shape[0] ?? 1,
  columns: elementCount(shape.slice(1)),
});

/** The four numbers only: what came over a wire may carry more. */
const pick = ({ rowStart, rowEnd, columnStart, columnEnd }: TileRange): TileRange => ({
  rowStart,
  rowEnd,
  columnStart,
  columnEnd,
});

const checkRange = (entry: TensorEntry, range: TileRange): void => {
  const { rows, columns } = matrixShape(entry.shape);
  const within = (start: number, end: number, limit: number): boolean =>
    Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end && end <= limit;
  if (!within(range.rowStart, range.rowEnd, rows) || !within(range.columnStart, range.columnEnd, columns))
    throw errors.tileOutside(entry.name, rows, columns);
};

/**
 * Calls `visit` for each stretch of the range's rows: `row` and `column` count from the range's corner, the stretch
 * is `values[from, to)`. At most `chunkBytes` are read at once.
 */
async function eachStretch(
  file: SafetensorsFile,
  entry: TensorEntry,
  range: TileRange,
  visit: (row: number, column: number, values: Float64Array, from: number, to: number) => void,
): Promise<void> {
  const { columns } = matrixShape(entry.shape);
  const width = range.columnEnd - range.columnStart;
  const height = range.rowEnd - range.rowStart;
  if (width === 0 || height === 0) return;
  const elementBytes = (entry.end - entry.start) / elementCount(entry.shape);
  const rowBytes = columns * elementBytes;
  if (rowBytes <= wholeRowBytes) {
    const rowsAtOnce = Math.max(1, Math.floor(chunkBytes / rowBytes));
    for (let row = range.rowStart; row < range.rowEnd; row += rowsAtOnce) {
      const end = Math.min(range.rowEnd, row + rowsAtOnce);
      const first = row * columns + range.columnStart;
      const values = await file.readFloat64(entry, first, (end - 1) * columns + range.columnEnd);
      for (let r = row; r < end; r++) {
        const from = (r - row) * columns;
        visit(r - range.rowStart, 0, values, from, from + width);
      }
    }
    return;
  }
  const atOnce = Math.floor(chunkBytes / elementBytes);
  for (let row = range.rowStart; row < range.rowEnd; row++) {
    for (let column = range.columnStart; column < range.columnEnd; column += atOnce) {
      const end = Math.min(range.columnEnd, column + atOnce);
      const values = await file.readFloat64(entry, row * columns + column, row * columns + end);
      visit(row - range.rowStart, column - range.columnStart, values, 0, end - column);
    }
  }
}

/**
 * Which elements are not zero (NaN is not zero), as bits: row-major, least significant bit first, each row starting
 * on a byte. Reads the needed rows only.
 * @throws SparseError `tiles.outside`, `tiles.too-large` (over 1 MiB), `safetensors.not-decodable`, `file.*`
 */
export async function maskTile(
  file: SafetensorsFile,
  entry: TensorEntry,
  range: TileRange,
): Promise<TileRange & { bits: Uint8Array }> {
  checkRange(entry, range);
  const stride = Math.ceil((range.columnEnd - range.columnStart) / 8);
  const bytes = stride * (range.rowEnd - range.rowStart);
  if (bytes > maxTileBytes) throw errors.tileTooLarge(entry.name, bytes, maxTileBytes);
  const bits = new Uint8Array(bytes);
  await eachStretch(file, entry, range, (row, column, values, from, to) => {
    const start = row * stride;
    for (let i = from; i < to; i++) {
      const at = column + i - from;
      if (values[i] !== 0) bits[start + (at >> 3)] |= 1 << (at & 7);
    }
  });
  return { ...pick(range), bits };
}

/**
 * Elements as float64, row-major: exact for every decodable type up to 53 bits.
 * @throws as `maskTile`
 */
export async function valueTile(
  file: SafetensorsFile,
  entry: TensorEntry,
  range: TileRange,
): Promise<TileRange & { values: Float64Array }> {
  checkRange(entry, range);
  const width = range.columnEnd - range.columnStart;
  const count = width * (range.rowEnd - range.rowStart);
  const bytes = 8 * count;
  if (bytes > maxTileBytes) throw errors.tileTooLarge(entry.name, bytes, maxTileBytes);
  return { ...pick(range), values: await readRange(file, entry, range) };
}

/**
 * Weights in 8 bits: `values[i] * scale`, row-major. The scale is the tile's largest finite magnitude / 127, 0 when all
 * are zero. Off by at most `scale / 2`, except that what is not zero is never rounded to zero: then by less than
 * `scale`. Infinities become +-127, NaN becomes 0.
 * @throws as `maskTile`
 */
export async function weightTile(
  file: SafetensorsFile,
  entry: TensorEntry,
  range: TileRange,
): Promise<TileRange & { scale: number; values: Int8Array }> {
  checkRange(entry, range);
  const bytes = (range.columnEnd - range.columnStart) * (range.rowEnd - range.rowStart);
  if (bytes > maxTileBytes) throw errors.tileTooLarge(entry.name, bytes, maxTileBytes);
  const exact = await readRange(file, entry, range);
  let largest = 0;
  for (const value of exact) {
    const magnitude = Math.abs(value);
    if (magnitude > largest && magnitude < Infinity) largest = magnitude;
  }
  // Two steps, because the quotient of a subnormal magnitude would be zero.
  const scale = Math.max(largest / 127, largest > 0 ? Number.MIN_VALUE : 0);
  const values = new Int8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    const value = exact[i];
    if (value === 0 || Number.isNaN(value)) continue;
    const steps = scale === 0 ? 127 : Math.round(Math.abs(value) / scale);
    values[i] = Math.sign(value) * Math.max(1, Math.min(127, steps));
  }
  return { ...pick(range), scale, values };
}

/** The range's elements, row-major. */
async function readRange(file: SafetensorsFile, entry: TensorEntry, range: TileRange): Promise<Float64Array> {
  const width = range.columnEnd - range.columnStart;
  const exact = new Float64Array(width * (range.rowEnd - range.rowStart));
  await eachStretch(file, entry, range, (row, column, values, from, to) => {
    exact.set(values.subarray(from, to), row * width + column);
  });
  return exact;
}
