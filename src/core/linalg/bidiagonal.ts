/** Reduction to bidiagonal form: Golub and Kahan 1965; Golub and Van Loan, Matrix Computations, 5.4.8. */
import { panelWidth } from '../kernels/band';
import { groupsBehind } from '../kernels/bidiagonal';
import type { KernelFunctions, Kernels } from '../kernels/kernels';
import type { Room } from '../kernels/room';
import type { Parts } from '../parts';
import { reflector } from './householder';

export interface Bidiagonal {
  /** n values. */
  diagonal: Float64Array;
  /** n - 1 values above the diagonal. */
  superdiagonal: Float64Array;
}

/**
 * float64: errors of a small multiple of 2^-52 times the largest singular value; float32, in half the time: of 2^-23.
 */
export type Precision = 'float64' | 'float32';

export type Values = Float32Array | Float64Array;

/** A matrix that lies column after column, rows >= columns >= 1. */
export interface Columns {
  values: Values;
  rows: number;
  columns: number;
  /** Values from one column to the next. Between and behind them there are zeros. */
  stride: number;
}

/** Bytes of a line of the cache, and of what kernels compute at once of a column. */
const [line, stretch] = [64, 32];
const bytesOf = { float32: 4, float64: 8 };
/** What is smaller beside a largest entry near 1 counts as zero, as it does for `bidiagonalValues`. */
const tiny = { float32: 1e-30, float64: 1e-140 };

export const upTo = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

export const precisionOf = (values: Values): Precision => (values instanceof Float32Array ? 'float32' : 'float64');

/** Of a kernel for each precision that of one: all its arrays are of that type. */
export type KernelOf = (...args: (Values | number)[]) => void;
type PairedName = 'bandPanel' | 'bandLeft' | 'bandRight' | 'bandChase' | 'bidiagonalStep' | 'bidiagonalColumn';

export const kernelsOf = (own: KernelFunctions, precision: Precision, names: readonly PairedName[]): KernelOf[] =>
  names.map((name) => own[precision === 'float32' ? (`${name}32` as const) : name] as KernelOf);

/** Room for a matrix, with any content but for the zeros. */
export function columnsIn(room: Room, precision: Precision, rows: number, columns: number): Columns {
  const bytes = bytesOf[precision];
  // An odd number of lines: neighbours do not compete for the same places of the cache.
  const stride = ((Math.ceil((upTo(rows, panelWidth) * bytes) / line) | 1) * line) / bytes;
  const values = room[precision](stride * upTo(columns, panelWidth));
  for (let j = 0; j < columns; j++) values.fill(0, j * stride + rows, (j + 1) * stride);
  values.fill(0, columns * stride);
  return { values, rows, columns, stride };
}

/**
 * Upper bidiagonal B = Uᵀ A V of a matrix of `columnsIn`, largest entry near 1, which it overwrites. A part is one
 * column. What it takes of the kernels' room is for the caller to give back.
 *
 * A step of the textbook passes over the matrix four times. Here the update of a step is delayed into the pass of the
 * next one, and both products of a step are made in that same pass: see core/kernels/bidiagonal.ts.
 */
export function* bidiagonalise(own: Kernels, { values: a, rows, columns, stride }: Columns): Parts<Bidiagonal> {
  const precision = precisionOf(a);
  const make = (length: number): Values => own.room[precision](length).fill(0);
  const [height, width] = [upTo(rows, stretch / bytesOf[precision]), upTo(columns, 4)];
  // Pending update: A -= v wᵀ + z uᵀ, from the step before.
  let [v, nextV, w, nextW, u, row] = [stride, stride, width, width, width, width].map(make);
  const [z, y] = [make(stride), make(stride * groupsBehind(0, width)[1])];
  const [step, column] = kernelsOf(own, precision, ['bidiagonalStep', 'bidiagonalColumn']);
  const diagonal = new Float64Array(columns);
  const superdiagonal = new Float64Array(Math.max(0, columns - 1));
  for (let k = 0; k < columns; k++) {
    // What it had two steps before.
    nextV.fill(0, Math.max(0, k - 2), k);
    for (let i = k; i < rows; i++) nextV[i] = a[k * stride + i] - v[i] * w[k] - z[i] * u[k];
    const left = reflector(nextV, k);
    diagonal[k] = left.beta;
    if (k === columns - 1) break;
    const groups = groupsBehind(k, width);
    step(a, v, z, nextV, w, u, nextW, row, y, left.tau, height, stride, k, width, ...groups);
    [v, nextV, w, nextW, u, row] = [nextV, v, nextW, w, row, u];

    const { beta, tau, pivot } = reflector(u, k + 1, tiny[precision]);
    superdiagonal[k] = beta;
    let along = 0;
    for (let j = k + 1; j < columns; j++) along += w[j] * u[j];
    // A u, of which y has all but the first column, before it was divided by the pivot.
    column(a, v, z, y, tau, pivot, along, height, stride, k, width);
    yield;
  }
  return { diagonal, superdiagonal };
}
