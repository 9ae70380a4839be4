// Givens rotations, see ../rotations.ts.

@inline
function rotate<T>(
  values: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  for (let t: usize = 0; t < <usize>steps; t++) {
    const i = <usize>load<u32>(first + (t << 2));
    const j = <usize>load<u32>(second + (t << 2));
    let bits = load<u32>(supports + (i << 2)) | load<u32>(supports + (j << 2));
    if (bits == 0) continue;
    store<u32>(supports + (i << 2), bits);
    store<u32>(supports + (j << 2), bits);
    const p = values + i * 32 * sizeof<T>();
    const q = values + j * 32 * sizeof<T>();
    const c = load<f64>(cos + (t << 3));
    const s = load<f64>(sin + (t << 3));
    for (; bits != 0; bits &= bits - 1) {
      const at = <usize>ctz(bits) * sizeof<T>();
      const x = <f64>load<T>(p + at);
      const y = <f64>load<T>(q + at);
      store<T>(p + at, <T>(c * x + s * y));
      store<T>(q + at, <T>(c * y - s * x));
    }
  }
}

export function rotateBlock(
  values: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  rotate<f32>(values, supports, first, second, cos, sin, steps);
}

export function rotateBlock64(
  values: usize,
  supports: usize,
  first: usize,
  second: usize,
  cos: usize,
  sin: usize,
  steps: i32,
): void {
  rotate<f64>(values, supports, first, second, cos, sin, steps);
}

@inline
function bitsOf(v: v128): i32 {
  // Bytes, then sums of their neighbours until four sums of four bytes are left.
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v)));
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
  for (; words >= 4; words -= 4, p += 16, q += 16) {
    const a = v128.load(p);
    const b = v128.load(q);
    const differing = v128.xor(a, b);
    if (!v128.any_true(differing)) continue;
    // Each bit that one of them has alone is new to the other.
    grown += bitsOf(differing);
    const union = v128.or(a, b);
    v128.store(p, union);
    v128.store(q, union);
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

export function mergePairs(
  supports: usize,
  words: i32,
  first: usize,
  second: usize,
  from: i32,
  to: i32,
  wanted: f64,
  counts: usize,
): i32 {
  let t = from;
  let before = load<u32>(counts);
  let now = load<u32>(counts, 4);
  for (; t < to && <f64>now < wanted; t++) {
    const i = load<i32>(first + (<usize>t << 2));
    const j = load<i32>(second + (<usize>t << 2));
    before = now;
    now += merge(supports + (<usize>(i * words) << 2), supports + (<usize>(j * words) << 2), words);
  }
  store<u32>(counts, before);
  store<u32>(counts, now, 4);
  return t - from;
}
