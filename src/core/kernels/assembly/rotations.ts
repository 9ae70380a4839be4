// Givens rotations, see ../rotations.ts.
import { instanceOf, scratchOf } from './dense';

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
 * branch, then four values at a time are rotated.
 */
@inline
function rotate<T>(
  block: usize,
  axisStride: usize,
  entryStride: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  firstStep: i32,
  endStep: i32,
): void {
  const list = scratchOf();
  const axisStep = axisStride * sizeof<T>();
  const entryStep = entryStride * sizeof<T>();
  for (let from = firstStep; from < endStep; from += atATime) {
    const to = min(from + atATime, endStep);
    let listed = list;
    for (let t = from; t < to; t++) {
      const at = <usize>t << 2;
      const i = supports + (<usize>load<u32>(first + at) << 3);
      const j = supports + (<usize>load<u32>(second + at) << 3);
      const bits = load<u64>(i) | load<u64>(j);
      store<u64>(i, bits);
      store<u64>(j, bits);
      store<u32>(listed, t);
      store<u64>(listed, bits, 8);
      listed += <usize>i32(bits != 0) << 4;
    }
    for (let at = list; at < listed; at += 16) {
      const t = <usize>load<u32>(at);
      let bits = load<u64>(at, 8);
      const p = block + <usize>load<u32>(first + (t << 2)) * axisStep;
      const q = block + <usize>load<u32>(second + (t << 2)) * axisStep;
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

function transposeBits(supports: usize, words: i32, bits: usize): void {
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

/** The low words of 64-bit supports, then their high ones. */
@inline
function splitWords(supports: usize, axes: usize, into: usize): void {
  const high = into + (axes << 2);
  for (let at: usize = 0; at < axes << 2; at += 16) {
    const a = v128.load(supports + 2 * at);
    const b = v128.load(supports + 2 * at, 16);
    v128.store(into + at, v128.shuffle<i32>(a, b, 0, 2, 4, 6));
    v128.store(high + at, v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  }
}

/**
 * So many runs of values, from beginnings `inner` values apart to such `outer` apart: no farther on, or in another
 * array.
 */
@inline
function copyRuns<T>(from: usize, inner: usize, into: usize, outer: usize, runs: i32, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  for (let r = 0; r < runs; r++, from += inner * sizeof<T>(), into += outer * sizeof<T>()) {
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(into + at, v128.load(from + at));
    for (; at < bytes; at += sizeof<T>()) store<T>(into + at, load<T>(from + at));
  }
}

/** Entry k at one axis each, all else 0. */
@inline
function begin<T>(
  block: usize,
  axisStride: i32,
  entryStride: i32,
  supports: usize,
  start: usize,
  signs: usize,
  entry: i32,
  height: i32,
): void {
  for (let k = 0; k < height; k++) {
    const at = <usize>(entry + k) << 2;
    const axis = start != 0 ? load<i32>(start + at) : entry + k;
    store<u64>(supports + (<usize>axis << 3), <u64>1 << k);
    const value = signs != 0 ? <T>load<i32>(signs + at) : <T>1;
    store<T>(block + (<usize>axis * axisStride + <usize>k * entryStride) * sizeof<T>(), value);
  }
}

/**
 * Rotates in the scratch, so that what is given is written only: a part that another thread loses can be made again.
 */
@inline
function rotateBlocksOf<T>(
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  begins: usize,
  start: usize,
  signs: usize,
  axes: i32,
  length: i32,
  tall: i32,
  scratch: usize,
  pitch: i32,
  supportScratch: usize,
  values: usize,
  firstBlock: i32,
  stride: i32,
  mask: usize,
  from: i32,
  to: i32,
): void {
  const words = (axes + 31) >>> 5;
  const wordsOfAxis = (length + 31) >>> 5;
  const bytes = <usize>(tall ? axes : min(64, length)) * pitch * sizeof<T>();
  const block = scratch + instanceOf() * bytes;
  // A bit for each entry of the block, by axis, and beside them the same by words.
  const halfBytes = <usize>words << 8;
  const supports = supportScratch + instanceOf() * 2 * halfBytes;
  const byWords = supports + halfBytes;
  const axisStride = tall ? pitch : 1;
  const entryStride = tall ? 1 : pitch;
  const blocks = (length + 63) >>> 6;
  const maskWords = tall ? axes * wordsOfAxis : blocks * 64 * words;
  for (let at = from; at < to; at++) {
    const matrix = at / blocks;
    const b = at % blocks;
    const entry = 64 * b;
    const height = min(64, length - entry);
    clear(supports, halfBytes);
    clear(block, bytes);
    const ofEntries = <usize>(matrix * length) << 2;
    begin<T>(
      block, axisStride, entryStride, supports,
      start != 0 ? start + ofEntries : 0, signs != 0 ? signs + ofEntries : 0, entry, height,
    );
    const steps = begins + (<usize>matrix << 2);
    rotate<T>(
      block, axisStride, entryStride, supports, first, second, cos, sin, load<i32>(steps), load<i32>(steps, 4),
    );
    const before = <usize>(64 * (b - firstBlock));
    const into = values + <usize>matrix * axes * length * sizeof<T>();
    const bits = mask + (<usize>matrix * maskWords << 2);
    if (tall) {
      copyRuns<T>(block, pitch, into + before * sizeof<T>(), stride, axes, height);
      for (let a = 0; a < axes; a++) {
        const support = load<u64>(supports + (<usize>a << 3));
        const word = bits + (<usize>(a * wordsOfAxis + 2 * b) << 2);
        store<u32>(word, <u32>support);
        if (height > 32) store<u32>(word, <u32>(support >> 32), 4);
      }
    } else {
      copyRuns<T>(block, pitch, into + before * stride * sizeof<T>(), stride, height, axes);
      splitWords(supports, words << 5, byWords);
      const rows = bits + ((<usize>entry * words) << 2);
      transposeBits(byWords, words, rows);
      transposeBits(byWords + (<usize>words << 7), words, rows + (<usize>words << 7));
    }
  }
}

export function rotateBlocks(
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  begins: usize,
  start: usize,
  signs: usize,
  axes: i32,
  length: i32,
  tall: i32,
  scratch: usize,
  pitch: i32,
  supportScratch: usize,
  values: usize,
  firstBlock: i32,
  stride: i32,
  mask: usize,
  from: i32,
  to: i32,
): void {
  rotateBlocksOf<f32>(
    first, second, cos, sin, begins, start, signs, axes, length, tall,
    scratch, pitch, supportScratch, values, firstBlock, stride, mask, from, to,
  );
}

export function rotateBlocks64(
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  begins: usize,
  start: usize,
  signs: usize,
  axes: i32,
  length: i32,
  tall: i32,
  scratch: usize,
  pitch: i32,
  supportScratch: usize,
  values: usize,
  firstBlock: i32,
  stride: i32,
  mask: usize,
  from: i32,
  to: i32,
): void {
  rotateBlocksOf<f64>(
    first, second, cos, sin, begins, start, signs, axes, length, tall,
    scratch, pitch, supportScratch, values, firstBlock, stride, mask, from, to,
  );
}
