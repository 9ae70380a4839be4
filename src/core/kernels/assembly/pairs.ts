// Pairs of axes that are drawn and their supports, see ../rotations.ts.
import { instanceOf } from './dense';
import { clear } from './rotations';

@inline
function sumOfBytes(v: v128): i32 {
  // Sums of neighbours until four sums of four bytes are left.
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3))
  );
}

/** ORs two supports into both; answers by how much the number of bits grew. */
@inline
function merge(p: usize, q: usize, words: i32): i32 {
  let grown = 0;
  while (words >= 4) {
    // Each bit that one of them has alone is new to the other. Bytes hold the counts of 31 words each, 8 a word.
    let bytes = i8x16.splat(0);
    for (const rest = max(words - 31 * 4, 3); words > rest; words -= 4, p += 16, q += 16) {
      const a = v128.load(p);
      const b = v128.load(q);
      const union = v128.or(a, b);
      v128.store(p, union);
      v128.store(q, union);
      bytes = i8x16.add(bytes, i8x16.popcnt(v128.xor(a, b)));
    }
    grown += sumOfBytes(bytes);
  }
  for (; words > 0; words--, p += 4, q += 4) {
    const a = load<u32>(p);
    const b = load<u32>(q);
    grown += popcnt(a ^ b);
    store<u32>(p, a | b);
    store<u32>(q, a | b);
  }
  return grown;
}

/** 2^32 - 1 - 2^32 % bound: what is drawn above it is drawn again, so that each of the bound numbers is as likely. */
@inline
function lastFair(bound: u32): u32 {
  return <u32>(0xffffffff - (<u64>1 << 32) % <u64>bound);
}

/** Of one matrix: its pairs from `first` and `second` on, and in `counts` how many, and the non-zeros. */
@inline
function drawPairsOf(
  state: usize,
  wanted: f64,
  axes: u32,
  length: i32,
  slot: i32,
  supports: usize,
  first: usize,
  second: usize,
  counts: usize,
): void {
  const words = (length + 31) >>> 5;
  clear(supports, supportBytes(axes, words));
  // Entry k at axis k.
  for (let k = 0; k < length; k++) store<u32>(supports + (<usize>(k * words + (k >>> 5)) << 2), 1 << (k & 31));
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  const lastOfAxes = lastFair(axes);
  // A single axis has no other, and all that it can have from the beginning.
  const lastOfOthers = lastFair(max(axes - 1, 1));
  let before = <u32>length;
  let now = before;
  let one: u32 = 0;
  let choosesSecond = false;
  let t = 0;
  while (t < slot && <f64>now < wanted) {
    // xoshiro128**, as core/rng.ts.
    const drawn = rotl<u32>(b * 5, 7) * 9;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotl<u32>(d, 11);
    if (!choosesSecond) {
      if (drawn > lastOfAxes) continue;
      one = drawn % axes;
      choosesSecond = true;
      continue;
    }
    if (drawn > lastOfOthers) continue;
    choosesSecond = false;
    const skipping = drawn % (axes - 1);
    const other = skipping + u32(skipping >= one);
    const i = min(one, other);
    const j = max(one, other);
    store<u32>(first + (<usize>t << 2), i);
    store<u32>(second + (<usize>t << 2), j);
    before = now;
    now += merge(supports + (<usize>(i * words) << 2), supports + (<usize>(j * words) << 2), words);
    t++;
  }
  store<u32>(counts, t);
  store<u32>(counts, before, 4);
  store<u32>(counts, now, 8);
}

/** Whole lines of the cache. */
@inline
function supportBytes(axes: i32, words: i32): usize {
  return ((<usize>axes * words * 4) + 63) & ~63;
}

export function drawPairs(
  states: usize,
  wanted: usize,
  axes: u32,
  length: i32,
  slot: i32,
  supportScratch: usize,
  first: usize,
  second: usize,
  counts: usize,
  from: i32,
  to: i32,
): void {
  const supports = supportScratch + instanceOf() * supportBytes(axes, (length + 31) >>> 5);
  for (let matrix = <usize>from; matrix < <usize>to; matrix++) {
    const at = (matrix * slot) << 2;
    drawPairsOf(
      states + (matrix << 4), load<f64>(wanted + (matrix << 3)), axes, length, slot,
      supports, first + at, second + at, counts + matrix * 12,
    );
  }
}
