// From a band to bidiagonal form, see ../band.ts.
import { reflectColumns, reflector } from './reflections';
import { less, plus, splat } from './vectors';

/** Of the band, which columns and rows are reflected at a time. */
const width: i32 = 16;
/** Values from entry (i, j) to (i, j + 1). */
const stride: i32 = 3 * width - 1;

/** a -= tau (a v) vᵀ of the columns from `a` on, bytes `begin` to `end`, in stretches of 64. */
@inline
function reflectRows<T>(a: usize, v: usize, tau: T, begin: usize, end: usize): void {
  const column = <usize>stride * sizeof<T>();
  const bytes = <usize>width * sizeof<T>();
  const factor = v128.splat<T>(tau);
  for (let p = begin; p < end; p += 64) {
    let s0 = v128.splat<T>(0);
    let s1 = v128.splat<T>(0);
    let s2 = v128.splat<T>(0);
    let s3 = v128.splat<T>(0);
    for (let q: usize = 0, at = a + p; q < bytes; q += sizeof<T>(), at += column) {
      const f = splat<T>(v + q);
      s0 = plus<T>(s0, v128.load(at), f);
      s1 = plus<T>(s1, v128.load(at, 16), f);
      s2 = plus<T>(s2, v128.load(at, 32), f);
      s3 = plus<T>(s3, v128.load(at, 48), f);
    }
    s0 = v128.mul<T>(s0, factor);
    s1 = v128.mul<T>(s1, factor);
    s2 = v128.mul<T>(s2, factor);
    s3 = v128.mul<T>(s3, factor);
    for (let q: usize = 0, at = a + p; q < bytes; q += sizeof<T>(), at += column) {
      const f = splat<T>(v + q);
      v128.store(at, less<T>(v128.load(at), s0, f));
      v128.store(at, less<T>(v128.load(at, 16), s1, f), 16);
      v128.store(at, less<T>(v128.load(at, 32), s2, f), 32);
      v128.store(at, less<T>(v128.load(at, 48), s3, f), 48);
    }
  }
}

/** Leaves of row r, columns c.., the first only. */
@inline
function row<T>(band: usize, v: usize, r: i32, c: i32): void {
  const column = <usize>stride * sizeof<T>();
  const bytes = <usize>width * sizeof<T>();
  const corner = band + <usize>(r + c * stride) * sizeof<T>();
  for (let q = 0; q < width; q++) store<T>(v + <usize>q * sizeof<T>(), load<T>(corner + <usize>q * column));
  const beta = reflector<T>(v, 0, bytes, v + bytes);
  const tau = load<T>(v + bytes);
  // Of the first row what is above is done.
  const top = band + <usize>(c - width + c * stride) * sizeof<T>();
  if (tau != 0) reflectRows<T>(top, v, tau, c == r + 1 ? bytes : 0, 2 * bytes);
  store<T>(corner, beta);
  for (let q = 1; q < width; q++) store<T>(corner + <usize>q * column, 0);
}

/** Leaves of column c, rows c.., the first only. */
@inline
function column<T>(band: usize, v: usize, c: i32): void {
  const next = <usize>stride * sizeof<T>();
  const bytes = <usize>width * sizeof<T>();
  const corner = band + <usize>(c + c * stride) * sizeof<T>();
  memory.copy(v, corner, bytes);
  const beta = reflector<T>(v, 0, bytes, v + bytes);
  const tau = load<T>(v + bytes);
  memory.fill(corner, 0, bytes);
  store<T>(corner, beta);
  if (tau == 0) return;
  // One more than there are, with nothing in it.
  const end = corner + <usize>(2 * width) * next;
  for (let a = corner + next; a < end; a += 2 * next) reflectColumns<T>(a, a + next, v, tau, 0, bytes);
}

@inline
function chase<T>(band: usize, v: usize, columns: i32, from: i32, to: i32): void {
  for (let k = from; k < to; k++)
    for (let c = k + 1, r = k; c < columns; r = c, c += width) {
      row<T>(band, v, r, c);
      column<T>(band, v, c);
    }
}

export function bandChase(band: usize, v: usize, columns: i32, from: i32, to: i32): void {
  chase<f64>(band, v, columns, from, to);
}

export function bandChase32(band: usize, v: usize, columns: i32, from: i32, to: i32): void {
  chase<f32>(band, v, columns, from, to);
}
