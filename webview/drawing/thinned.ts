/**
 * Columns that grow row by row, thinned for drawing: rows that would share a pixel become one bucket of which the
 * smallest and the largest value are drawn, in their order, so that no peak is lost. Adding a row costs the same
 * however many there are, and so does drawing.
 */

/** More than a wide screen has pixels; beyond it two buckets become one. */
const mostBuckets = 2048;

interface Bucket {
  low: number;
  high: number;
  /** The smallest came before the largest. */
  rising: boolean;
}

const merge = (a: Bucket, b: Bucket): Bucket => {
  const lowInA = a.low <= b.low;
  const highInA = a.high >= b.high;
  const rising = lowInA === highInA ? (lowInA ? a : b).rising : lowInA;
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), rising };
};

/** A value that is not finite has no place in a picture. */
const bucketOf = (value: number): Bucket =>
  Number.isFinite(value) ? { low: value, high: value, rising: true } : { low: Infinity, high: -Infinity, rising: true };

export class Thinned<Name extends string> {
  /** Rows of one bucket: 1, 2, 4, ... */
  private every = 1;
  private length = 0;
  private readonly buckets: Record<Name, Bucket[]>;

  constructor(
    private readonly names: readonly Name[],
    private readonly most = mostBuckets,
  ) {
    this.buckets = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Bucket[]>;
  }

  /** Adds rows: columns of equal length. */
  push(columns: Readonly<Record<Name, ArrayLike<number>>>): void {
    const added = columns[this.names[0]].length;
    for (let i = 0; i < added; i++) {
      if (this.length === this.most * this.every) this.halve();
      const at = Math.floor(this.length / this.every);
      for (const name of this.names) {
        const list = this.buckets[name];
        const bucket = bucketOf(columns[name][i]);
        list[at] = at < list.length ? merge(list[at], bucket) : bucket;
      }
      this.length++;
    }
  }

  clear(): void {
    for (const name of this.names) this.buckets[name].length = 0;
    this.length = 0;
    this.every = 1;
  }

  /** The row that each drawn point stands at: the first and the last one of each bucket. */
  rows(): number[] {
    const rows: number[] = [];
    for (let first = 0; first < this.length; first += this.every) {
      const last = Math.min(first + this.every, this.length) - 1;
      rows.push(first);
      if (last > first) rows.push(last);
    }
    return rows;
  }

  /** Values at `rows()`; `null` where nothing is finite. */
  column(name: Name): (number | null)[] {
    const drawn: (number | null)[] = [];
    this.buckets[name].forEach(({ low, high, rising }, i) => {
      const alone = this.every === 1 || i * this.every === this.length - 1;
      if (low > high) drawn.push(...(alone ? [null] : [null, null]));
      else if (alone) drawn.push(high);
      else drawn.push(rising ? low : high, rising ? high : low);
    });
    return drawn;
  }

  /** The drawn point of a row's bucket that stands nearest to it. */
  pointOf(row: number): number {
    if (this.every === 1) return row;
    const bucket = Math.floor(row / this.every);
    const last = Math.min((bucket + 1) * this.every, this.length) - 1;
    const first = bucket * this.every;
    return 2 * bucket + (row - first > last - row ? 1 : 0);
  }

  private halve(): void {
    for (const name of this.names) {
      const list = this.buckets[name];
      for (let i = 0; i < list.length; i += 2)
        list[i / 2] = i + 1 < list.length ? merge(list[i], list[i + 1]) : list[i];
      list.length = Math.ceil(list.length / 2);
    }
    this.every *= 2;
  }
}
