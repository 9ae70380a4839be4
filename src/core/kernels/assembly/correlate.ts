// Sparse layers, see ../correlate.ts: what the arguments mean stands there.
import { multiplyAdd, sumOfLanes } from './lanes';

/** `count` weights over `tile` floats from `x + shift`, begun with `first`: 8 registers that are stored once. */
// @ts-ignore: decorator
@inline
function tileOf32(taps: usize, values: usize, count: i32, x: usize, batch: i32, first: v128, y: usize): void {
  let y0 = first;
  let y1 = first;
  let y2 = first;
  let y3 = first;
  let y4 = first;
  let y5 = first;
  let y6 = first;
  let y7 = first;
  for (let k = 0; k < count; k++) {
    const w = v128.load32_splat(values + (<usize>k << 2));
    const from = x + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch) << 2);
    y0 = multiplyAdd(w, v128.load(from), y0);
    y1 = multiplyAdd(w, v128.load(from, 16), y1);
    y2 = multiplyAdd(w, v128.load(from, 32), y2);
    y3 = multiplyAdd(w, v128.load(from, 48), y3);
    y4 = multiplyAdd(w, v128.load(from, 64), y4);
    y5 = multiplyAdd(w, v128.load(from, 80), y5);
    y6 = multiplyAdd(w, v128.load(from, 96), y6);
    y7 = multiplyAdd(w, v128.load(from, 112), y7);
  }
  v128.store(y, y0);
  v128.store(y, y1, 16);
  v128.store(y, y2, 32);
  v128.store(y, y3, 48);
  v128.store(y, y4, 64);
  v128.store(y, y5, 80);
  v128.store(y, y6, 96);
  v128.store(y, y7, 112);
}

// @ts-ignore: decorator
@inline
function tileOf4(taps: usize, values: usize, count: i32, x: usize, batch: i32, first: v128, y: usize): void {
  let sum = first;
  for (let k = 0; k < count; k++) {
    const from = x + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch) << 2);
    sum = multiplyAdd(v128.load32_splat(values + (<usize>k << 2)), v128.load(from), sum);
  }
  v128.store(y, sum);
}

// @ts-ignore: decorator
@inline
function one(taps: usize, values: usize, count: i32, x: usize, batch: i32, first: f32, y: usize): void {
  let sum = first;
  for (let k = 0; k < count; k++) {
    const from = x + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch) << 2);
    sum += load<f32>(values + (<usize>k << 2)) * load<f32>(from);
  }
  store<f32>(y, sum);
}

export function correlate(
  starts: usize,
  taps: usize,
  values: usize,
  bias: usize,
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  segments: i32,
  run: i32,
  rowStep: i32,
  segmentStep: i32,
  from: i32,
  to: i32,
): void {
  for (let o = from; o < to; o++) {
    const start = load<i32>(starts + (<usize>o << 2));
    const count = load<i32>(starts + (<usize>o << 2), 4) - start;
    const ownTaps = taps + (<usize>start << 2);
    const ownValues = values + (<usize>start << 2);
    const first: f32 = bias ? load<f32>(bias + (<usize>o << 2)) : 0;
    const firsts = f32x4.splat(first);
    let into = y + ((<usize>(o * height) * segments * run) << 2);
    for (let row = 0; row < height; row++)
      for (let s = 0; s < segments; s++) {
        let at = x + (<usize>(row * rowStep + s * segmentStep) << 2);
        let left = run;
        for (; left >= 32; left -= 32, at += 128, into += 128)
          tileOf32(ownTaps, ownValues, count, at, batch, firsts, into);
        for (; left >= 4; left -= 4, at += 16, into += 16) tileOf4(ownTaps, ownValues, count, at, batch, firsts, into);
        for (; left > 0; left--, at += 4, into += 4) one(ownTaps, ownValues, count, at, batch, first, into);
      }
  }
}

/** a . b of `count` floats. */
// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, count: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (; count >= 16; count -= 16, a += 64, b += 64) {
    s0 = multiplyAdd(v128.load(a), v128.load(b), s0);
    s1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), s3);
  }
  for (; count >= 4; count -= 4, a += 16, b += 16) s0 = multiplyAdd(v128.load(a), v128.load(b), s0);
  let sum = sumOfLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; count > 0; count--, a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}

export function correlateWeights(
  starts: usize,
  taps: usize,
  slopes: usize,
  x: usize,
  dy: usize,
  batch: i32,
  height: i32,
  segments: i32,
  run: i32,
  rowStep: i32,
  segmentStep: i32,
  from: i32,
  to: i32,
): void {
  for (let o = from; o < to; o++) {
    const start = load<i32>(starts + (<usize>o << 2));
    const end = load<i32>(starts + (<usize>o << 2), 4);
    memory.fill(slopes + (<usize>start << 2), 0, <usize>(end - start) << 2);
    let slope = dy + ((<usize>(o * height) * segments * run) << 2);
    // A row of the slopes stays in the nearest cache while all weights pass over it.
    for (let row = 0; row < height; row++)
      for (let s = 0; s < segments; s++, slope += <usize>run << 2) {
        const at = x + (<usize>(row * rowStep + s * segmentStep) << 2);
        for (let k = start; k < end; k++) {
          const into = slopes + (<usize>k << 2);
          const value = at + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch) << 2);
          store<f32>(into, load<f32>(into) + dot(slope, value, run));
        }
      }
  }
}
