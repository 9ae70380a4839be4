/** Wanted places of weights, as masks: what guided exact orthogonal initialisation is led by. */
import { Mask } from './mask';
import { badDegrees, badPattern, degreeCount, degreeSums, noRealisation } from './pattern-errors';
import type { Rng } from './rng';
import { checkShape } from './shape';

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/**
 * N of each M: of every M weights in a row, one after the other, N are kept, of a last shorter group at most N (Mishra
 * et al., "Accelerating Sparse Deep Neural Networks", arXiv 2104.08378, section 3). With `rng` each group has places of
 * its own. Without it rows take turns: row r keeps the places from (r N) mod M on, around the end of the group, so that
 * all columns are used alike and rows that overlap do so in whole groups where N divides M, as products of rotations
 * do. Throws `pattern.bad-size`, `shape.*`.
 */
export function nmPattern(rows: number, columns: number, [n, m]: readonly [number, number], rng?: Rng): Mask {
  const mask = Mask.empty(rows, columns);
  if (!isSize(n) || !isSize(m) || n > m) throw badPattern(`${n} of each ${m}`, 'N is at least 1 and at most M');
  const order = new Uint32Array(Math.min(m, columns));
  for (let r = 0; r < rows; r++)
    for (let from = 0; from < columns; from += m) {
      const size = Math.min(m, columns - from);
      // n first: r * n may be too large a number to count by ones.
      const first = (r * (n % size)) % size;
      if (rng) {
        for (let k = 0; k < size; k++) order[k] = k;
        rng.shuffle(order.subarray(0, size));
      }
      for (let k = 0; k < Math.min(n, size); k++) mask.set(r, from + (rng ? order[k] : (first + k) % size));
    }
  return mask;
}

/**
 * Blocks of that many rows and columns along the diagonal, from the top left, until rows or columns run out; the last
 * is cut. Throws `pattern.bad-size`, `shape.*`.
 */
export function blockPattern(rows: number, columns: number, [height, width]: readonly [number, number]): Mask {
  const mask = Mask.empty(rows, columns);
  if (!isSize(height) || !isSize(width))
    throw badPattern(`blocks of ${height} x ${width}`, 'both sizes are at least 1');
  for (let r = 0; r < rows; r++) {
    const from = Math.floor(r / height) * width;
    for (let c = from; c < Math.min(columns, from + width); c++) mask.set(r, c);
  }
  return mask;
}

/**
 * A band along the diagonal from corner to corner: in each row of a wide matrix, each column of a tall one, the `width`
 * weights around the diagonal, cut at the edges; of an even width the one more goes after it. Throws
 * `pattern.bad-size`, `shape.*`.
 */
export function bandPattern(rows: number, columns: number, width: number): Mask {
  const mask = Mask.empty(rows, columns);
  if (!isSize(width)) throw badPattern(`a band of ${width}`, 'the width is at least 1');
  const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
  for (let k = 0; k < short; k++) {
    const from = Math.floor(((k + 0.5) * long) / short) - Math.floor((width - 1) / 2);
    for (let a = Math.max(0, from); a < Math.min(long, from + width); a++)
      if (rows <= columns) mask.set(k, a);
      else mask.set(a, k);
  }
  return mask;
}

/**
 * A mask with these weights kept in each row and each column, by Ryser's construction (Ryser, "Combinatorial properties
 * of matrices of zeros and ones", 1957): rows of high degree first, each into the columns that lack most, the first of
 * equals. Throws `pattern.bad-degrees`, `pattern.unequal-degrees`, `pattern.impossible-degrees` where no mask has them.
 */
export function degreePattern(rowDegrees: ArrayLike<number>, columnDegrees: ArrayLike<number>): Mask {
  const [rows, columns] = [rowDegrees.length, columnDegrees.length];
  checkShape(rows, columns);
  checkDegrees('Row', rowDegrees, columns);
  checkDegrees('Column', columnDegrees, rows);
  const lacking = Array.from(columnDegrees);
  const wanted = Array.from(rowDegrees).reduce((a, b) => a + b);
  const room = lacking.reduce((a, b) => a + b);
  if (wanted !== room) throw degreeSums(wanted, room);
  const mask = Mask.empty(rows, columns);
  const order = Array.from(rowDegrees, (_, r) => r).sort((a, b) => rowDegrees[b] - rowDegrees[a] || a - b);
  for (const r of order) {
    const byLack = lacking.map((_, c) => c).sort((a, b) => lacking[b] - lacking[a] || a - b);
    for (const c of byLack.slice(0, rowDegrees[r])) {
      if (lacking[c] === 0) throw noRealisation(r, rowDegrees[r]);
      mask.set(r, c);
      lacking[c]--;
    }
  }
  return mask;
}

function checkDegrees(what: 'Row' | 'Column', degrees: ArrayLike<number>, most: number): void {
  for (let k = 0; k < degrees.length; k++)
    if (!Number.isSafeInteger(degrees[k]) || degrees[k] < 0 || degrees[k] > most)
      throw badDegrees(what, k, degrees[k], most);
}

/**
 * A wanted pattern in few words, for a matrix of whatever size. Degrees of the other side are as even as they can be.
 */
export type Pattern =
  | { nm: readonly [number, number] }
  | { blocks: readonly [number, number] }
  | { band: number }
  | { rowDegree: Degrees }
  | { columnDegree: Degrees };

/** The same for each row (column), or that of each. */
type Degrees = number | readonly number[];

/** `total` shared among so many, the first ones getting one more. */
const evenly = (total: number, among: number): number[] =>
  Array.from({ length: among }, (_, k) => Math.floor(total / among) + (k < total % among ? 1 : 0));

/** The degree of each row (column). Throws `pattern.degree-count`, `pattern.bad-degrees`. */
function degreesOf(what: 'rowDegree' | 'columnDegree', degrees: Degrees, size: number, most: number): number[] {
  if (typeof degrees !== 'number' && degrees.length !== size) throw degreeCount(what, degrees.length, size);
  const side = what === 'rowDegree' ? 'Row' : 'Column';
  // One number is wrong in all rows alike: it is looked at once, however many they are.
  checkDegrees(side, typeof degrees === 'number' ? [degrees] : degrees, most);
  return typeof degrees === 'number' ? new Array<number>(size).fill(degrees) : [...degrees];
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The pattern as a rows x columns mask. Throws `pattern.*`, `shape.*`. */
export function patternMask(pattern: Pattern, rows: number, columns: number): Mask {
  if ('nm' in pattern) return nmPattern(rows, columns, pattern.nm);
  if ('blocks' in pattern) return blockPattern(rows, columns, pattern.blocks);
  if ('band' in pattern) return bandPattern(rows, columns, pattern.band);
  checkShape(rows, columns);
  if ('rowDegree' in pattern) {
    const degrees = degreesOf('rowDegree', pattern.rowDegree, rows, columns);
    return degreePattern(degrees, evenly(sum(degrees), columns));
  }
  const degrees = degreesOf('columnDegree', pattern.columnDegree, columns, rows);
  return degreePattern(evenly(sum(degrees), rows), degrees);
}

/** Weights that `patternMask` keeps, without making it. Throws as it does for what no matrix of that size can have. */
export function patternCount(pattern: Pattern, rows: number, columns: number): number {
  // Rows of N:M all keep as many; so do those of a band, but near the corners.
  if ('nm' in pattern) return rows * nmPattern(1, columns, pattern.nm).count();
  if ('band' in pattern) return bandPattern(rows, columns, pattern.band).count();
  if ('blocks' in pattern) {
    const [height, width] = pattern.blocks;
    if (!isSize(height) || !isSize(width)) return blockPattern(rows, columns, pattern.blocks).count();
    let kept = 0;
    for (let r = 0, c = 0; r < rows && c < columns; r += height, c += width)
      kept += Math.min(height, rows - r) * Math.min(width, columns - c);
    return kept;
  }
  if ('rowDegree' in pattern) return sum(degreesOf('rowDegree', pattern.rowDegree, rows, columns));
  return sum(degreesOf('columnDegree', pattern.columnDegree, columns, rows));
}
