/**
 * Float64 matrices of the Hessian product: layers as matrices, and convolutions as such between rearrangements. All work is
 * in parts of about as many multiplications, whatever the sizes.
 */
import { outputSize, patchTable } from '../core/convolution';
import type { ConvLayer, PictureSize } from '../core/network';
import type { Parts } from '../core/parts';

/** (rows, columns), row-major. A row is an example, or a place of its picture. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** A layer's weights, (rows, columns) row-major; of groups one after the other, as they lie in a kernel. */
export interface Weights {
  rows: number;
  /** Of one group. */
  columns: number;
  groups: number;
  values: Float64Array;
}

/** Multiplications, or values moved, in one part: a few milliseconds. */
const partSize = 2 ** 21;

export const zeros = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: new Float64Array(rows * columns),
});

/** Calls `act` with one range after the other until `count`; one of `count` takes `each` multiplications. */
export function* inRanges(count: number, each: number, act: (from: number, to: number) => void): Parts<void> {
  const length = Math.max(1, Math.floor(partSize / each));
  for (let from = 0; from < count; from += length) {
    act(from, Math.min(count, from + length));
    yield;
  }
}

/**
 * Calls `act` for each row of x and each row of the weights: with the index of the pair in (x.rows, weights.rows), and
 * where the row of the weights and what it sees of the row of x begin.
 */
const eachPair = (
  x: Matrix,
  { rows, columns, groups }: Weights,
  act: (pair: number, row: number, seen: number) => void,
): Parts<void> =>
  inRanges(x.rows * rows, columns, (from, to) => {
    for (let pair = from; pair < to; pair++) {
      const r = pair % rows;
      act(pair, r * columns, ((pair - r) / rows) * x.columns + Math.floor((r * groups) / rows) * columns);
    }
  });

/** Of `length` entries of `a` from `i` and of `b` from `j` on; in four sums, none of which waits for another. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += a[i + k] * b[j + k];
    s1 += a[i + k + 1] * b[j + k + 1];
    s2 += a[i + k + 2] * b[j + k + 2];
    s3 += a[i + k + 3] * b[j + k + 3];
  }
  for (; k < length; k++) s0 += a[i + k] * b[j + k];
  return s0 + s1 + (s2 + s3);
}

/** `length` entries of `out` from `i` on += factor times those of `x` from `j` on. */
function addTimes(out: Float64Array, i: number, x: Float64Array, j: number, length: number, factor: number): void {
  for (let k = 0; k < length; k++) out[i + k] += factor * x[j + k];
}

/** out += x Wᵀ. out: (x.rows, W.rows). */
export function addForward(out: Matrix, x: Matrix, weights: Weights): Parts<void> {
  const { columns, values } = weights;
  const [from, to] = [x.values, out.values];
  return eachPair(x, weights, (pair, row, seen) => {
    to[pair] += dot(from, seen, values, row, columns);
  });
}

/** out += slope W. slope: (out.rows, W.rows). */
export function addBackward(out: Matrix, slope: Matrix, weights: Weights): Parts<void> {
  const { columns, values } = weights;
  const to = out.values;
  return eachPair(out, weights, (pair, row, seen) => {
    const factor = slope.values[pair];
    if (factor !== 0) addTimes(to, seen, values, row, columns, factor);
  });
}

/** W += slopeᵀ x, where there are weights: summed over the rows. */
export function addOuter(weights: Weights, slope: Matrix, x: Matrix): Parts<void> {
  const { columns, values } = weights;
  const from = x.values;
  return eachPair(x, weights, (pair, row, seen) => {
    const factor = slope.values[pair];
    if (factor !== 0) addTimes(values, row, from, seen, columns, factor);
  });
}

/** Values of each example at other places. */
export interface Rearrangement {
  /** For each value after it, which value of the example it is; -1 for 0. */
  table: Int32Array;
  /** Of one example, after it. */
  rows: number;
  columns: number;
}

export function* rearranged({ values }: Matrix, by: Rearrangement, examples: number): Parts<Matrix> {
  const { table, rows, columns } = by;
  const result = zeros(examples * rows, columns);
  const each = values.length / examples;
  yield* eachPlace(table, examples, (to, from, e) => (result.values[to] = values[e * each + from]));
  return result;
}

/** out += the gradient by what was rearranged. */
export function addBack(out: Matrix, slope: Matrix, { table }: Rearrangement, examples: number): Parts<void> {
  const each = out.values.length / examples;
  return eachPlace(table, examples, (at, place, e) => {
    out.values[e * each + place] += slope.values[at];
  });
}

/** Calls `act` for each value after a rearrangement that is not 0 by itself: its index, where it is from, its example. */
const eachPlace = (
  table: Int32Array,
  examples: number,
  act: (at: number, place: number, example: number) => void,
): Parts<void> =>
  inRanges(examples * table.length, 1, (from, to) => {
    let i = from % table.length;
    let e = (from - i) / table.length;
    for (let at = from; at < to; at++) {
      if (table[i] >= 0) act(at, table[i], e);
      if (++i === table.length) [i, e] = [0, e + 1];
    }
  });

/** A convolution is a linear layer between two of these: it looks at patches, and gives channel after channel. */
export function rearrangements(layer: ConvLayer, picture: PictureSize): [before: Rearrangement, after: Rearrangement] {
  const [, height, width] = outputSize(layer, picture);
  const places = height * width;
  const apart = Int32Array.from(
    { length: places * layer.out },
    (_, i) => (i % places) * layer.out + Math.floor(i / places),
  );
  return [
    { table: patchTable(layer, picture), rows: places, columns: layer.in * layer.kernel[0] * layer.kernel[1] },
    { table: apart, rows: 1, columns: places * layer.out },
  ];
}
