/**
 * Of how many locations a value is that, without an array of the size of the memory: where few weights share a
 * location, millions of locations have some thousands of values.
 */
import { highWord, lowWord, wordsOf } from '../float-bits';

/** Each value is that of `times` locations, of one each where it is absent. A value may be told more than once. */
export interface CountedValues {
  values: Float64Array;
  times?: Uint32Array;
}

/** Slots of the table: 1.5 MiB, which the cache holds. */
const mostSlots = 2 ** 17;
/** Values that no longer have a place in the table are listed, so many at a time. */
const listed = 2 ** 16;

/** Of no value. */
const free = -1;

/** Of values that are not negative. */
export class ValueCounts {
  private readonly keys: Float64Array;
  private readonly times: Uint32Array;
  /** Bits of a hash that are too many. */
  private readonly shift: number;
  private distinct = 0;
  private readonly lists: Float64Array[] = [];
  /** In the last list. */
  private last = listed;

  /** `locations`: how many there are. */
  constructor(locations: number) {
    // Half of them stay free, so that a value is found in a step or two.
    const bits = Math.ceil(Math.log2(Math.min(mostSlots, 2 * Math.max(1, locations))));
    this.keys = new Float64Array(2 ** bits).fill(free);
    this.times = new Uint32Array(2 ** bits);
    this.shift = 32 - bits;
  }

  /** The numbers at `first`, `first + stride`, ... of `values`; `ends`: as of `LocationValues`. */
  add(values: Float64Array, first: number, stride: number, ends: Int32Array | undefined): void {
    const { keys, times, shift } = this;
    const words = wordsOf(values);
    const last = keys.length - 1;
    for (let at = first, k = 0, from = 0; at < values.length; at += stride, k++) {
      const value = values[at];
      const to = ends ? ends[k] : from + 1;
      // The last bits of a product tell little of the first ones of its factors.
      const mixed = Math.imul(words[2 * at + highWord], 0x9e3779b1) ^ Math.imul(words[2 * at + lowWord], 0x85ebca6b);
      let slot = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> shift;
      while (keys[slot] !== value && keys[slot] !== free) slot = (slot + 1) & last;
      if (keys[slot] === value || this.take(slot, value)) times[slot] += to - from;
      else this.list(value, to - from);
      from = to;
    }
  }

  /** All of them, in no order. */
  parts(): CountedValues[] {
    const { keys, lists, distinct } = this;
    const [values, times] = [new Float64Array(distinct), new Uint32Array(distinct)];
    for (let slot = 0, k = 0; slot < keys.length; slot++) {
      if (keys[slot] === free) continue;
      values[k] = keys[slot];
      times[k++] = this.times[slot];
    }
    return [
      { values, times },
      ...lists.map((list, k) => ({ values: k === lists.length - 1 ? list.subarray(0, this.last) : list })),
    ];
  }

  /** Whether the table has room. */
  private take(slot: number, value: number): boolean {
    if (2 * this.distinct >= this.keys.length) return false;
    this.distinct++;
    this.keys[slot] = value;
    return true;
  }

  private list(value: number, times: number): void {
    for (let k = 0; k < times; k++) {
      if (this.last === listed) {
        this.lists.push(new Float64Array(listed));
        this.last = 0;
      }
      this.lists[this.lists.length - 1][this.last++] = value;
    }
  }
}

/** The value that half of all locations are below: of an even number the upper of the two in the middle. */
export function medianOf(parts: readonly CountedValues[], locations: number): number {
  // Not negative, so ordered like their bits: the first 16 of these tell of a few which one it is.
  const counts = new Float64Array(65_536);
  eachTop(parts, (top, times) => void (counts[top] += times));
  const rank = Math.ceil(locations / 2);
  let [top, above] = [65_535, 0];
  while (above + counts[top] < rank) above += counts[top--];
  const near: [value: number, times: number][] = [];
  eachTop(parts, (of, times, value) => {
    if (of === top) near.push([value, times]);
  });
  near.sort((a, b) => b[0] - a[0]);
  return near.find(([, times]) => (above += times) >= rank)![0];
}

function eachTop(parts: readonly CountedValues[], visit: (top: number, times: number, value: number) => void): void {
  for (const { values, times } of parts) {
    const words = wordsOf(values);
    for (let k = 0; k < values.length; k++) visit(words[2 * k + highWord] >>> 16, times ? times[k] : 1, values[k]);
  }
}
