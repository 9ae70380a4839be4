/**
 * Reduction to bidiagonal form by way of a band, of matrices from some hundred rows and columns on: Bischof, Lang, Sun,
 * "A framework for symmetric band reduction" (2000); Grosser and Lang, "Efficient parallel reduction to bidiagonal
 * form" (1999).
 */
import { bandSize, bandStride, columnGroup, panelWidth, rowGroupBytes, triangleSize } from '../kernels/band';
import type { Kernels } from '../kernels/kernels';
import type { Parts } from '../parts';
import { kernelsOf, precisionOf, upTo } from './bidiagonal';
import type { Bidiagonal, Columns, Values } from './bidiagonal';

/** Groups of columns or of rows that a part brings up to date, and rows that it chases. */
const groupsAtATime = 32;

/** Ranges of at most `groupsAtATime`, in order. */
function* ranges(end: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < end; from += groupsAtATime) yield [from, Math.min(end, from + groupsAtATime)];
}

/**
 * What `bidiagonalise` gives, by other rotations. Almost all is products of matrices, which pass over the matrix once
 * for each 16 columns instead of once for each, and wait for each other as seldom; the band is made bidiagonal in one
 * thread.
 */
export function* bidiagonaliseByBand(own: Kernels, { values: a, rows, columns, stride }: Columns): Parts<Bidiagonal> {
  const precision = precisionOf(a);
  const make = (length: number): Values => own.room[precision](length).fill(0);
  const [panel, left, right, chase] = kernelsOf(own, precision, ['bandPanel', 'bandLeft', 'bandRight', 'bandChase']);
  const [height, width] = [upTo(rows, panelWidth), upTo(columns, panelWidth)];
  const [v, r, x, w] = [stride, height, stride, upTo(width, columnGroup)].map((length) => make(panelWidth * length));
  const [t, band] = [make(triangleSize), make(bandSize(width))];
  const from = (array: Values, i: number, j: number, step: number): Values => array.subarray(i + j * step);
  for (let k = 0; k < width; k += panelWidth) {
    const next = k + panelWidth;
    const onDiagonal = from(band, k, k, bandStride);
    panel(from(a, k, k, stride), 1, stride, v, r, t, onDiagonal, 1, bandStride, stride, height - k);
    const rest = width - next;
    if (rest === 0) break;
    const behind = from(a, k, next, stride);
    for (const range of ranges(Math.ceil(rest / columnGroup))) {
      left(behind, v, t, w, stride, height - k, rest, ...range);
      yield;
    }
    // The rows are the columns of the transpose.
    panel(behind, stride, 1, v, r, t, from(band, k, next, bandStride), bandStride, 1, stride, rest);
    const below = height - next;
    for (const range of ranges(Math.ceil((below * a.BYTES_PER_ELEMENT) / rowGroupBytes))) {
      right(from(a, next, next, stride), v, r, t, x, stride, below, rest, ...range);
      yield;
    }
  }
  for (let k = 0; k < columns; k += groupsAtATime) {
    chase(band, v, columns, k, Math.min(columns, k + groupsAtATime));
    yield;
  }
  return {
    diagonal: Float64Array.from({ length: columns }, (_, k) => band[k + k * bandStride]),
    superdiagonal: Float64Array.from({ length: columns - 1 }, (_, k) => band[k + (k + 1) * bandStride]),
  };
}
