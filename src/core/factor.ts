/** Any orthogonal matrix as a product of Givens rotations, so that it can be played as a sequence. */
import { notFinite, notOrthogonal } from './factor-errors';
import { finish } from './parts';
import type { Parts } from './parts';
import type { RotationSequence } from './rotation-sequence';
import { checkShape } from './shape';
import { orthogonalityErrorInParts } from './spectrum';

/** What is smaller is rounding of a zero; skipping all of a 4096 vector changes its length by less than 1e-27. */
const negligible = 2 ** -50;

export interface FactorRequest {
  /** Row-major, rows * columns. */
  weights: Float32Array | Float64Array;
  rows: number;
  columns: number;
  /** Largest max |G - I| taken for orthogonal. Default 1e-5 for float32, 1e-10 for float64. */
  tolerance?: number;
  /** Told after each vector: the share of the arithmetic that is done, were the matrix dense. */
  progress?: (share: number) => void;
}

export interface Factored {
  /** Its replay is the matrix, to the rounding of the matrix itself: 1e-12 for a product in double precision. */
  sequence: RotationSequence;
  /** max |G - I| of the input over its smaller Gram matrix. */
  orthogonalityError: number;
}

/**
 * The rotations of a rows x columns matrix with orthonormal shorter dimension, by QR with Givens rotations (Golub and
 * Van Loan, Matrix Computations, 5.2.5): each vector of the shorter dimension is turned into one axis, by rotations that
 * annihilate its other entries one by one; undone in reverse order they make the matrix. An orthogonal triangular matrix
 * is diagonal with entries 1 or -1: `signs`.
 *
 * Two choices that textbooks leave open keep sequences of sparse matrices short, and are the same for the same matrix:
 * vectors with few non-zeros go first, and each is turned into the free axis of its largest entry (`start`), so that a
 * permutation matrix has no rotation. At most axes * length rotations. The symbolic support of the replay holds the
 * non-zeros of the matrix, and may hold more: rotations that cancel are not seen by it. `seed` is 0.
 * Throws `factor.not-finite`, `factor.not-orthogonal`, `linalg.size-mismatch`, `shape.*`.
 */
export const factorOrthogonal = (p: FactorRequest): Factored => finish(factorOrthogonalInParts(p));

/** `factorOrthogonal`, the same bit for bit, in parts: one vector each. Throws the same. */
export function* factorOrthogonalInParts({
  weights,
  rows,
  columns,
  tolerance,
  progress,
}: FactorRequest): Parts<Factored> {
  checkShape(rows, columns);
  const strange = weights.findIndex((value) => !Number.isFinite(value));
  if (strange >= 0) throw notFinite(Math.floor(strange / columns), strange % columns, weights[strange]);
  const allowed = tolerance ?? (weights instanceof Float32Array ? 1e-5 : 1e-10);
  const orthogonalityError = yield* orthogonalityErrorInParts(weights, rows, columns);
  if (!(orthogonalityError <= allowed)) throw notOrthogonal(rows, columns, orthogonalityError, allowed);

  const entries = Math.min(rows, columns);
  // Stored float32 vectors are no more exact than that: smaller entries that fill in are rounding too.
  const zero = Math.max(negligible, orthogonalityError / Math.max(rows, columns));
  const order = fewestFirst(weights, rows, columns);
  const state = byAxis(weights, rows, columns, order);
  const undone: Undone = { first: [], second: [], angle: [] };
  const start = new Uint32Array(entries);
  const signs = new Int8Array(entries);
  const axes = Math.max(rows, columns);
  const taken = new Uint8Array(axes);
  for (let k = 0; k < entries; k++) {
    const axis = largestEntry(state, entries, k, taken);
    annihilate(state, entries, k, axis, { taken, zero, undone });
    taken[axis] = 1;
    start[order[k]] = axis;
    signs[order[k]] = state[axis * entries + k] < 0 ? -1 : 1;
    progress?.(1 - work(entries - k - 1, axes - entries) / work(entries, axes - entries));
    yield;
  }
  // What was undone last was done first, and turned the other way.
  const sequence: RotationSequence = {
    rows,
    columns,
    first: Uint32Array.from(undone.first.reverse()),
    second: Uint32Array.from(undone.second.reverse()),
    angle: Float64Array.from(undone.angle.reverse(), (angle) => -angle),
    lastUndone: false,
    seed: 0,
    start,
    signs,
  };
  return { sequence, orthogonalityError };
}

/** Multiplications of the last `left` vectors, in some unit: each has l entries left in l + spare free axes, l = 1 ... left. */
const work = (left: number, spare: number): number =>
  (left * (left + 1) * (2 * left + 1)) / 6 + (spare * left * (left + 1)) / 2;

/** The rotations that lead from the matrix back to where it begins, in that order. */
interface Undone {
  first: number[];
  second: number[];
  angle: number[];
}

/** The vectors of the shorter dimension, fewest non-zeros first; ties in their own order. */
function fewestFirst(weights: Float32Array | Float64Array, rows: number, columns: number): Uint32Array {
  const kept = new Uint32Array(Math.min(rows, columns));
  for (let r = 0, at = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) if (Math.abs(weights[at++]) > negligible) kept[rows <= columns ? r : c]++;
  return Uint32Array.from(kept, (_, k) => k).sort((a, b) => kept[a] - kept[b] || a - b);
}

/** One contiguous vector per axis, its entries in the order in which they are dealt with. */
function byAxis(weights: Float32Array | Float64Array, rows: number, columns: number, order: Uint32Array): Float64Array {
  const entries = order.length;
  const state = new Float64Array(weights.length);
  const [axisStride, entryStride] = rows <= columns ? [1, columns] : [columns, 1];
  for (let a = 0; a < Math.max(rows, columns); a++)
    for (let k = 0; k < entries; k++) state[a * entries + k] = weights[a * axisStride + order[k] * entryStride];
  return state;
}

/** The free axis where entry k is largest, the first of equals. */
function largestEntry(state: Float64Array, entries: number, k: number, taken: Uint8Array): number {
  let best = taken.indexOf(0);
  for (let a = best + 1; a < taken.length; a++)
    if (taken[a] === 0 && Math.abs(state[a * entries + k]) > Math.abs(state[best * entries + k])) best = a;
  return best;
}

/** Turns entry k of all other free axes into `axis`. Entries before k are done with and no longer looked at. */
function annihilate(
  state: Float64Array,
  entries: number,
  k: number,
  axis: number,
  { taken, zero, undone }: { taken: Uint8Array; zero: number; undone: Undone },
): void {
  const q = axis * entries;
  for (let a = 0; a < taken.length; a++) {
    const p = a * entries;
    if (a === axis || taken[a] === 1 || Math.abs(state[p + k]) <= zero) continue;
    const length = Math.hypot(state[q + k], state[p + k]);
    // Towards the nearer of 1 and -1: a turn of at most 90 degrees.
    const radius = state[q + k] < 0 ? -length : length;
    const cos = state[q + k] / radius;
    const sin = state[p + k] / radius;
    for (let e = k; e < entries; e++) {
      const x = state[q + e];
      const y = state[p + e];
      state[q + e] = cos * x + sin * y;
      state[p + e] = cos * y - sin * x;
    }
    undone.first.push(Math.min(a, axis));
    undone.second.push(Math.max(a, axis));
    // The other way round where the axis that stays is the second of the pair.
    undone.angle.push(axis < a ? Math.atan2(sin, cos) : -Math.atan2(sin, cos));
  }
}
