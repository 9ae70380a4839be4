/**
 * The k-th largest of many numbers by counting digits: a float64's bits, ordered like the number, are read 16 at a time,
 * so four passes find the exact value in O(n) without sorting.
 */

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
// The words of a float64 lie in the machine's byte order.
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const low = 1 - high;

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
    for (const values of left) countDigits(values, counts, { pass, shift, prefixHigh, prefixLow });
    let digit = 65_535;
    while (above + counts[digit] < rank) above += counts[digit--];
    equal = counts[digit];
    if (pass < 2) prefixHigh = (prefixHigh | (digit << shift)) >>> 0;
    else prefixLow = (prefixLow | (digit << shift)) >>> 0;
    // Few numbers share their sign, exponent and first bits: the other passes read only these.
    if (pass === 0) left = [sharing(left, digit, equal)];
  }
  const negative = prefixHigh >>> 31 === 0;
  words[high] = negative ? ~prefixHigh : prefixHigh ^ 0x80000000;
  words[low] = negative ? ~prefixLow : prefixLow;
  return { value: scratch[0], above, equal };
}

/** The numbers whose first 16 ordered bits are these; there are `count`. */
function sharing(sources: readonly ArrayLike<number>[], digit: number, count: number): Float64Array {
  const found = new Float64Array(count);
  let at = 0;
  for (const values of sources)
    for (let i = 0; i < values.length; i++) {
      scratch[0] = values[i] + 0;
      const top = words[high];
      if ((top ^ (-(top >>> 31) | 0x80000000)) >>> 16 === digit) found[at++] = scratch[0];
    }
  return found;
}

/** Counts the digits of one pass over the values whose higher digits are those found already. */
function countDigits(
  values: ArrayLike<number>,
  counts: Uint32Array,
  { pass, shift, prefixHigh, prefixLow }: { pass: number; shift: number; prefixHigh: number; prefixLow: number },
): void {
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i] + 0;
    const top = words[high];
    // Order like the number: a negative has all bits turned, any other its sign bit only.
    const flip = -(top >>> 31);
    const orderedHigh = (top ^ (flip | 0x80000000)) >>> 0;
    if (pass === 0) {
      counts[orderedHigh >>> 16]++;
      continue;
    }
    if (pass === 1) {
      if (orderedHigh >>> 16 === prefixHigh >>> 16) counts[orderedHigh & 0xffff]++;
      continue;
    }
    if (orderedHigh !== prefixHigh) continue;
    const orderedLow = (words[low] ^ flip) >>> 0;
    if (pass === 2 || orderedLow >>> 16 === prefixLow >>> 16) counts[(orderedLow >>> shift) & 0xffff]++;
  }
}
