// Attention, see ../attend.ts: what the arguments mean stands there. Four examples of a head are computed at a time,
// one in each lane. They are packed into scratch first: as they come, what is summed lies kilobytes apart, where the
// cache holds little of it. Rows and columns there are rounded up to fours; what comes of those beyond is not read.
import { instanceOf } from './dense';
import { exponential, fill, multiplyAdd } from './lanes';

@inline
function padded(count: i32): usize {
  return <usize>((count + 3) & ~3);
}

/**
 * Bytes from one row to the next: a line more than there are, so that the rows of a tile do not meet in one place of
 * the cache.
 */
@inline
function pitchOf(columns: i32): usize {
  return (padded(columns) << 4) + 64;
}

/** As `attendFloats`. */
@inline
function ownScratch(scratch: usize, each: i32, tokens: i32): usize {
  return scratch + instanceOf() * padded(tokens) * (3 * pitchOf(each) + 2 * pitchOf(tokens));
}

/** Four floats, or those of so few examples as are left. */
@inline
function loadSome(at: usize, some: i32): v128 {
  if (some >= 4) return v128.load(at);
  let v = v128.load32_zero(at);
  if (some > 1) v = f32x4.replace_lane(v, 1, load<f32>(at, 4));
  if (some > 2) v = f32x4.replace_lane(v, 2, load<f32>(at, 8));
  return v;
}

@inline
function storeSome(at: usize, v: v128, some: i32): void {
  if (some >= 4) {
    v128.store(at, v);
    return;
  }
  store<f32>(at, f32x4.extract_lane(v, 0));
  if (some > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
  if (some > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
}

/** Moves a matrix into scratch. `near` of its floats lie `step` bytes apart, and `far` times so many `stride`. */
function pack(
  x: usize,
  step: usize,
  near: i32,
  stride: usize,
  far: i32,
  into: usize,
  byNear: usize,
  byFar: usize,
  some: i32,
): void {
  for (let f = 0; f < far; f++, x += stride, into += byFar)
    for (let n = 0, from = x, to = into; n < near; n++, from += step, to += byNear) v128.store(to, loadSome(from, some));
}

/** The way back of `pack`. */
function unpack(
  from: usize,
  byNear: usize,
  byFar: usize,
  x: usize,
  step: usize,
  near: i32,
  stride: usize,
  far: i32,
  some: i32,
): void {
  for (let f = 0; f < far; f++, x += stride, from += byFar)
    for (let n = 0, at = from, to = x; n < near; n++, at += byNear, to += step) storeSome(to, v128.load(at), some);
}

/**
 * into[i, j] = sum over k of a[i, k] b[k, j], of so many rows, columns and values to sum, in tiles of two rows by four
 * columns. `aRow`, `aNext`, `bNext`, `bColumn`: bytes from one row, k or column to the next; of `into` a row has
 * `pitch`.
 */
@inline
function product(
  a: usize,
  aRow: usize,
  aNext: usize,
  b: usize,
  bNext: usize,
  bColumn: usize,
  into: usize,
  pitch: usize,
  rows: i32,
  columns: i32,
  count: i32,
): void {
  for (let i = 0; i < rows; i += 2, a += 2 * aRow, into += 2 * pitch)
    for (let j = 0, tile = b, to = into; j < columns; j += 4, tile += 4 * bColumn, to += 64) {
      let c00 = fill(0);
      let c01 = fill(0);
      let c02 = fill(0);
      let c03 = fill(0);
      let c10 = fill(0);
      let c11 = fill(0);
      let c12 = fill(0);
      let c13 = fill(0);
      for (let k = 0, at = a, from = tile; k < count; k++, at += aNext, from += bNext) {
        const x = v128.load(at);
        const y = v128.load(at + aRow);
        const v0 = v128.load(from);
        c00 = multiplyAdd(x, v0, c00);
        c10 = multiplyAdd(y, v0, c10);
        const v1 = v128.load(from + bColumn);
        c01 = multiplyAdd(x, v1, c01);
        c11 = multiplyAdd(y, v1, c11);
        const v2 = v128.load(from + 2 * bColumn);
        c02 = multiplyAdd(x, v2, c02);
        c12 = multiplyAdd(y, v2, c12);
        const v3 = v128.load(from + 3 * bColumn);
        c03 = multiplyAdd(x, v3, c03);
        c13 = multiplyAdd(y, v3, c13);
      }
      v128.store(to, c00);
      v128.store(to, c01, 16);
      v128.store(to, c02, 32);
      v128.store(to, c03, 48);
      v128.store(to + pitch, c10);
      v128.store(to + pitch, c11, 16);
      v128.store(to + pitch, c12, 32);
      v128.store(to + pitch, c13, 48);
    }
}

/** What tokens are to each other, of their rows: into = a bᵀ. */
function scoresOf(a: usize, b: usize, wide: usize, each: i32, into: usize, square: usize, tokens: i32): void {
  product(a, wide, 16, b, 16, wide, into, square, tokens, tokens, each);
}

/** Sums of rows by what tokens are to each other, or to them, which `row` and `next` say: into = a b, or aᵀ b. */
function sumsOf(a: usize, row: usize, next: usize, b: usize, wide: usize, each: i32, into: usize, tokens: i32): void {
  product(a, row, next, b, wide, 16, into, wide, tokens, each, tokens);
}

/** A row of scores, times `factor`, to shares that add up to 1. */
@inline
function softmax(row: usize, count: i32, factor: v128): void {
  const end = row + (<usize>count << 4);
  let most = fill(-Infinity);
  for (let at = row; at < end; at += 16) {
    const value = f32x4.mul(v128.load(at), factor);
    most = f32x4.max(most, value);
    v128.store(at, value);
  }
  let total = fill(0);
  for (let at = row; at < end; at += 16) {
    const e = exponential(f32x4.sub(v128.load(at), most));
    total = f32x4.add(total, e);
    v128.store(at, e);
  }
  const share = f32x4.div(fill(1), total);
  for (let at = row; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), share));
}

export function attend(
  made: usize,
  attention: usize,
  y: usize,
  scratch: usize,
  heads: i32,
  each: i32,
  tokens: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  const channel = step * tokens;
  const size = channel * heads * each;
  const wide = pitchOf(each);
  const square = pitchOf(tokens);
  const area = wide * padded(tokens);
  const query = ownScratch(scratch, each, tokens);
  const key = query + area;
  const shares = key + area;
  const factor = fill(1 / sqrt<f32>(<f32>each));
  const groups = <i32>(padded(batch) >> 2);
  for (let part = from; part < to; part++) {
    const head = part / groups;
    const first = (part % groups) << 2;
    const some = batch - first;
    const at = <usize>(head * each) * channel + (<usize>first << 2);
    const own = attention + <usize>(head * tokens) * channel + (<usize>first << 2);
    pack(made + at, step, tokens, channel, each, query, wide, 16, some);
    pack(made + size + at, step, tokens, channel, each, key, wide, 16, some);
    scoresOf(query, key, wide, each, shares, square, tokens);
    for (let t = 0, row = shares; t < tokens; t++, row += square) softmax(row, tokens, factor);
    unpack(shares, 16, square, own, step, tokens, channel, tokens, some);
    pack(made + 2 * size + at, step, tokens, channel, each, key, wide, 16, some);
    sumsOf(shares, square, 16, key, wide, each, query, tokens);
    unpack(query, wide, 16, y + at, step, tokens, channel, each, some);
  }
}

export function attendBack(
  made: usize,
  attention: usize,
  dy: usize,
  dMade: usize,
  scratch: usize,
  heads: i32,
  each: i32,
  tokens: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  const channel = step * tokens;
  const size = channel * heads * each;
  const wide = pitchOf(each);
  const square = pitchOf(tokens);
  const area = wide * padded(tokens);
  const x = ownScratch(scratch, each, tokens);
  const gradient = x + area;
  const result = gradient + area;
  const shares = result + area;
  const byScores = shares + square * padded(tokens);
  const factor = fill(1 / sqrt<f32>(<f32>each));
  const groups = <i32>(padded(batch) >> 2);
  for (let part = from; part < to; part++) {
    const head = part / groups;
    const first = (part % groups) << 2;
    const some = batch - first;
    const at = <usize>(head * each) * channel + (<usize>first << 2);
    const own = attention + <usize>(head * tokens) * channel + (<usize>first << 2);
    pack(made + 2 * size + at, step, tokens, channel, each, x, wide, 16, some);
    pack(dy + at, step, tokens, channel, each, gradient, wide, 16, some);
    pack(own, step, tokens, channel, tokens, shares, 16, square, some);
    scoresOf(gradient, x, wide, each, byScores, square, tokens);
    for (let t: usize = 0; t < <usize>tokens; t++) {
      const row = byScores + t * square;
      const share = shares + t * square;
      const end = <usize>tokens << 4;
      let along = fill(0);
      for (let u: usize = 0; u < end; u += 16) along = multiplyAdd(v128.load(row + u), v128.load(share + u), along);
      for (let u: usize = 0; u < end; u += 16) {
        const off = f32x4.sub(v128.load(row + u), along);
        v128.store(row + u, f32x4.mul(f32x4.mul(v128.load(share + u), off), factor));
      }
    }
    sumsOf(shares, 16, square, gradient, wide, each, result, tokens);
    unpack(result, wide, 16, dMade + 2 * size + at, step, tokens, channel, each, some);
    pack(made + size + at, step, tokens, channel, each, x, wide, 16, some);
    sumsOf(byScores, square, 16, x, wide, each, result, tokens);
    unpack(result, wide, 16, dMade + at, step, tokens, channel, each, some);
    pack(made + at, step, tokens, channel, each, x, wide, 16, some);
    sumsOf(byScores, 16, square, x, wide, each, result, tokens);
    unpack(result, wide, 16, dMade + size + at, step, tokens, channel, each, some);
  }
}
