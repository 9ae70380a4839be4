/**
 * Reduction to bidiagonal form by way of a band, of matrices from some hundred rows and columns on: Bischof, Lang, Sun,
 * "A framework for symmetric band reduction" (2000); Grosser and Lang, "Efficient parallel reduction to bidiagonal
 * form" (1999).
 */
import { bandSize, bandStride, columnGroup, panelWidth, rowGroupBytes, triangleSize } from '../kernels/band';
import type { Kernels } from '../kernels/kernels';
import type { Parts } from '../parts';
import { upTo } from './bidiagonal';
import type { Bidiagonal, Columns, Values } from './bidiagonal';

/** Groups of columns or of rows that a part brings up to date, and rows that it chases. */
const together = 32;

/** Ranges of at most `together`, in order. */
function* ranges(end: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < end; from += together) yield [from, Math.min(end, from + together)];
}

/**
 * What `bidiagonalise` gives, by other rotations. Almost all is products of matrices, which pass over the matrix once
 * for each 16 columns instead of once for each, and wait for each other as seldom; the band is made bidiagonal in one
 * thread.
 */
export function* bidiagonaliseByBand(own: Kernels, { values: a, rows, columns, stride }: Columns): Parts<Bidiagonal> {
  const { room } = own;
  const single = a instanceof Float32Array;
  const make = (length: number): Values => room[single ? 'float32' : 'float64'](length).fill(0);
  // The arrays are all of the type of a.
  type Kernel = (...args: (Values | number)[]) => void;
  const kernel = (name: 'bandPanel' | 'bandLeft' | 'bandRight' | 'bandChase'): Kernel =>
    own[single ? (`${name}32` as const) : name] as Kernel;
  const [panel, left, right, chase] = (['bandPanel', 'bandLeft', 'bandRight', 'bandChase'] as const).map(kernel);
  const [height, width] = [upTo(rows, panelWidth), upTo(columns, panelWidth)];
  const [v, r, x, w] = [stride, height, stride, upTo(width, columnGroup)].map((length) => make(panelWidth * length));
  const [t, band] = [make(triangleSize), make(bandSize(width))];
  const from = (array: Values, i: number, j: number, step: number): Values => array.subarray(i + j * step);
  try {
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
    for (let k = 0; k < columns; k += together) {
      chase(band, v, columns, k, Math.min(columns, k + together));
      yield;
    }
    return {
      diagonal: Float64Array.from({ length: columns }, (_, k) => band[k + k * bandStride]),
      superdiagonal: Float64Array.from({ length: columns - 1 }, (_, k) => band[k + (k + 1) * bandStride]),
    };
  } finally {
    for (const array of [v, r, x, w, t, band]) room.free(array);
  }
}
