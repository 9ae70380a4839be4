import { matrixEmpty, matrixNonFinite, matrixSize, noConvergence } from '../errors';
import { finish } from '../parts';
import type { Parts } from '../parts';
import { bidiagonalise } from './bidiagonal';
import { bidiagonalValues } from './bidiagonal-values';

/**
 * Singular values, descending, min(rows, columns) of them, of a row-major rows x columns matrix, which is left as it is.
 * Float64 throughout; the error is a small multiple of 2^-52 times the largest singular value. Householder
 * bidiagonalisation and implicit QR (Golub and Kahan 1965; Demmel and Kahan 1990).
 * Throws `linalg.empty`, `linalg.non-finite`, `linalg.size-mismatch`, `linalg.no-convergence`.
 */
export const singularValues = (
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
): Float64Array<ArrayBuffer> => finish(singularValuesInParts(a, rows, columns));

/** `singularValues`, the same bit for bit, in parts; `a` may change once the first part is done. Throws the same. */
export function* singularValuesInParts(
  a: Float64Array | Float32Array,
  rows: number,
  columns: number,
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
  const tall = tallCopy(a, rows, columns, exponent);
  yield;
  const b = yield* bidiagonalise(tall, Math.max(rows, columns), count);
  if (!(yield* bidiagonalValues(b))) throw noConvergence(rows, columns);
  return Float64Array.from(b.diagonal, (value) => timesPowerOfTwo(value, exponent))
    .sort()
    .reverse();
}

/** A copy with at least as many rows as columns (transposed if need be), divided by 2^exponent. */
function tallCopy(a: Float64Array | Float32Array, rows: number, columns: number, exponent: number): Float64Array {
  const copy = new Float64Array(a.length);
  if (rows >= columns) {
    for (let i = 0; i < a.length; i++) copy[i] = timesPowerOfTwo(a[i], -exponent);
    return copy;
  }
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i++) copy[c * rows + r] = timesPowerOfTwo(a[i], -exponent);
  return copy;
}

/** In two factors: 2^1074 alone is no double. */
const timesPowerOfTwo = (value: number, exponent: number): number => {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
};
