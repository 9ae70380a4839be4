// A step of a reduction to bidiagonal form, see ../bidiagonal.ts. Rows are passed in stretches of 32 bytes, so that no
// value is read across two lines of the cache and none is left over.
import { less, plus, sum } from './vectors';

/** Columns with a sum of their own. */
const group: i32 = 32;

/** The first byte of the stretch with value i. */
@inline
function stretch<T>(i: i32): usize {
  return (<usize>i * sizeof<T>()) & ~31;
}

/** x - a b - c d */
@inline
function updated<T>(x: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  return less<T>(less<T>(x, a, b), c, d);
}

/**
 * Brings columns j and j + 1 up to date and makes their products. Two, since more need more registers than V8 has.
 * Addresses: of column j, the vectors of its rows, and those of the columns at j.
 */
@inline
function twoColumns<T>(
  a: usize,
  column: usize,
  v: usize,
  z: usize,
  nextV: usize,
  w: usize,
  u: usize,
  nextW: usize,
  row: usize,
  tau: T,
  from: usize,
  end: usize,
  k: i32,
  j: i32,
): void {
  const b = a + column;
  const w0 = v128.splat<T>(load<T>(w));
  const w1 = v128.splat<T>(load<T>(w + sizeof<T>()));
  const u0 = v128.splat<T>(load<T>(u));
  const u1 = v128.splat<T>(load<T>(u + sizeof<T>()));
  let s0 = v128.splat<T>(0);
  let s1 = v128.splat<T>(0);
  let t0 = v128.splat<T>(0);
  let t1 = v128.splat<T>(0);
  for (let p = from; p < end; p += 32) {
    const v0 = v128.load(v + p);
    const z0 = v128.load(z + p);
    const x0 = v128.load(nextV + p);
    const a0 = updated<T>(v128.load(a + p), v0, w0, z0, u0);
    v128.store(a + p, a0);
    s0 = plus<T>(s0, a0, x0);
    const b0 = updated<T>(v128.load(b + p), v0, w1, z0, u1);
    v128.store(b + p, b0);
    s1 = plus<T>(s1, b0, x0);
    const v1 = v128.load(v + p, 16);
    const z1 = v128.load(z + p, 16);
    const x1 = v128.load(nextV + p, 16);
    const a1 = updated<T>(v128.load(a + p, 16), v1, w0, z1, u0);
    v128.store(a + p, a1, 16);
    t0 = plus<T>(t0, a1, x1);
    const b1 = updated<T>(v128.load(b + p, 16), v1, w1, z1, u1);
    v128.store(b + p, b1, 16);
    t1 = plus<T>(t1, b1, x1);
  }
  entries<T>(a, nextW, row, tau * sum<T>(v128.add<T>(s0, t0)), k, j);
  entries<T>(b, nextW + sizeof<T>(), row + sizeof<T>(), tau * sum<T>(v128.add<T>(s1, t1)), k, j + 1);
}

/** Notes a column's product and its entry of the row that is reflected next; none of columns that are done. */
@inline
function entries<T>(a: usize, nextW: usize, row: usize, product: T, k: i32, j: i32): void {
  store<T>(nextW, j > k ? product : 0);
  store<T>(row, j > k ? load<T>(a + <usize>k * sizeof<T>()) - product : 0);
}

/** y += a_j row_j of four columns. */
@inline
function addColumns<T>(a: usize, column: usize, row: usize, y: usize, from: usize, end: usize, k: i32, j: i32): void {
  const b = a + column;
  const c = b + column;
  const d = c + column;
  // The first column does not count, nor do those before it.
  const q0 = v128.splat<T>(j > k + 1 ? load<T>(row) : 0);
  const q1 = v128.splat<T>(j > k ? load<T>(row + sizeof<T>()) : 0);
  const q2 = v128.splat<T>(j >= k ? load<T>(row + 2 * sizeof<T>()) : 0);
  const q3 = v128.splat<T>(j > k - 2 ? load<T>(row + 3 * sizeof<T>()) : 0);
  for (let p = from; p < end; p += 32) {
    const left = plus<T>(v128.mul<T>(v128.load(b + p), q1), v128.load(a + p), q0);
    const right = plus<T>(plus<T>(v128.load(y + p), v128.load(d + p), q3), v128.load(c + p), q2);
    v128.store(y + p, v128.add<T>(left, right));
    const nextLeft = plus<T>(v128.mul<T>(v128.load(b + p, 16), q1), v128.load(a + p, 16), q0);
    const nextRight = plus<T>(plus<T>(v128.load(y + p, 16), v128.load(d + p, 16), q3), v128.load(c + p, 16), q2);
    v128.store(y + p, v128.add<T>(nextLeft, nextRight), 16);
  }
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
  stride: i32,
  k: i32,
  columns: i32,
  from: i32,
  to: i32,
): void {
  const column = <usize>stride * sizeof<T>();
  const begin = stretch<T>(k);
  const end = <usize>rows * sizeof<T>();
  for (let g = from; g < to; g++) {
    const own = y + <usize>g * column;
    memory.fill(own + begin, 0, end - begin);
    const last = min((g + 1) * group, columns);
    for (let j = max(g * group, (k + 1) & ~3); j < last; j += 4) {
      const at = a + <usize>j * column;
      const entry = <usize>j * sizeof<T>();
      const next = entry + 2 * sizeof<T>();
      twoColumns<T>(at, column, v, z, nextV, w + entry, u + entry, nextW + entry, row + entry, tau, begin, end, k, j);
      const third = at + 2 * column;
      twoColumns<T>(third, column, v, z, nextV, w + next, u + next, nextW + next, row + next, tau, begin, end, k, j + 2);
      addColumns<T>(at, column, row + entry, own, begin, end, k, j);
    }
  }
}

@inline
function column<T>(
  a: usize,
  v: usize,
  z: usize,
  y: usize,
  tau: T,
  pivot: T,
  along: T,
  rows: i32,
  stride: i32,
  k: i32,
  columns: i32,
): void {
  const bytes = <usize>stride * sizeof<T>();
  const begin = stretch<T>(k + 1);
  const end = <usize>rows * sizeof<T>();
  const first = a + <usize>(k + 1) * bytes;
  const from = (k + 1) / group;
  const to = (columns + group - 1) / group;
  for (let p = begin; p < end; p += 16) {
    let sum = v128.load(y + <usize>from * bytes + p);
    for (let g = from + 1; g < to; g++) sum = v128.add<T>(sum, v128.load(y + <usize>g * bytes + p));
    const product = v128.add<T>(v128.load(first + p), v128.div<T>(sum, v128.splat<T>(pivot)));
    const rest = less<T>(product, v128.load(v + p), v128.splat<T>(along));
    v128.store(z + p, v128.mul<T>(rest, v128.splat<T>(tau)));
  }
  memory.fill(z + begin, 0, <usize>(k + 1) * sizeof<T>() - begin);
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
  stride: i32,
  k: i32,
  columns: i32,
  from: i32,
  to: i32,
): void {
  step<f64>(a, v, z, nextV, w, u, nextW, row, y, tau, rows, stride, k, columns, from, to);
}

export function bidiagonalColumn(
  a: usize,
  v: usize,
  z: usize,
  y: usize,
  tau: f64,
  pivot: f64,
  along: f64,
  rows: i32,
  stride: i32,
  k: i32,
  columns: i32,
): void {
  column<f64>(a, v, z, y, tau, pivot, along, rows, stride, k, columns);
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
  stride: i32,
  k: i32,
  columns: i32,
  from: i32,
  to: i32,
): void {
  step<f32>(a, v, z, nextV, w, u, nextW, row, y, tau, rows, stride, k, columns, from, to);
}

export function bidiagonalColumn32(
  a: usize,
  v: usize,
  z: usize,
  y: usize,
  tau: f32,
  pivot: f32,
  along: f32,
  rows: i32,
  stride: i32,
  k: i32,
  columns: i32,
): void {
  column<f32>(a, v, z, y, tau, pivot, along, rows, stride, k, columns);
}
