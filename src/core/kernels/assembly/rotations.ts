// Givens rotations, see ../rotations.ts.
import { scratchOf } from './dense';

@inline
function two<T>(one: usize, other: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(other, v128.load64_zero(one), 1);
  return f64x2.promote_low_f32x4(v128.load32_lane(other, v128.load32_zero(one), 1));
}

@inline
function putTwo<T>(one: usize, other: usize, values: v128): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(one, values, 0);
    v128.store64_lane(other, values, 1);
    return;
  }
  const rounded = f32x4.demote_f64x2_zero(values);
  v128.store32_lane(one, rounded, 0);
  v128.store32_lane(other, rounded, 1);
}

/** Rotations that are sifted at a time; what is left of them is in the nearest cache. */
const atATime: i32 = 512;

/**
 * Most rotations meet no value of a block, or a few, unforeseeably: so first those that meet any are listed without a
 * branch, then four values at a time are turned.
 */
@inline
function rotate<T>(
  values: usize,
  axisStride: usize,
  entryStride: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  const list = scratchOf();
  const axisStep = axisStride * sizeof<T>();
  const entryStep = entryStride * sizeof<T>();
  for (let from = 0; from < steps; from += atATime) {
    const to = min(from + atATime, steps);
    let end = list;
    for (let t = from; t < to; t++) {
      const at = <usize>t << 2;
      const i = supports + (<usize>load<u32>(first + at) << 2);
      const j = supports + (<usize>load<u32>(second + at) << 2);
      const bits = load<u32>(i) | load<u32>(j);
      store<u32>(i, bits);
      store<u32>(j, bits);
      store<u32>(end, t);
      store<u32>(end, bits, 4);
      end += <usize>i32(bits != 0) << 3;
    }
    for (let at = list; at < end; at += 8) {
      const t = <usize>load<u32>(at);
      let bits = load<u32>(at, 4);
      const p = values + <usize>load<u32>(first + (t << 2)) * axisStep;
      const q = values + <usize>load<u32>(second + (t << 2)) * axisStep;
      const c = v128.load64_splat(cos + (t << 3));
      const s = v128.load64_splat(sin + (t << 3));
      do {
        // Of fewer than four the first more than once, which comes to the same: all are read before any is written.
        const k0 = <usize>ctz(bits) * entryStep;
        bits &= bits - 1;
        const k1 = bits != 0 ? <usize>ctz(bits) * entryStep : k0;
        bits &= bits - 1;
        const k2 = bits != 0 ? <usize>ctz(bits) * entryStep : k0;
        bits &= bits - 1;
        const k3 = bits != 0 ? <usize>ctz(bits) * entryStep : k0;
        bits &= bits - 1;
        const x = two<T>(p + k0, p + k1);
        const y = two<T>(q + k0, q + k1);
        const z = two<T>(p + k2, p + k3);
        const w = two<T>(q + k2, q + k3);
        putTwo<T>(p + k0, p + k1, f64x2.add(f64x2.mul(c, x), f64x2.mul(s, y)));
        putTwo<T>(q + k0, q + k1, f64x2.sub(f64x2.mul(c, y), f64x2.mul(s, x)));
        putTwo<T>(p + k2, p + k3, f64x2.add(f64x2.mul(c, z), f64x2.mul(s, w)));
        putTwo<T>(q + k2, q + k3, f64x2.sub(f64x2.mul(c, w), f64x2.mul(s, z)));
      } while (bits != 0);
    }
  }
}

export function rotateBlock(
  values: usize,
  axisStride: usize,
  entryStride: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  rotate<f32>(values, axisStride, entryStride, supports, first, second, cos, sin, steps);
}

export function rotateBlock64(
  values: usize,
  axisStride: usize,
  entryStride: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  rotate<f64>(values, axisStride, entryStride, supports, first, second, cos, sin, steps);
}

/** Byte `byte` of each of 16 words. */
@inline
function bytesOf(words: usize, byte: i32): v128 {
  const ones = i32x4.splat(255);
  const a = v128.and(i32x4.shr_u(v128.load(words), 8 * byte), ones);
  const b = v128.and(i32x4.shr_u(v128.load(words, 16), 8 * byte), ones);
  const c = v128.and(i32x4.shr_u(v128.load(words, 32), 8 * byte), ones);
  const d = v128.and(i32x4.shr_u(v128.load(words, 48), 8 * byte), ones);
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d));
}

/** Bit `bit` of each of 16 bytes. */
@inline
function bitsOf(bytes: v128, bit: i32): u32 {
  return i8x16.bitmask(i8x16.shl(bytes, 7 - bit));
}

export function clear(values: usize, bytes: usize): void {
  // Arrays of the room begin and end with a line of the cache.
  const none = i64x2.splat(0);
  for (let at = values, end = values + bytes; at < end; at += 64) {
    v128.store(at, none);
    v128.store(at, none, 16);
    v128.store(at, none, 32);
    v128.store(at, none, 48);
  }
}

export function transposeBits(supports: usize, words: i32, bits: usize): void {
  const step = <usize>words << 2;
  for (let w = 0; w < words; w++, supports += 128, bits += 4) {
    let into = bits;
    for (let byte = 0; byte < 4; byte++) {
      const low = bytesOf(supports, byte);
      const high = bytesOf(supports + 64, byte);
      for (let bit = 0; bit < 8; bit++, into += step) store<u32>(into, bitsOf(low, bit) | (bitsOf(high, bit) << 16));
    }
  }
}

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

export function drawPairs(
  state: usize,
  supports: usize,
  axes: u32,
  words: i32,
  first: usize,
  second: usize,
  from: i32,
  to: i32,
  wanted: f64,
  counts: usize,
): i32 {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  const lastOfAxes = lastFair(axes);
  const lastOfOthers = lastFair(axes - 1);
  let before = load<u32>(counts);
  let now = load<u32>(counts, 4);
  let one: u32 = 0;
  let choosesSecond = false;
  let t = from;
  while (t < to && <f64>now < wanted) {
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
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
  store<u32>(counts, before);
  store<u32>(counts, now, 4);
  return t - from;
}
