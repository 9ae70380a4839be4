// Four float32 at a time. V8 loads all that a loop loads before it computes: where the sums and what is loaded are more
// than its 15 registers, a step waits for memory (a tile of 8 sums: 24 GFLOP/s where 6 make 38).

/** c + a b: one rounding where the build may, two else. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return RELAXED ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function sumOfLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** The sums of the lanes of each of four. */
@inline
export function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Four floats of each of four rows, as four of columns, `into` bytes apart. */
@inline
export function transpose4(from: usize, row: usize, to: usize, into: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + row);
  const c = v128.load(from + 2 * row);
  const d = v128.load(from + 3 * row);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(to + into, i64x2.shuffle(ab, cd, 1, 3));
  v128.store(to + 2 * into, i64x2.shuffle(ab2, cd2, 0, 2));
  v128.store(to + 3 * into, i64x2.shuffle(ab2, cd2, 1, 3));
}

@inline
export function fill(value: f32): v128 {
  return f32x4.splat(value);
}

/** Four floats, or one in every lane: so that one body computes both the many and what is left over. */
@inline
export function loadLanes(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_splat(at);
}

@inline
export function storeLanes(at: usize, v: v128, whole: bool): void {
  if (whole) v128.store(at, v);
  else store<f32>(at, f32x4.extract_lane(v, 0));
}

/** The first two of four floats, in float64. */
@inline
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The last two. */
@inline
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** Four floats of two pairs in float64. */
@inline
export function joined(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** 1.5 x 2^23: what is added to it is rounded to a whole number, which stands in the last bits of the sum. */
const roundingShift: f32 = 12582912;

/** exp(r) - 1 of |r| <= ln 2 / 2: Cephes, expf.c. */
@inline
function aroundZero(r: v128): v128 {
  let p = multiplyAdd(fill(1.9875691500e-4), r, fill(1.3981999507e-3));
  p = multiplyAdd(p, r, fill(8.3334519073e-3));
  p = multiplyAdd(p, r, fill(4.1665795894e-2));
  p = multiplyAdd(p, r, fill(1.6666665459e-1));
  p = multiplyAdd(p, r, fill(5.0000001201e-1));
  return multiplyAdd(p, f32x4.mul(r, r), r);
}

/** What is left of x without so many times ln 2. */
@inline
function remainder(x: v128, power: v128): v128 {
  return multiplyAdd(power, fill(2.12194440e-4), multiplyAdd(power, fill(-0.693359375), x));
}

/** 2 to the whole number in the last bits of `shifted`. */
@inline
function powerOf2(shifted: v128): v128 {
  return i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
}

/** exp, to two units of the last place, from 1e-38 to 2e38: Cephes, expf.c. */
@inline
export function exponential(given: v128): v128 {
  // pmin and pmax, and no conversion: one instruction each where min, max and trunc_sat are several. What is not a
  // number stays so.
  const x = f32x4.pmin(f32x4.pmax(given, fill(-87.33654)), fill(88.37626));
  const shifted = multiplyAdd(x, fill(1.44269504088896341), fill(roundingShift));
  const r = remainder(x, f32x4.sub(shifted, fill(roundingShift)));
  return f32x4.mul(f32x4.add(aroundZero(r), fill(1)), powerOf2(shifted));
}

/** exp(x) - 1 of x from 0 to 88. */
@inline
export function exponentialLess1(x: v128): v128 {
  const shifted = multiplyAdd(x, fill(1.44269504088896341), fill(roundingShift));
  const r = remainder(x, f32x4.sub(shifted, fill(roundingShift)));
  const scale = powerOf2(shifted);
  return multiplyAdd(aroundZero(r), scale, f32x4.sub(scale, fill(1)));
}

/**
 * The sum of sixteen as two halves in float64. What is summed in float32 before is a tree, whose rounding is no more
 * than that which the numbers were stored with.
 */
@inline
export function halvesOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const four = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return f64x2.add(low(four), high(four));
}

@inline
export function sumOfPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

@inline
function termAt(x: usize, squared: bool): v128 {
  const value = v128.load(x);
  return squared ? f32x4.mul(value, value) : value;
}

/** Sum of `count` floats, or of their squares. */
@inline
export function sumOf(x: usize, count: i32, squared: bool): f64 {
  let halves = f64x2.splat(0);
  for (; count >= 16; count -= 16, x += 64) {
    const front = termAt(x, squared);
    const back = termAt(x + 32, squared);
    halves = f64x2.add(halves, halvesOf(front, termAt(x + 16, squared), back, termAt(x + 48, squared)));
  }
  let sum = sumOfPair(halves);
  for (; count > 0; count--, x += 4) {
    const value = <f64>load<f32>(x);
    sum += squared ? value * value : value;
  }
  return sum;
}
