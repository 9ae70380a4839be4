// Cosines and sines, see ../../cos-sin.ts: the same arithmetic, two angles at a time.

@inline
function both(value: f64): v128 {
  return f64x2.splat(value);
}

/** y + z * x, each rounded. */
@inline
function step(y: f64, z: v128, x: v128): v128 {
  return f64x2.add(both(y), f64x2.mul(z, x));
}

/** The high words of numbers that are not negative. */
@inline
function highWords(values: v128): v128 {
  return i64x2.shr_u(values, 32);
}

/** Of the two at `angle`, `stride` bytes apart: 0 where there is one only. */
@inline
function twoOf(angle: usize, cos: usize, sin: usize, stride: usize): void {
  const x = v128.load64_lane(angle + stride, v128.load64_zero(angle), 1);
  const t = f64x2.abs(x);
  const high = highWords(t);
  const small = i64x2.le_s(high, i64x2.splat(0x3fe921fb));
  const below3 = i64x2.lt_s(high, i64x2.splat(0x4002d97c));
  const nearest = f64x2.floor(f64x2.add(f64x2.mul(t, both(0.6366197723675814)), both(0.5)));
  const quarters = v128.andnot(v128.bitselect(both(1), nearest, below3), small);
  const r = f64x2.sub(t, f64x2.mul(quarters, both(1.5707963267341256)));
  const w = f64x2.mul(quarters, both(6.077100506506192e-11));
  const y = f64x2.sub(r, w);
  const tail = f64x2.sub(f64x2.sub(r, y), w);

  const z = f64x2.mul(y, y);
  let p = step(2.087572321298175e-9, z, both(-1.1359647557788195e-11));
  p = step(-2.7557314351390663e-7, z, p);
  p = step(2.480158728947673e-5, z, p);
  p = step(-1.388888888887411e-3, z, p);
  p = f64x2.mul(z, step(4.1666666666666602e-2, z, p));
  const word = highWords(f64x2.abs(y));
  const large = i64x2.gt_s(word, i64x2.splat(0x3fe90000));
  const quarter = i64x2.shl(i64x2.sub(word, i64x2.splat(0x00200000)), 32);
  const held = v128.and(
    v128.bitselect(both(0.28125), quarter, large),
    i64x2.ge_s(word, i64x2.splat(0x3fd33333)),
  );
  const half = f64x2.sub(f64x2.mul(both(0.5), z), held);
  const c = f64x2.sub(
    f64x2.sub(both(1), held),
    f64x2.sub(half, f64x2.sub(f64x2.mul(z, p), f64x2.mul(y, tail))),
  );

  const v = f64x2.mul(z, y);
  let q = step(-2.5050760253406863e-8, z, both(1.58969099521155e-10));
  q = step(2.7557313707070068e-6, z, q);
  q = step(-1.9841269829857949e-4, z, q);
  q = step(8.33333333332249e-3, z, q);
  const first = both(-0.16666666666666632);
  const without = f64x2.add(y, f64x2.mul(v, f64x2.add(first, f64x2.mul(z, q))));
  const corrected = f64x2.sub(f64x2.mul(z, f64x2.sub(f64x2.mul(both(0.5), tail), f64x2.mul(v, q))), tail);
  const s = v128.bitselect(without, f64x2.sub(y, f64x2.sub(corrected, f64x2.mul(v, first))), small);

  const n = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(quarters));
  const odd = i64x2.eq(v128.and(n, i64x2.splat(1)), i64x2.splat(1));
  const cosSign = i64x2.shl(v128.and(i64x2.add(n, i64x2.splat(1)), i64x2.splat(2)), 62);
  const sinSign = v128.xor(i64x2.shl(v128.and(n, i64x2.splat(2)), 62), v128.and(x, i64x2.splat(i64.MIN_VALUE)));
  const cosines = v128.xor(v128.bitselect(s, c, odd), cosSign);
  const sines = v128.xor(v128.bitselect(c, s, odd), sinSign);
  v128.store64_lane(cos, cosines, 0);
  v128.store64_lane(sin, sines, 0);
  v128.store64_lane(cos + stride, cosines, 1);
  v128.store64_lane(sin + stride, sines, 1);

  const multiple = f64x2.mul(quarters, both(1.5707963267948966));
  const near = v128.andnot(i64x2.eq(highWords(multiple), high), small);
  const hard = v128.or(near, v128.not(f64x2.lt(quarters, both(32))));
  if (!v128.any_true(hard)) return;
  if (i64x2.extract_lane(hard, 0) != 0) byHost(angle, cos, sin);
  if (i64x2.extract_lane(hard, 1) != 0) byHost(angle + stride, cos + stride, sin + stride);
}

function byHost(angle: usize, cos: usize, sin: usize): void {
  const radians = load<f64>(angle);
  store<f64>(cos, JSMath.cos(radians));
  store<f64>(sin, JSMath.sin(radians));
}

export function cosSin(angle: usize, cos: usize, sin: usize, from: i32, to: i32): void {
  const end = <usize>to << 3;
  let at = <usize>from << 3;
  for (; at + 16 <= end; at += 16) twoOf(angle + at, cos + at, sin + at, 8);
  if (at < end) twoOf(angle + at, cos + at, sin + at, 0);
}
