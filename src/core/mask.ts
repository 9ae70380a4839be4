/** Which weights are kept: one bit per weight. */
import { maskSize, tileOutOfRange } from './errors';
import { checkShape } from './shape';

/** A rectangle of a matrix, half-open, in elements. */
export interface TileRange {
  rowStart: number;
  rowEnd: number;
  columnStart: number;
  columnEnd: number;
}

/** Number of ones in a 32-bit word (Warren, Hacker's Delight, 5-1). */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** rows x columns bits, row-major, least significant bit first; each row starts on a 32-bit word, spare bits are 0. */
export class Mask {
  readonly wordsPerRow: number;

  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly words: Uint32Array,
  ) {
    checkShape(rows, columns);
    this.wordsPerRow = Math.ceil(columns / 32);
    const expected = rows * this.wordsPerRow;
    if (words.length !== expected) throw maskSize(rows, columns, words.length, expected);
  }

  static empty(rows: number, columns: number): Mask {
    checkShape(rows, columns);
    return new Mask(rows, columns, new Uint32Array(rows * Math.ceil(columns / 32)));
  }

  static full(rows: number, columns: number): Mask {
    const mask = Mask.empty(rows, columns);
    mask.words.fill(0xffffffff);
    if (columns % 32 !== 0) {
      const last = 2 ** (columns % 32) - 1;
      for (let r = 0; r < rows; r++) mask.words[(r + 1) * mask.wordsPerRow - 1] = last;
    }
    return mask;
  }

  /** `bytes`: one per weight, row-major, 0 or not 0. */
  static fromBytes(bytes: Uint8Array, rows: number, columns: number): Mask {
    const mask = Mask.empty(rows, columns);
    if (bytes.length !== rows * columns) throw maskSize(rows, columns, bytes.length, rows * columns);
    let at = 0;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, at++)
        if (bytes[at] !== 0) mask.words[r * mask.wordsPerRow + (c >>> 5)] |= 1 << (c & 31);
    return mask;
  }

  get(row: number, column: number): boolean {
    return ((this.words[row * this.wordsPerRow + (column >>> 5)] >>> (column & 31)) & 1) === 1;
  }

  set(row: number, column: number): void {
    this.words[row * this.wordsPerRow + (column >>> 5)] |= 1 << (column & 31);
  }

  /** Rows `start` to `end`, half-open, on the same words. */
  rowRange(start: number, end: number): Mask {
    return new Mask(end - start, this.columns, this.words.subarray(start * this.wordsPerRow, end * this.wordsPerRow));
  }

  /** Weights kept. */
  count(): number {
    let ones = 0;
    for (const word of this.words) ones += popcount(word);
    return ones;
  }

  /** Share of weights kept, 0 to 1. */
  get density(): number {
    return this.count() / (this.rows * this.columns);
  }

  /** One byte per weight, row-major, 0 or 1. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.rows * this.columns);
    let at = 0;
    for (let r = 0; r < this.rows; r++)
      for (let c = 0; c < this.columns; c++, at++)
        bytes[at] = (this.words[r * this.wordsPerRow + (c >>> 5)] >>> (c & 31)) & 1;
    return bytes;
  }

  /**
   * The bits of a rectangle, row-major, least significant bit first, each row starting on a byte.
   * Throws `mask.tile-out-of-range` unless the rectangle lies inside.
   */
  tile(range: TileRange): Uint8Array {
    const { rowStart, rowEnd, columnStart, columnEnd } = range;
    const inside =
      [rowStart, rowEnd, columnStart, columnEnd].every(Number.isInteger) &&
      0 <= rowStart &&
      rowStart <= rowEnd &&
      rowEnd <= this.rows &&
      0 <= columnStart &&
      columnStart <= columnEnd &&
      columnEnd <= this.columns;
    if (!inside)
      throw tileOutOfRange(`[${rowStart}, ${rowEnd}) x [${columnStart}, ${columnEnd})`, this.rows, this.columns);
    const width = columnEnd - columnStart;
    const stride = Math.ceil(width / 8);
    const bits = new Uint8Array((rowEnd - rowStart) * stride);
    const shift = columnStart & 31;
    for (let r = rowStart; r < rowEnd; r++) {
      const source = r * this.wordsPerRow;
      const target = (r - rowStart) * stride;
      for (let c = 0; c < width; c += 32) {
        const word = source + ((columnStart + c) >>> 5);
        let value = this.words[word] >>> shift;
        // A tile that starts inside a word takes its upper bits from the next one.
        if (shift !== 0 && word + 1 < source + this.wordsPerRow) value |= this.words[word + 1] << (32 - shift);
        if (width - c < 32) value &= 2 ** (width - c) - 1;
        for (let byte = c >>> 3; byte < stride && byte < (c >>> 3) + 4; byte++, value >>>= 8)
          bits[target + byte] = value & 0xff;
      }
    }
    return bits;
  }

  equals(other: Mask): boolean {
    return (
      this.rows === other.rows &&
      this.columns === other.columns &&
      this.words.every((word, i) => word === other.words[i])
    );
  }
}

/** Weights both masks keep, and weights either keeps. Throws `mask.size-mismatch`. */
export function overlapOf(a: Mask, b: Mask): { both: number; either: number } {
  if (a.rows !== b.rows || a.columns !== b.columns)
    throw maskSize(a.rows, a.columns, b.rows * b.columns, a.rows * a.columns);
  let [both, either] = [0, 0];
  for (let w = 0; w < a.words.length; w++) {
    both += popcount(a.words[w] & b.words[w]);
    either += popcount(a.words[w] | b.words[w]);
  }
  return { both, either };
}

/** Weights both masks keep by weights either keeps, 0 to 1; 1 when both keep none. Throws `mask.size-mismatch`. */
export function intersectionOverUnion(a: Mask, b: Mask): number {
  const { both, either } = overlapOf(a, b);
  return either === 0 ? 1 : both / either;
}
