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
  /** Told after each part: the share of the arithmetic that is done, were the matrix dense. */
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
 * Van Loan, Matrix Computations, 5.2.5): each vector of the shorter dimension is rotated into one axis, by rotations
 * that annihilate its other entries one by one; undone in reverse order they make the matrix. An orthogonal triangular
 * matrix is diagonal with entries 1 or -1: `signs`.
 *
 * Two choices that textbooks leave open keep sequences of sparse matrices short, and are the same for the same matrix:
 * vectors with few non-zeros go first, and each is rotated into the free axis of its largest entry (`start`), so that a
 * permutation matrix has no rotation. At most axes * length rotations. The symbolic support of the replay holds the
 * non-zeros of the matrix, and may hold more: rotations that cancel are not seen by it. `seed` is 0.
 * Throws `factor.not-finite`, `factor.not-orthogonal`, `linalg.size-mismatch`, `shape.*`.
 */
export const factorOrthogonal = (p: FactorRequest): Factored => finish(factorOrthogonalInParts(p));

/** `factorOrthogonal`, the same bit for bit, in parts: a vector, or a block of entries, each. Throws the same. */
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
  const checking = (share: number) => progress?.(checkShare * share);
  const orthogonalityError = yield* orthogonalityErrorInParts(weights, rows, columns, checking);
  if (!(orthogonalityError <= allowed)) throw notOrthogonal(rows, columns, orthogonalityError, allowed);

  const entries = Math.min(rows, columns);
  const axes = Math.max(rows, columns);
  // Stored float32 vectors are no more exact than that: smaller entries that fill in are rounding too.
  const zero = Math.max(negligible, orthogonalityError / axes);
  const order = fewestFirst(weights, rows, columns);
  yield;
  const state = yield* inBlocks(weights, rows, columns, order);
  const undone = new Turns();
  const start = new Uint32Array(entries);
  const signs = new Int8Array(entries);
  const taken = new Uint8Array(axes);
  for (let k = 0; k < entries; k++) {
    const at = placeOf(k, axes);
    const axis = largestEntry(state, at, taken);
    annihilate(state, at, axis, { taken, zero, undone });
    taken[axis] = 1;
    start[order[k]] = axis;
    signs[order[k]] = state[at + axis * width] < 0 ? -1 : 1;
    const left = entries - k - 1;
    if (k % width === width - 1 || left === 0) yield* turnLaterBlocks(state, at - (k % width), axes, undone);
    progress?.(left === 0 ? 1 : 1 - (1 - checkShare) * (work(left, axes - entries) / work(entries, axes - entries)));
    yield;
  }
  return {
    sequence: { rows, columns, ...undone.reversed(), lastUndone: false, seed: 0, start, signs },
    orthogonalityError,
  };
}

/** Of the time that a dense matrix takes, what goes to whether it is orthogonal: measured at 4096. */
const checkShare = 0.4;

/**
 * Multiplications of the last `left` vectors, in some unit: each has l entries left in l + spare free axes, l = 1 ...
 * left.
 */
const work = (left: number, spare: number): number =>
  (left * (left + 1) * (2 * left + 1)) / 6 + (spare * left * (left + 1)) / 2;

/**
 * Entries of a block: the rotations of so many vectors are found within it, then pass over each of the later blocks,
 * which stays in cache while they do. Each entry meets the same rotations in the same order as without blocks.
 */
const width = 32;

/** Place of entry k of axis 0; that of axis a is a * width further on. */
const placeOf = (k: number, axes: number): number => (k - (k % width)) * axes + (k % width);

/** Rotations in the order in which they lead from the matrix back to where it begins. */
class Turns {
  length = 0;
  /** Those before are done with: all later blocks have them. */
  passed = 0;
  /** The axis that stays, and the one whose entry goes to 0. */
  axis = new Uint32Array(1024);
  other = new Uint32Array(1024);
  cos = new Float64Array(1024);
  sin = new Float64Array(1024);

  push(axis: number, other: number, cos: number, sin: number): void {
    if (this.length === this.axis.length) this.grow();
    this.axis[this.length] = axis;
    this.other[this.length] = other;
    this.cos[this.length] = cos;
    this.sin[this.length++] = sin;
  }

  /** What was undone last was done first, and rotated the other way. */
  reversed(): Pick<RotationSequence, 'first' | 'second' | 'angle'> {
    const { length } = this;
    const [first, second, angle] = [new Uint32Array(length), new Uint32Array(length), new Float64Array(length)];
    for (let t = 0, from = length - 1; t < length; t++, from--) {
      const [axis, other] = [this.axis[from], this.other[from]];
      first[t] = Math.min(axis, other);
      second[t] = Math.max(axis, other);
      const undone = Math.atan2(this.sin[from], this.cos[from]);
      // The other way round where the axis that stays is the second of the pair.
      angle[t] = axis < other ? -undone : undone;
    }
    return { first, second, angle };
  }

  private grow(): void {
    const longer = <T extends Uint32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    const room = 2 * this.length;
    this.axis = longer(new Uint32Array(room), this.axis);
    this.other = longer(new Uint32Array(room), this.other);
    this.cos = longer(new Float64Array(room), this.cos);
    this.sin = longer(new Float64Array(room), this.sin);
  }
}

/** The vectors of the shorter dimension, fewest non-zeros first; ties in their own order. */
function fewestFirst(weights: Float32Array | Float64Array, rows: number, columns: number): Uint32Array {
  const kept = new Uint32Array(Math.min(rows, columns));
  for (let r = 0, at = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) if (Math.abs(weights[at++]) > negligible) kept[rows <= columns ? r : c]++;
  return Uint32Array.from(kept, (_, k) => k).sort((a, b) => kept[a] - kept[b] || a - b);
}

/**
 * Blocks of `width` entries, in the order in which they are dealt with, of every axis; the last is filled up with 0.
 */
function* inBlocks(
  weights: Float32Array | Float64Array,
  rows: number,
  columns: number,
  order: Uint32Array,
): Parts<Float64Array> {
  const axes = Math.max(rows, columns);
  const state = new Float64Array(Math.ceil(order.length / width) * width * axes);
  const [axisStride, entryStride] = rows <= columns ? [1, columns] : [columns, 1];
  for (let k = 0; k < order.length; k++) {
    const at = placeOf(k, axes);
    for (let a = 0; a < axes; a++) state[at + a * width] = weights[a * axisStride + order[k] * entryStride];
    if (k % width === width - 1) yield;
  }
  return state;
}

/** The free axis where the entry at `at` of axis 0 is largest, the first of equals. */
function largestEntry(state: Float64Array, at: number, taken: Uint8Array): number {
  let best = taken.indexOf(0);
  for (let a = best + 1; a < taken.length; a++)
    if (taken[a] === 0 && Math.abs(state[at + a * width]) > Math.abs(state[at + best * width])) best = a;
  return best;
}

/**
 * Turns that entry of all other free axes into `axis`, within its block. Entries before it are done with and no longer
 * looked at.
 */
function annihilate(
  state: Float64Array,
  at: number,
  axis: number,
  { taken, zero, undone }: { taken: Uint8Array; zero: number; undone: Turns },
): void {
  const left = width - (at % width);
  const q = at + axis * width;
  for (let a = 0; a < taken.length; a++) {
    const p = at + a * width;
    if (a === axis || taken[a] === 1 || Math.abs(state[p]) <= zero) continue;
    const length = Math.hypot(state[q], state[p]);
    // Towards the nearer of 1 and -1: a turn of at most 90 degrees.
    const radius = state[q] < 0 ? -length : length;
    const cos = state[q] / radius;
    const sin = state[p] / radius;
    turn(state, q, p, left, cos, sin);
    undone.push(axis, a, cos, sin);
  }
}

function turn(state: Float64Array, q: number, p: number, length: number, cos: number, sin: number): void {
  for (let e = 0; e < length; e++) {
    const x = state[q + e];
    const y = state[p + e];
    state[q + e] = cos * x + sin * y;
    state[p + e] = cos * y - sin * x;
  }
}

/** Passes the rotations of the block that begins at `block` over those after it, one in each part. */
function* turnLaterBlocks(state: Float64Array, block: number, axes: number, undone: Turns): Parts<void> {
  const { axis, other, cos, sin, length, passed } = undone;
  for (let later = block + width * axes; later < state.length; later += width * axes) {
    for (let t = passed; t < length; t++)
      turn(state, later + axis[t] * width, later + other[t] * width, width, cos[t], sin[t]);
    yield;
  }
  undone.passed = length;
}
