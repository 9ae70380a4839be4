import { kernels } from '../kernels/current';
import { matrixEmpty, matrixNonFinite, matrixSize, noConvergence } from '../errors';
import { finish } from '../parts';
import type { Parts } from '../parts';
import { bidiagonalise } from './bidiagonal';
import { bidiagonalValues } from './bidiagonal-values';

/** float64: errors of a small multiple of 2^-52 times the largest singular value; float32, in half the time: of 2^-23. */
type Precision = 'float64' | 'float32';

/**
 * Singular values, descending, min(rows, columns) of them, of a row-major rows x columns matrix, which is left as it is.
 * Householder bidiagonalisation in the given precision (Golub and Kahan 1965) and qd transforms in float64 (Fernando and
 * Parlett 1994). Throws `linalg.empty`, `linalg.non-finite`, `linalg.size-mismatch`, `linalg.no-convergence`.
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
  const own = kernels();
  const tall = own.room[precision](a.length);
  try {
    copyByColumns(a, rows, columns, exponent, tall);
    yield;
    const b = yield* bidiagonalise(own, tall, Math.max(rows, columns), count);
    if (!(yield* bidiagonalValues(b))) throw noConvergence(rows, columns);
    return Float64Array.from(b.diagonal, (value) => timesPowerOfTwo(value, exponent))
      .sort()
      .reverse();
  } finally {
    own.room.free(tall);
  }
}

/** Divided by 2^exponent, column after column, transposed if that makes it tall. */
function copyByColumns(
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
  exponent: number,
  to: Float64Array | Float32Array,
): void {
  const scale = 2 ** -exponent;
  const exact = Number.isFinite(scale) && scale > 0;
  const scaled = exact ? (x: number) => x * scale : (x: number) => timesPowerOfTwo(x, -exponent);
  if (rows < columns) {
    for (let i = 0; i < a.length; i++) to[i] = scaled(a[i]);
    return;
  }
  // In squares, so that lines of both stay in cache.
  for (let top = 0; top < rows; top += 16)
    for (let left = 0; left < columns; left += 16)
      for (let c = left; c < Math.min(columns, left + 16); c++)
        for (let r = top; r < Math.min(rows, top + 16); r++) to[c * rows + r] = scaled(a[r * columns + c]);
}

/** In two factors: 2^1074 alone is no double. */
const timesPowerOfTwo = (value: number, exponent: number): number => {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
};
