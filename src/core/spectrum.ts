/** What singular values say about a matrix, and how far it is from an isometry. */
import { matrixSize, noValues } from './errors';
import { eightDots } from './linalg/dots';
import { finish } from './parts';
import type { Parts } from './parts';
import { checkShape } from './shape';

/** Singular values in four figures. */
export interface Summary {
  min: number;
  mean: number;
  max: number;
  /** Singular values below 1e-6 of the largest; all of them when the largest is 0. */
  dead: number;
}

/** Throws `spectrum.empty`. */
export function summarise(values: Float64Array): Summary {
  if (values.length === 0) throw noValues();
  const max = values.reduce((a, b) => Math.max(a, b));
  return {
    min: values.reduce((a, b) => Math.min(a, b)),
    mean: values.reduce((a, b) => a + b) / values.length,
    max,
    dead: values.filter((value) => value < 1e-6 * max || max === 0).length,
  };
}

/** `isometric`: all singular values within 1e-5 of 1. `approximately-isometric`: within 0.1. */
export type Isometry = 'isometric' | 'approximately-isometric' | 'broken';

export function isometry({ min, max }: Pick<Summary, 'min' | 'max'>): Isometry {
  const deviation = Math.max(Math.abs(min - 1), Math.abs(max - 1));
  if (deviation <= 1e-5) return 'isometric';
  return deviation <= 0.1 ? 'approximately-isometric' : 'broken';
}

/** Up to this share of non-zeros, multiplying only them is faster than dense dot products. */
const sparseUpTo = 0.25;

/**
 * max |G - I| over the smaller Gram matrix G (W Wᵀ or Wᵀ W) of a row-major rows x columns matrix, in float64.
 * NaN or Infinity when W holds such values. Throws `shape.*`, `linalg.size-mismatch`.
 */
export const orthogonalityError = (w: Float32Array | Float64Array, rows: number, columns: number): number =>
  finish(orthogonalityErrorInParts(w, rows, columns));

/**
 * `orthogonalityError`, the same bit for bit, in parts: a row or two of the Gram matrix each; `progress` is told the
 * share that is done. Throws the same.
 */
export function* orthogonalityErrorInParts(
  w: Float32Array | Float64Array,
  rows: number,
  columns: number,
  progress?: (share: number) => void,
): Parts<number> {
  checkShape(rows, columns);
  if (w.length !== rows * columns) throw matrixSize(rows, columns, w.length);
  let nonZeros = 0;
  for (const value of w) if (value !== 0) nonZeros++;
  const parts =
    nonZeros <= sparseUpTo * w.length ? sparseError(w, rows, columns, nonZeros) : denseError(w, rows, columns);
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
    // Half of the matrix, a triangle.
    progress?.(1 - (1 - part.value / Math.min(rows, columns)) ** 2);
    yield;
  }
}

/** Non-zeros of W by vector: `across` = false takes rows, true takes columns. */
function compress(w: Float32Array | Float64Array, rows: number, columns: number, nonZeros: number, across: boolean) {
  const [vectors, length] = across ? [columns, rows] : [rows, columns];
  const [step, entryStep] = across ? [1, columns] : [columns, 1];
  const start = new Uint32Array(vectors + 1);
  const index = new Uint32Array(nonZeros);
  const value = new Float64Array(nonZeros);
  let at = 0;
  for (let v = 0; v < vectors; v++) {
    for (let k = 0; k < length; k++) {
      const entry = w[v * step + k * entryStep];
      if (entry === 0) continue;
      index[at] = k;
      value[at++] = entry;
    }
    start[v + 1] = at;
  }
  return { start, index, value };
}

/** Yields how many rows of the Gram matrix are done. */
type Rows = Generator<number, number, undefined>;

/** Row by row of the Gram matrix: vector i meets vector j only in the entries that both have (Gustavson 1978). */
function* sparseError(w: Float32Array | Float64Array, rows: number, columns: number, nonZeros: number): Rows {
  const tall = rows > columns;
  const vectors = compress(w, rows, columns, nonZeros, tall);
  const entries = compress(w, rows, columns, nonZeros, !tall);
  const count = Math.min(rows, columns);
  const gram = new Float64Array(count);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    gram.fill(0);
    for (let p = vectors.start[i]; p < vectors.start[i + 1]; p++) {
      const factor = vectors.value[p];
      const entry = vectors.index[p];
      for (let q = entries.start[entry + 1] - 1; q >= entries.start[entry] && entries.index[q] >= i; q--)
        gram[entries.index[q]] += factor * entries.value[q];
    }
    gram[i] -= 1;
    for (let j = i; j < count; j++) worst = farther(worst, gram[j]);
    yield i + 1;
  }
  return worst;
}

/** Dense dot products, two vectors with four at a time so that each loaded entry is used more than once. */
function* denseError(w: Float32Array | Float64Array, rows: number, columns: number): Rows {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  // Contiguous vectors, padded so that the last group is whole.
  const vectors = new Float64Array((count + 4) * length);
  if (rows <= columns) vectors.set(w);
  else
    // Some rows at a time, so that what is written next to each other stays in cache.
    for (let from = 0; from < rows; from += 32)
      for (let c = 0; c < columns; c++)
        for (let r = from; r < Math.min(rows, from + 32); r++) vectors[c * length + r] = w[r * columns + c];
  const dots = new Float64Array(8);
  let worst = 0;
  for (let i = 0; i < count; i += 2) {
    for (let j = i; j < count; j += 4) {
      eightDots(vectors, i * length, vectors, j * length, length, dots);
      for (let k = 0; k < 8; k++) {
        const [row, column] = [i + (k >> 2), j + (k & 3)];
        if (row < count && column < count) worst = farther(worst, row === column ? dots[k] - 1 : dots[k]);
      }
    }
    yield Math.min(i + 2, count);
  }
  return worst;
}

/** Like max(worst, |deviation|), but NaN stays NaN. */
const farther = (worst: number, deviation: number): number => {
  const size = Math.abs(deviation);
  return size > worst || Number.isNaN(size) ? size : worst;
};
