/**
 * Singular values of a bidiagonal matrix by implicit QR steps, the zero-shift kind where a shift would cost accuracy:
 * Demmel and Kahan, "Accurate singular values of bidiagonal matrices" (1990), whose section numbers are cited.
 */
import type { Parts } from '../parts';
import type { Bidiagonal } from './bidiagonal';

const epsilon = 2 ** -52;
/** Relative size at which an off-diagonal is as good as zero (4; LAPACK's choice of factor, eps^(-1/8)). */
const tolerance = epsilon * 2 ** (52 / 8);
/** What is smaller counts as zero: its square would underflow. The largest entry is expected near 1. */
const tiny = 1e-140;

/**
 * Replaces `b.diagonal` by the singular values, in no order. Returns false when they do not converge. Overwrites `b`. A
 * part is one sweep.
 */
export function* bidiagonalValues(b: Bidiagonal): Parts<boolean> {
  const { diagonal: d, superdiagonal: e } = b;
  let end = d.length - 1;
  // Some 2 to 3 sweeps a value are usual; 6 n is LAPACK's bound on their total length, in units of n.
  let rotationsLeft = 6 * d.length * d.length;
  let blockStart = -1;
  let blockEnd = -1;
  while (end > 0) {
    if (Math.abs(e[end - 1]) <= tiny) {
      e[end - 1] = 0;
      end--;
      continue;
    }
    const start = startOfBlock(e, end);
    if (start === end - 1) {
      [d[start], d[end]] = valuesOf2x2(d[start], e[start], d[end]);
      e[start] = 0;
      end--;
      continue;
    }
    if (start !== blockStart || end !== blockEnd) {
      // Chase from the large end to the small (3); turned around, B's transpose has the same singular values.
      if (Math.abs(d[start]) < Math.abs(d[end])) {
        d.subarray(start, end + 1).reverse();
        e.subarray(start, end).reverse();
      }
      [blockStart, blockEnd] = [start, end];
    }
    const smallest = deflate(d, e, start, end);
    if (smallest === undefined) continue;
    rotationsLeft -= end - start;
    if (rotationsLeft < 0) return false;
    const shift = chooseShift(d, e, start, end, smallest);
    if (shift === 0) zeroShiftSweep(d, e, start, end);
    else shiftedSweep(d, e, start, end, shift);
    yield;
  }
  for (let i = 0; i < d.length; i++) d[i] = Math.abs(d[i]);
  return true;
}

function startOfBlock(e: Float64Array, end: number): number {
  let start = end - 1;
  while (start > 0 && Math.abs(e[start - 1]) > tiny) start--;
  if (start > 0) e[start - 1] = 0;
  return start;
}

/**
 * Sets one negligible off-diagonal to zero and returns undefined; if there is none, returns a lower bound on the
 * block's smallest singular value, by the recurrence of (4).
 */
function deflate(d: Float64Array, e: Float64Array, start: number, end: number): number | undefined {
  if (Math.abs(e[end - 1]) <= tolerance * Math.abs(d[end])) {
    e[end - 1] = 0;
    return undefined;
  }
  let mu = Math.abs(d[start]);
  let smallest = mu;
  for (let i = start; i < end; i++) {
    const off = Math.abs(e[i]);
    if (off <= tolerance * mu) {
      e[i] = 0;
      return undefined;
    }
    mu = Math.abs(d[i + 1]) * (mu / (mu + off));
    smallest = Math.min(smallest, mu);
  }
  return smallest;
}

/** The smaller singular value of the last 2 x 2 block, or 0 where a shift would spoil tiny singular values (3). */
function chooseShift(d: Float64Array, e: Float64Array, start: number, end: number, smallest: number): number {
  let largest = Math.abs(d[end]);
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(d[i]), Math.abs(e[i]));
  if ((end - start + 1) * tolerance * (smallest / largest) <= Math.max(epsilon, 0.01 * tolerance)) return 0;
  const shift = valuesOf2x2(d[end - 1], e[end - 1], d[end])[1];
  const ratio = shift / Math.abs(d[start]);
  return ratio * ratio < epsilon ? 0 : shift;
}

/** Singular values, larger first, of the upper triangular [[f, g], [0, h]], each to nearly full relative accuracy. */
function valuesOf2x2(f: number, g: number, h: number): [number, number] {
  const off = Math.abs(g);
  const small = Math.min(Math.abs(f), Math.abs(h));
  const large = Math.max(Math.abs(f), Math.abs(h));
  if (small === 0) return [Math.max(large, off) * Math.sqrt(1 + ratioSquare(large, off)), 0];
  // sigma_1 sigma_2 = f h and (sigma_1 +- sigma_2)^2 = (|f| +- |h|)^2 + g^2, without cancellation.
  const plus = Math.hypot(large + small, off);
  const minus = Math.hypot(large - small, off);
  const first = (plus + minus) / 2;
  return [first, small * (large / first)];
}

const ratioSquare = (a: number, b: number): number => {
  const ratio = Math.min(a, b) / Math.max(a, b);
  return Number.isNaN(ratio) ? 0 : ratio * ratio;
};

/**
 * Length of (f, g), the r of a plane rotation; 0 for a tiny one. A square that has lost digits to underflow would give a
 * "rotation" that stretches, and spoil values near 1 that are rotated along.
 */
function radius(f: number, g: number): number {
  const square = f * f + g * g;
  return square > tiny * tiny ? Math.sqrt(square) : 0;
}

/** One QR step without a shift: no subtraction, so every singular value keeps its digits (3). */
function zeroShiftSweep(d: Float64Array, e: Float64Array, start: number, end: number): void {
  let cos = 1;
  let oldCos = 1;
  let oldSin = 0;
  for (let i = start; i < end; i++) {
    const f = d[i] * cos;
    let r = radius(f, e[i]);
    const sin = r === 0 ? 0 : e[i] / r;
    cos = r === 0 ? 1 : f / r;
    if (i > start) e[i - 1] = oldSin * r;
    const p = oldCos * r;
    const q = d[i + 1] * sin;
    r = radius(p, q);
    oldSin = r === 0 ? 0 : q / r;
    oldCos = r === 0 ? 1 : p / r;
    d[i] = r;
  }
  const last = d[end] * cos;
  d[end] = last * oldCos;
  e[end - 1] = last * oldSin;
}

/** One implicit-shift QR step (Golub and Van Loan 8.6.2): the bulge is chased from `start` to `end`. */
function shiftedSweep(d: Float64Array, e: Float64Array, start: number, end: number, shift: number): void {
  let f = (Math.abs(d[start]) - shift) * (Math.sign(d[start]) + shift / d[start]);
  let g = e[start];
  for (let i = start; i < end; i++) {
    let r = radius(f, g);
    let cos = r === 0 ? 1 : f / r;
    let sin = r === 0 ? 0 : g / r;
    if (i > start) e[i - 1] = r;
    f = cos * d[i] + sin * e[i];
    e[i] = cos * e[i] - sin * d[i];
    g = sin * d[i + 1];
    d[i + 1] *= cos;
    r = radius(f, g);
    cos = r === 0 ? 1 : f / r;
    sin = r === 0 ? 0 : g / r;
    d[i] = r;
    f = cos * e[i] + sin * d[i + 1];
    d[i + 1] = cos * d[i + 1] - sin * e[i];
    if (i < end - 1) {
      g = sin * e[i + 1];
      e[i + 1] *= cos;
    }
  }
  e[end - 1] = f;
}
