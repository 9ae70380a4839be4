// Sparse layers, see ../correlate.ts: what the arguments mean stands there.
import { addDot, addDotsOf4 } from './dots';
import { multiplyAdd } from './lanes';

/** `count` weights over 24 floats, each from x and so many `bytes` times its tap; begun with `first`. */
@inline
function tileOf24(taps: usize, values: usize, count: i32, x: usize, bytes: i32, first: v128, y: usize): void {
  let y0 = first;
  let y1 = first;
  let y2 = first;
  let y3 = first;
  let y4 = first;
  let y5 = first;
  for (let k: usize = 0, end = <usize>count << 2; k < end; k += 4) {
    const w = v128.load32_splat(values + k);
    const from = x + <usize>(load<i32>(taps + k) * bytes);
    y0 = multiplyAdd(w, v128.load(from), y0);
    y1 = multiplyAdd(w, v128.load(from, 16), y1);
    y2 = multiplyAdd(w, v128.load(from, 32), y2);
    y3 = multiplyAdd(w, v128.load(from, 48), y3);
    y4 = multiplyAdd(w, v128.load(from, 64), y4);
    y5 = multiplyAdd(w, v128.load(from, 80), y5);
  }
  v128.store(y, y0);
  v128.store(y, y1, 16);
  v128.store(y, y2, 32);
  v128.store(y, y3, 48);
  v128.store(y, y4, 64);
  v128.store(y, y5, 80);
}

/** Two weights at a time, each with sums of its own: one would wait for the sum of the other. */
@inline
function tileOf8(taps: usize, values: usize, count: i32, x: usize, bytes: i32, first: v128, y: usize): void {
  let y0 = first;
  let y1 = first;
  let z0 = f32x4.splat(0);
  let z1 = f32x4.splat(0);
  let k: usize = 0;
  const end = <usize>count << 2;
  for (; k + 8 <= end; k += 8) {
    const w = v128.load32_splat(values + k);
    const from = x + <usize>(load<i32>(taps + k) * bytes);
    y0 = multiplyAdd(w, v128.load(from), y0);
    y1 = multiplyAdd(w, v128.load(from, 16), y1);
    const v = v128.load32_splat(values + k, 4);
    const next = x + <usize>(load<i32>(taps + k, 4) * bytes);
    z0 = multiplyAdd(v, v128.load(next), z0);
    z1 = multiplyAdd(v, v128.load(next, 16), z1);
  }
  if (k < end) {
    const w = v128.load32_splat(values + k);
    const from = x + <usize>(load<i32>(taps + k) * bytes);
    y0 = multiplyAdd(w, v128.load(from), y0);
    y1 = multiplyAdd(w, v128.load(from, 16), y1);
  }
  v128.store(y, f32x4.add(y0, z0));
  v128.store(y, f32x4.add(y1, z1), 16);
}

@inline
function tileOf4(taps: usize, values: usize, count: i32, x: usize, bytes: i32, first: v128, y: usize): void {
  let sum = first;
  for (let k: usize = 0, end = <usize>count << 2; k < end; k += 4)
    sum = multiplyAdd(v128.load32_splat(values + k), v128.load(x + <usize>(load<i32>(taps + k) * bytes)), sum);
  v128.store(y, sum);
}

@inline
function one(taps: usize, values: usize, count: i32, x: usize, bytes: i32, first: f32, y: usize): void {
  let sum = first;
  for (let k: usize = 0, end = <usize>count << 2; k < end; k += 4)
    sum += load<f32>(values + k) * load<f32>(x + <usize>(load<i32>(taps + k) * bytes));
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
  const bytes = batch << 2;
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
        for (; left >= 24; left -= 24, at += 96, into += 96)
          tileOf24(ownTaps, ownValues, count, at, bytes, firsts, into);
        for (; left >= 8; left -= 8, at += 32, into += 32) tileOf8(ownTaps, ownValues, count, at, bytes, firsts, into);
        for (; left >= 4; left -= 4, at += 16, into += 16) tileOf4(ownTaps, ownValues, count, at, bytes, firsts, into);
        for (; left > 0; left--, at += 4, into += 4) one(ownTaps, ownValues, count, at, bytes, first, into);
      }
  }
}

export function correlateWeights(
  starts: usize,
  taps: usize,
  dValues: usize,
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
  const bytes = batch << 2;
  for (let o = from; o < to; o++) {
    const start = load<i32>(starts + (<usize>o << 2));
    const end = load<i32>(starts + (<usize>o << 2), 4);
    memory.fill(dValues + (<usize>start << 2), 0, <usize>(end - start) << 2);
    const last = <usize>end << 2;
    let dyAt = dy + ((<usize>(o * height) * segments * run) << 2);
    // A row of dy stays in the nearest cache while all weights pass over it.
    for (let row = 0; row < height; row++)
      for (let s = 0; s < segments; s++, dyAt += <usize>run << 2) {
        const at = x + (<usize>(row * rowStep + s * segmentStep) << 2);
        let k = <usize>start << 2;
        for (; k + 16 <= last; k += 16) addDotsOf4(taps + k, at, bytes, dyAt, run, dValues + k);
        for (; k < last; k += 4) addDot(at + <usize>(load<i32>(taps + k) * bytes), dyAt, run, dValues + k);
      }
  }
}
