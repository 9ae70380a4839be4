// A step of a reduction to bidiagonal form, see ../bidiagonal.ts.

/** The value at index i of an array of T. */
@inline
function at<T>(array: usize, i: i32): usize {
  return array + <usize>i * sizeof<T>();
}

@inline
function sum<T>(v: v128): T {
  let total = v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1);
  if (sizeof<T>() == 4) total = total + (v128.extract_lane<T>(v, 2) + v128.extract_lane<T>(v, 3));
  return total;
}

/** x - a b - c d */
@inline
function updated<T>(x: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.sub<T>(v128.sub<T>(x, v128.mul<T>(a, b)), v128.mul<T>(c, d));
}

/** Four columns together: what is loaded of the vectors serves all of them. */
@inline
function fourColumns<T>(
  a: usize,
  v: usize,
  z: usize,
  nextV: usize,
  w: usize,
  u: usize,
  nextW: usize,
  row: usize,
  y: usize,
  tau: T,
  rows: i32,
  k: i32,
  j: i32,
): void {
  const lanes: i32 = 16 / sizeof<T>();
  const column = <usize>rows * sizeof<T>();
  const a0 = at<T>(a, j * rows);
  const a1 = a0 + column;
  const a2 = a1 + column;
  const a3 = a2 + column;
  const w0 = v128.splat<T>(load<T>(at<T>(w, j)));
  const w1 = v128.splat<T>(load<T>(at<T>(w, j + 1)));
  const w2 = v128.splat<T>(load<T>(at<T>(w, j + 2)));
  const w3 = v128.splat<T>(load<T>(at<T>(w, j + 3)));
  const u0 = v128.splat<T>(load<T>(at<T>(u, j)));
  const u1 = v128.splat<T>(load<T>(at<T>(u, j + 1)));
  const u2 = v128.splat<T>(load<T>(at<T>(u, j + 2)));
  const u3 = v128.splat<T>(load<T>(at<T>(u, j + 3)));
  let s0 = v128.splat<T>(0);
  let s1 = v128.splat<T>(0);
  let s2 = v128.splat<T>(0);
  let s3 = v128.splat<T>(0);
  let i = k;
  for (; i + lanes <= rows; i += lanes) {
    const p = <usize>i * sizeof<T>();
    const vi = v128.load(v + p);
    const zi = v128.load(z + p);
    const xi = v128.load(nextV + p);
    const b0 = updated<T>(v128.load(a0 + p), vi, w0, zi, u0);
    v128.store(a0 + p, b0);
    s0 = v128.add<T>(s0, v128.mul<T>(b0, xi));
    const b1 = updated<T>(v128.load(a1 + p), vi, w1, zi, u1);
    v128.store(a1 + p, b1);
    s1 = v128.add<T>(s1, v128.mul<T>(b1, xi));
    const b2 = updated<T>(v128.load(a2 + p), vi, w2, zi, u2);
    v128.store(a2 + p, b2);
    s2 = v128.add<T>(s2, v128.mul<T>(b2, xi));
    const b3 = updated<T>(v128.load(a3 + p), vi, w3, zi, u3);
    v128.store(a3 + p, b3);
    s3 = v128.add<T>(s3, v128.mul<T>(b3, xi));
  }
  let t0 = sum<T>(s0);
  let t1 = sum<T>(s1);
  let t2 = sum<T>(s2);
  let t3 = sum<T>(s3);
  for (; i < rows; i++) {
    const p = <usize>i * sizeof<T>();
    t0 += oneEntry<T>(a0 + p, v + p, z + p, nextV + p, w, u, j);
    t1 += oneEntry<T>(a1 + p, v + p, z + p, nextV + p, w, u, j + 1);
    t2 += oneEntry<T>(a2 + p, v + p, z + p, nextV + p, w, u, j + 2);
    t3 += oneEntry<T>(a3 + p, v + p, z + p, nextV + p, w, u, j + 3);
  }
  const r0 = rowEntry<T>(a0, nextW, row, tau * t0, k, j);
  const r1 = rowEntry<T>(a1, nextW, row, tau * t1, k, j + 1);
  const r2 = rowEntry<T>(a2, nextW, row, tau * t2, k, j + 2);
  const r3 = rowEntry<T>(a3, nextW, row, tau * t3, k, j + 3);
  const q0 = v128.splat<T>(r0);
  const q1 = v128.splat<T>(r1);
  const q2 = v128.splat<T>(r2);
  const q3 = v128.splat<T>(r3);
  i = k + 1;
  for (; i + lanes <= rows; i += lanes) {
    const p = <usize>i * sizeof<T>();
    const first = v128.add<T>(v128.mul<T>(v128.load(a0 + p), q0), v128.mul<T>(v128.load(a1 + p), q1));
    const second = v128.add<T>(v128.mul<T>(v128.load(a2 + p), q2), v128.mul<T>(v128.load(a3 + p), q3));
    v128.store(y + p, v128.add<T>(v128.load(y + p), v128.add<T>(first, second)));
  }
  for (; i < rows; i++) {
    const p = <usize>i * sizeof<T>();
    const first = load<T>(a0 + p) * r0 + load<T>(a1 + p) * r1;
    store<T>(y + p, load<T>(y + p) + (first + (load<T>(a2 + p) * r2 + load<T>(a3 + p) * r3)));
  }
}

/** Brings one entry of column j up to date, and answers its part of the product. */
@inline
function oneEntry<T>(a: usize, v: usize, z: usize, nextV: usize, w: usize, u: usize, j: i32): T {
  const value = load<T>(a) - load<T>(v) * load<T>(at<T>(w, j)) - load<T>(z) * load<T>(at<T>(u, j));
  store<T>(a, value);
  return value * load<T>(nextV);
}

/** Notes a column's product, and answers its entry of the row that is reflected next. */
@inline
function rowEntry<T>(column: usize, nextW: usize, row: usize, product: T, k: i32, j: i32): T {
  store<T>(at<T>(nextW, j), product);
  const entry = load<T>(at<T>(column, k)) - product;
  store<T>(at<T>(row, j), entry);
  return entry;
}

@inline
function step<T>(
  a: usize,
  v: usize,
  z: usize,
  nextV: usize,
  w: usize,
  u: usize,
  nextW: usize,
  row: usize,
  y: usize,
  tau: T,
  rows: i32,
  k: i32,
  from: i32,
  to: i32,
): void {
  let j = from;
  // The first column does not count in y, and what is left of four goes by itself.
  const alone = from + (to - from) % 4;
  const until = from == k + 1 && alone == from ? min(from + 4, to) : alone;
  for (; j < until; j++) {
    const column = at<T>(a, j * rows);
    let product: T = 0;
    for (let i = k; i < rows; i++) {
      const p = <usize>i * sizeof<T>();
      product += oneEntry<T>(column + p, v + p, z + p, nextV + p, w, u, j);
    }
    const entry = rowEntry<T>(column, nextW, row, tau * product, k, j);
    if (j > k + 1)
      for (let i = k + 1; i < rows; i++) {
        const p = <usize>i * sizeof<T>();
        store<T>(y + p, load<T>(y + p) + load<T>(column + p) * entry);
      }
  }
  for (; j < to; j += 4) fourColumns<T>(a, v, z, nextV, w, u, nextW, row, y, tau, rows, k, j);
}

export function bidiagonalStep(
  a: usize,
  v: usize,
  z: usize,
  nextV: usize,
  w: usize,
  u: usize,
  nextW: usize,
  row: usize,
  y: usize,
  tau: f64,
  rows: i32,
  k: i32,
  from: i32,
  to: i32,
): void {
  step<f64>(a, v, z, nextV, w, u, nextW, row, y, tau, rows, k, from, to);
}

export function bidiagonalStep32(
  a: usize,
  v: usize,
  z: usize,
  nextV: usize,
  w: usize,
  u: usize,
  nextW: usize,
  row: usize,
  y: usize,
  tau: f32,
  rows: i32,
  k: i32,
  from: i32,
  to: i32,
): void {
  step<f32>(a, v, z, nextV, w, u, nextW, row, y, tau, rows, k, from, to);
}
