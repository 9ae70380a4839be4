/**
 * Singular values of a bidiagonal matrix by differential quotient-difference transforms with shifts (dqds), which keep
 * the relative accuracy of each value at one division a row, and no root: Fernando and Parlett, "Accurate singular
 * values and differential qd algorithms" (1994); Parlett and Marques, "An implementation of the dqds algorithm
 * (positive case)" (2000).
 */
import type { Kernels } from '../kernels/kernels';
import { traced, trifle } from '../kernels/qd';
import type { Parts } from '../parts';
import type { Bidiagonal } from './bidiagonal';

const epsilon = 2 ** -52;
/** Square of the relative size at which what is above the diagonal is as good as zero (LAPACK's choice). */
const tolerance = (100 * epsilon) ** 2;
/** What is smaller counts as zero: its square would underflow. The largest entry is expected near 1. */
const tiny = 1e-140;
/** Rows that may be transformed, in units of the square of their number: 1 is usual, 5 where the values cluster. */
const mostWork = 100;

/** Rows of a matrix, whose singular values squared are those looked for less `shift`. */
interface Block {
  /** Squares of its entries, of row k on the diagonal at 2 k and behind it at 2 k + 1; none behind the last. */
  squares: Float64Array;
  start: number;
  /** Included. */
  end: number;
  shift: number;
  /** What rounding took off `shift`. */
  rest: number;
  /** None of the squares is larger. */
  most: number;
}

/** Arrays of the kernels' room. */
interface Scratch {
  own: Kernels;
  /** As of a block: one of both has its squares, the other what is made of them. */
  squares: Float64Array;
  other: Float64Array;
  told: Float64Array;
}

/** What two transforms tell of the matrix that they made. */
interface Trace {
  /** The second one's remainders in the last row, the one before and the one before that. */
  last: readonly [number, number, number];
  /** The least of all rows, of all but the last, of all but the last two: bounds from above on the least square. */
  least: readonly [number, number, number];
  /** Whether it may fall apart before the last two rows. */
  loose: boolean;
}

/**
 * Replaces `diagonal` by the singular values, in no order. Returns false when they do not converge. A part is two
 * transforms. What it takes of the kernels' room is for the caller to give back.
 */
export function* bidiagonalValues(own: Kernels, { diagonal, superdiagonal }: Bidiagonal): Parts<boolean> {
  const n = diagonal.length;
  const [squares, other, told] = [2 * n, 2 * n, traced.size].map((length) => own.room.float64(length).fill(0));
  const scratch: Scratch = { own, squares, other, told };
  let most = 0;
  for (let k = 0; k < n; k++) {
    squares[2 * k] = diagonal[k] * diagonal[k];
    if (k < n - 1 && Math.abs(superdiagonal[k]) > tiny) squares[2 * k + 1] = superdiagonal[k] * superdiagonal[k];
    most += squares[2 * k] + squares[2 * k + 1];
  }
  const blocks: Block[] = [];
  let start = 0;
  for (let end = 0; end < n; end++) {
    if (squares[2 * end + 1] > 0) continue;
    // Without squares, which may underflow, where there is a formula.
    if (end === start) diagonal[end] = Math.abs(diagonal[end]);
    else if (end === start + 1)
      [diagonal[start], diagonal[end]] = valuesOf2x2(diagonal[start], superdiagonal[start], diagonal[end]);
    else blocks.push({ squares, start, end, shift: 0, rest: 0, most });
    start = end + 1;
  }
  let workLeft = mostWork * n * n;
  for (let block = blocks.pop(); block; block = blocks.pop()) {
    const rows = block.end - block.start + 1;
    const spare = block.squares === squares ? other : squares;
    const parts = valuesOfBlock(block, { ...scratch, other: spare }, diagonal, blocks);
    while (!parts.next().done) {
      workLeft -= rows;
      if (workLeft < 0) return false;
      yield;
    }
  }
  return true;
}

/** Writes the singular values of `block`, but for those of what splits off, which is put among `blocks`. */
function* valuesOfBlock(block: Block, scratch: Scratch, values: Float64Array, blocks: Block[]): Parts<void> {
  turn(block);
  let { other } = scratch;
  let trace: Trace | undefined;
  for (;;) {
    const before = block.end;
    while (block.end >= block.start && deflate(block, values));
    if (block.end < block.start) return;
    if ((!trace || trace.loose) && split(block, blocks)) {
      trace = undefined;
      continue;
    }
    let shift = trace ? chooseShift(block, trace, before - block.end) : 0;
    for (let tries = 1; ; tries++) {
      const made = transformTwice(block, { ...scratch, other }, shift);
      yield;
      if (typeof made !== 'number') {
        trace = made;
        break;
      }
      shift = tries > 1 ? 0 : made;
    }
    [block.squares, other] = [other, block.squares];
    // Kahan's sum: some thousand shifts of one sign add up.
    const added = shift + block.rest;
    const sum = block.shift + added;
    block.rest = added - (sum - block.shift);
    block.shift = sum;
  }
}

/** Transforms lead from large to small; turned around, the transpose has the same singular values. */
function turn({ squares, start, end }: Block): void {
  if (squares[2 * start] < squares[2 * end]) squares.subarray(2 * start, 2 * end + 1).reverse();
}

/** Takes one value or two off the block's end where they are found. */
function deflate(block: Block, values: Float64Array): boolean {
  const { squares, start, end, shift } = block;
  const q = squares[2 * end];
  const rows = end - start + 1;
  if (rows === 1 || squares[2 * end - 1] <= tolerance * (shift + q)) {
    values[end] = rootOf(shift + q);
    block.end -= 1;
  } else if (rows === 2 || squares[2 * end - 3] <= tolerance * shift) {
    const entries = squares.subarray(2 * end - 2, 2 * end + 1).map(Math.sqrt);
    const [large, small] = valuesOf2x2(entries[0], entries[1], entries[2]);
    values[end - 1] = rootOf(shift + large * large);
    values[end] = rootOf(shift + small * small);
    block.end -= 2;
  } else return false;
  if (block.end >= start) squares[2 * block.end + 1] = 0;
  return true;
}

const rootOf = (square: number): number => {
  const root = Math.sqrt(square);
  return root > tiny ? root : 0;
};

/**
 * Splits the block behind the last row where that is as good as split already: by a bound on what that changes of the
 * singular values, relatively (Demmel and Kahan, "Accurate singular values of bidiagonal matrices" (1990), section 4).
 */
function split(block: Block, blocks: Block[]): boolean {
  const { squares, start, end, shift } = block;
  let last = -1;
  let bound = squares[2 * start];
  for (let k = start; k < end; k++) {
    const e = squares[2 * k + 1];
    const negligible = e <= tolerance * Math.max(shift, bound);
    if (negligible) last = k;
    bound = squares[2 * k + 2] * (negligible ? 1 : bound / (bound + e));
  }
  if (last < 0) return false;
  squares[2 * last + 1] = 0;
  blocks.push({ ...block, end: last });
  block.start = last + 1;
  return true;
}

/** Below the least square, as far as can be told. `found`: values that were taken off the end since. */
function chooseShift({ squares, end }: Block, { last, least }: Trace, found: number): number {
  if (found >= least.length) return 0;
  const bound = least[found];
  if (bound !== last[found]) return bound / 2;
  // The least vector is near the last axis, by as much as the neighbours' products let it (Parlett and Marques, 6.3.2).
  const neighbour = squares[2 * end - 2];
  const off = squares[2 * end - 1];
  const coupling = Math.sqrt(squares[2 * end] * off);
  const gap = neighbour + off - bound - coupling - Math.sqrt(neighbour * squares[2 * end - 3]);
  return gap > coupling
    ? Math.max(bound - coupling * (coupling / gap), bound / 2)
    : Math.max(bound - coupling, bound / 3);
}

/**
 * Writes to `other` the squares of the matrix with singular values squared that are less by `shift`, transformed once
 * more without a shift. Where the shift was too large it answers a smaller one; where only the last row says so it says
 * by how much (Parlett and Marques, 6.1).
 */
function transformTwice(block: Block, { own, other, told }: Scratch, shift: number): Trace | number {
  const { squares, start, end } = block;
  const less = shift > 0 ? shift : -trifle;
  const negligible = tolerance * Math.max(block.shift, block.most);
  if (!own.qdTwice(squares, other, told, start, end, less, negligible)) return shift / 4;
  const first = told[traced.first];
  if (!(first >= 0)) return Math.max(0, (shift + first) * (1 - 2 * epsilon));
  const last = [told[traced.last], told[traced.before], told[traced.beforeThat]] as const;
  other[2 * end] = last[0];
  other[2 * end + 1] = 0;
  const leastBefore = Math.min(told[traced.least], last[2]);
  const leastBut = Math.min(leastBefore, last[1]);
  return { last, least: [Math.min(leastBut, last[0]), leastBut, leastBefore], loose: told[traced.loose] === 1 };
}

/** Singular values, larger first, of the upper triangular [[f, g], [0, h]], each to nearly full relative accuracy. */
function valuesOf2x2(f: number, g: number, h: number): [number, number] {
  const off = Math.abs(g);
  const small = Math.min(Math.abs(f), Math.abs(h));
  const large = Math.max(Math.abs(f), Math.abs(h));
  if (small === 0) return [Math.hypot(large, off), 0];
  // sigma_1 sigma_2 = f h and (sigma_1 +- sigma_2)^2 = (|f| +- |h|)^2 + g^2, without cancellation.
  const plus = Math.hypot(large + small, off);
  const minus = Math.hypot(large - small, off);
  const first = (plus + minus) / 2;
  return [first, small * (large / first)];
}
