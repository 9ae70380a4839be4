// Sums of products along runs, for the gradients by weights.
import { multiplyAdd, sumOfLanes, sumsOfLanes } from './lanes';

/** a . b of `count` floats is added to what stands at `into`. */
@inline
export function addDot(a: usize, b: usize, count: i32, into: usize): void {
  let sum = f32x4.splat(0);
  let i: usize = 0;
  const end = <usize>count << 2;
  for (; i + 16 <= end; i += 16) sum = multiplyAdd(v128.load(a + i), v128.load(b + i), sum);
  for (; i < end; i += 4) sum = multiplyAdd(v128.load32_zero(a + i), v128.load32_zero(b + i), sum);
  store<f32>(into, load<f32>(into) + sumOfLanes(sum));
}

/** The same of one b and the four a that are `taps` of so many `bytes` behind it. */
@inline
export function addDotsOf4(taps: usize, a: usize, bytes: i32, b: usize, count: i32, into: usize): void {
  const a0 = a + <usize>(load<i32>(taps) * bytes);
  const a1 = a + <usize>(load<i32>(taps, 4) * bytes);
  const a2 = a + <usize>(load<i32>(taps, 8) * bytes);
  const a3 = a + <usize>(load<i32>(taps, 12) * bytes);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let i: usize = 0;
  const end = <usize>count << 2;
  for (; i + 16 <= end; i += 16) {
    const v = v128.load(b + i);
    s0 = multiplyAdd(v128.load(a0 + i), v, s0);
    s1 = multiplyAdd(v128.load(a1 + i), v, s1);
    s2 = multiplyAdd(v128.load(a2 + i), v, s2);
    s3 = multiplyAdd(v128.load(a3 + i), v, s3);
  }
  for (; i < end; i += 4) {
    const v = v128.load32_zero(b + i);
    s0 = multiplyAdd(v128.load32_zero(a0 + i), v, s0);
    s1 = multiplyAdd(v128.load32_zero(a1 + i), v, s1);
    s2 = multiplyAdd(v128.load32_zero(a2 + i), v, s2);
    s3 = multiplyAdd(v128.load32_zero(a3 + i), v, s3);
  }
  v128.store(into, f32x4.add(v128.load(into), sumsOfLanes(s0, s1, s2, s3)));
}

/** As `addDotsOf4`, of two b, `plane` apart, into rows. */
@inline
export function addTwoDotsOf4(
  taps: usize,
  a: usize,
  bytes: i32,
  b: usize,
  plane: usize,
  count: i32,
  into: usize,
  row: usize,
): void {
  const a0 = a + <usize>(load<i32>(taps) * bytes);
  const a1 = a + <usize>(load<i32>(taps, 4) * bytes);
  const a2 = a + <usize>(load<i32>(taps, 8) * bytes);
  const a3 = a + <usize>(load<i32>(taps, 12) * bytes);
  const c = b + plane;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  let i: usize = 0;
  const end = <usize>count << 2;
  for (; i + 16 <= end; i += 16) {
    const v = v128.load(b + i);
    const w = v128.load(c + i);
    const x0 = v128.load(a0 + i);
    s0 = multiplyAdd(x0, v, s0);
    t0 = multiplyAdd(x0, w, t0);
    const x1 = v128.load(a1 + i);
    s1 = multiplyAdd(x1, v, s1);
    t1 = multiplyAdd(x1, w, t1);
    const x2 = v128.load(a2 + i);
    s2 = multiplyAdd(x2, v, s2);
    t2 = multiplyAdd(x2, w, t2);
    const x3 = v128.load(a3 + i);
    s3 = multiplyAdd(x3, v, s3);
    t3 = multiplyAdd(x3, w, t3);
  }
  for (; i < end; i += 4) {
    const v = v128.load32_zero(b + i);
    const w = v128.load32_zero(c + i);
    const x0 = v128.load32_zero(a0 + i);
    s0 = multiplyAdd(x0, v, s0);
    t0 = multiplyAdd(x0, w, t0);
    const x1 = v128.load32_zero(a1 + i);
    s1 = multiplyAdd(x1, v, s1);
    t1 = multiplyAdd(x1, w, t1);
    const x2 = v128.load32_zero(a2 + i);
    s2 = multiplyAdd(x2, v, s2);
    t2 = multiplyAdd(x2, w, t2);
    const x3 = v128.load32_zero(a3 + i);
    s3 = multiplyAdd(x3, v, s3);
    t3 = multiplyAdd(x3, w, t3);
  }
  v128.store(into, f32x4.add(v128.load(into), sumsOfLanes(s0, s1, s2, s3)));
  into += row;
  v128.store(into, f32x4.add(v128.load(into), sumsOfLanes(t0, t1, t2, t3)));
}
