/**
 * The k-th largest of many numbers by counting digits: a float64's bits, ordered like the number, are read 16 at a
 * time, so four passes find the exact value in O(n) without sorting.
 */
import { highWord, lowWord, wordsOf } from '../float-bits';

/**
 * The `rank`-th largest value (1 is the largest), how many are above it, and how many equal it. -0 counts as 0.
 * `rank` from 1 to the number of values, which must be finite.
 */
export function largest(
  sources: readonly ArrayLike<number>[],
  rank: number,
): { value: number; above: number; equal: number } {
  const counts = new Uint32Array(65_536);
  let [prefixHigh, prefixLow, above, equal] = [0, 0, 0, 0];
  let left: readonly ArrayLike<number>[] = sources;
  for (let pass = 0; pass < 4; pass++) {
    counts.fill(0);
    const shift = pass % 2 === 0 ? 16 : 0;
    for (const values of left)
      eachWords(values, (words, size) => countDigits(words, size, counts, { pass, shift, prefixHigh, prefixLow }));
    let digit = 65_535;
    while (above + counts[digit] < rank) above += counts[digit--];
    equal = counts[digit];
    if (pass < 2) prefixHigh = (prefixHigh | (digit << shift)) >>> 0;
    else prefixLow = (prefixLow | (digit << shift)) >>> 0;
    // Few numbers share their sign, exponent and first bits: the other passes read only these.
    if (pass === 0) left = [sharing(left, digit, equal)];
  }
  const negative = prefixHigh >>> 31 === 0;
  const value = new Float64Array(1);
  const words = wordsOf(value);
  words[highWord] = negative ? ~prefixHigh : prefixHigh ^ 0x80000000;
  words[lowWord] = negative ? ~prefixLow : prefixLow;
  return { value: value[0], above, equal };
}

/** Numbers that are not float64 are copied so many at a time. */
const copied = 4096;

/** `visit` gets the words of all, in one call or in several. */
function eachWords(values: ArrayLike<number>, visit: (words: Uint32Array, size: number) => void): void {
  if (values instanceof Float64Array) {
    visit(wordsOf(values), values.length);
    return;
  }
  const copy = new Float64Array(Math.min(copied, values.length));
  const words = wordsOf(copy);
  for (let from = 0; from < values.length; from += copied) {
    const size = Math.min(copied, values.length - from);
    for (let k = 0; k < size; k++) copy[k] = values[from + k];
    visit(words, size);
  }
}

/** The word with the sign of number k; of -0 that of 0. */
function topOf(words: Uint32Array, k: number): number {
  const top = words[2 * k + highWord];
  return top === 0x80000000 && words[2 * k + lowWord] === 0 ? 0 : top;
}

/** Order like the number: a negative has all bits turned, any other its sign bit only. */
const ordered = (top: number): number => (top ^ (-(top >>> 31) | 0x80000000)) >>> 0;

/** The numbers whose first 16 ordered bits are these; there are `count`. */
function sharing(sources: readonly ArrayLike<number>[], digit: number, count: number): Float64Array {
  const found = new Float64Array(count);
  const into = wordsOf(found);
  let at = 0;
  for (const values of sources)
    eachWords(values, (words, size) => {
      at = copyShared(words, size, digit, into, at);
    });
  return found;
}

/** How many numbers `into` holds then. */
function copyShared(words: Uint32Array, size: number, digit: number, into: Uint32Array, at: number): number {
  let end = at;
  for (let k = 0; k < size; k++) {
    const top = topOf(words, k);
    if (ordered(top) >>> 16 !== digit) continue;
    into[2 * end + highWord] = top;
    into[2 * end + lowWord] = words[2 * k + lowWord];
    end++;
  }
  return end;
}

/** Counts the digits of one pass over the numbers whose higher digits are those found already. */
function countDigits(
  words: Uint32Array,
  size: number,
  counts: Uint32Array,
  { pass, shift, prefixHigh, prefixLow }: { pass: number; shift: number; prefixHigh: number; prefixLow: number },
): void {
  for (let k = 0; k < size; k++) {
    const top = topOf(words, k);
    const orderedHigh = ordered(top);
    if (pass === 0) {
      counts[orderedHigh >>> 16]++;
      continue;
    }
    if (pass === 1) {
      if (orderedHigh >>> 16 === prefixHigh >>> 16) counts[orderedHigh & 0xffff]++;
      continue;
    }
    if (orderedHigh !== prefixHigh) continue;
    const orderedLow = (words[2 * k + lowWord] ^ -(top >>> 31)) >>> 0;
    if (pass === 2 || orderedLow >>> 16 === prefixLow >>> 16) counts[(orderedLow >>> shift) & 0xffff]++;
  }
}
