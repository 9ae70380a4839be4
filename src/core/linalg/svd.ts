import { kernels } from '../kernels/current';
import { RentedRoom } from '../kernels/room';
import { matrixEmpty, matrixNonFinite, matrixSize, noConvergence } from '../errors';
import { finish } from '../parts';
import type { Parts } from '../parts';
import { bidiagonaliseByBand } from './band';
import { bidiagonalise, columnsIn } from './bidiagonal';
import type { Columns, Precision } from './bidiagonal';
import { bidiagonalValues } from './bidiagonal-values';

/** Rows and columns from which on a reduction by way of a band is quicker. */
const leastByBand = 384;

/**
 * Singular values, descending, min(rows, columns) of them, of a row-major rows x columns matrix, which is left as it
 * is. Householder bidiagonalisation in the given precision (Golub and Kahan 1965) and qd transforms in float64
 * (Fernando and Parlett 1994). Throws `linalg.empty`, `linalg.non-finite`, `linalg.size-mismatch`,
 * `linalg.no-convergence`.
 */
export const singularValues = (
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
  precision?: Precision,
): Float64Array<ArrayBuffer> => finish(singularValuesInParts(a, rows, columns, precision));

/** `singularValues`, the same bit for bit, in parts; `a` may change once the first part is done. Throws the same. */
export function* singularValuesInParts(
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
  precision: Precision = 'float64',
): Parts<Float64Array<ArrayBuffer>> {
  if (!(rows > 0 && columns > 0)) throw matrixEmpty(rows, columns);
  if (a.length !== rows * columns) throw matrixSize(rows, columns, a.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]);
    if (!(size <= Number.MAX_VALUE)) throw matrixNonFinite(Math.floor(i / columns), i % columns, a[i]);
    if (size > largest) largest = size;
  }
  const count = Math.min(rows, columns);
  if (largest === 0) return new Float64Array(count);

  // Scaled to a largest entry in [1, 2), by a power of two, which rounds nothing: squares neither overflow nor vanish.
  const exponent = Math.floor(Math.log2(largest));
  const room = new RentedRoom(kernels().room);
  const own = { ...kernels(), room };
  try {
    const tall = columnsIn(room, precision, Math.max(rows, columns), count);
    copyByColumns(a, rows, columns, exponent, tall);
    yield;
    const b = yield* (count < leastByBand ? bidiagonalise : bidiagonaliseByBand)(own, tall);
    if (!(yield* bidiagonalValues(own, b))) throw noConvergence(rows, columns);
    const [first, second] = powersOfTwo(exponent);
    return Float64Array.from(b.diagonal, (value) => value * first * second)
      .sort()
      .reverse();
  } finally {
    room.freeAll();
  }
}

/** Divided by 2^exponent, transposed if that makes it tall. */
function copyByColumns(
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
  exponent: number,
  { values: to, stride }: Columns,
): void {
  const [first, second] = powersOfTwo(-exponent);
  if (rows < columns) {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) to[r * stride + c] = a[r * columns + c] * first * second;
    return;
  }
  // In squares, so that lines of both stay in cache.
  for (let top = 0; top < rows; top += 16)
    for (let left = 0; left < columns; left += 16) {
      const [bottom, right] = [Math.min(rows, top + 16), Math.min(columns, left + 16)];
      for (let c = left; c < right; c++)
        for (let r = top; r < bottom; r++) to[c * stride + r] = a[r * columns + c] * first * second;
    }
}

/** 2^exponent in two factors: 2^1074 alone is no double. */
const powersOfTwo = (exponent: number): [number, number] => {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
};
