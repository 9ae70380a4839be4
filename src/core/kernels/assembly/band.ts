// Products of a reduction to a band and their panels, see ../band.ts. Rows are passed in stretches of 32 bytes.
import { reflectColumns, reflector } from './reflections';
import { less, plus, splat, sum } from './vectors';

/** Columns of a panel, columns of a group, bytes of a group's rows. */
const width: i32 = 16;
const columnGroup: i32 = 32;
const rowGroup: usize = 256;

/**
 * y -= L R, a stretch of rows and four columns. Of R the values of a row are beside each other, `row` bytes before
 * those of the next; `y` and L have `column` bytes from a column to the next. Eight sums and what a step loads are V8's
 * 15 registers.
 */
@inline
function tile<T>(y: usize, l: usize, column: usize, r: usize, row: usize, depth: i32): void {
  const y1 = y + column;
  const y2 = y1 + column;
  const y3 = y2 + column;
  let a0 = v128.load(y);
  let b0 = v128.load(y, 16);
  let a1 = v128.load(y1);
  let b1 = v128.load(y1, 16);
  let a2 = v128.load(y2);
  let b2 = v128.load(y2, 16);
  let a3 = v128.load(y3);
  let b3 = v128.load(y3, 16);
  for (const end = r + <usize>depth * row; r < end; r += row, l += column) {
    const a = v128.load(l);
    const b = v128.load(l, 16);
    const r0 = splat<T>(r);
    a0 = less<T>(a0, a, r0);
    b0 = less<T>(b0, b, r0);
    const r1 = splat<T>(r + sizeof<T>());
    a1 = less<T>(a1, a, r1);
    b1 = less<T>(b1, b, r1);
    const r2 = splat<T>(r + 2 * sizeof<T>());
    a2 = less<T>(a2, a, r2);
    b2 = less<T>(b2, b, r2);
    const r3 = splat<T>(r + 3 * sizeof<T>());
    a3 = less<T>(a3, a, r3);
    b3 = less<T>(b3, b, r3);
  }
  v128.store(y, a0);
  v128.store(y, b0, 16);
  v128.store(y1, a1);
  v128.store(y1, b1, 16);
  v128.store(y2, a2);
  v128.store(y2, b2, 16);
  v128.store(y3, a3);
  v128.store(y3, b3, 16);
}

/** Products of four columns of v with two of a, over `bytes` of rows, to w, `row` bytes from a row to the next. */
@inline
function products<T>(v: usize, a: usize, column: usize, bytes: usize, w: usize, row: usize): void {
  const v1 = v + column;
  const v2 = v1 + column;
  const v3 = v2 + column;
  const b = a + column;
  let a0 = v128.splat<T>(0);
  let b0 = v128.splat<T>(0);
  let a1 = v128.splat<T>(0);
  let b1 = v128.splat<T>(0);
  let a2 = v128.splat<T>(0);
  let b2 = v128.splat<T>(0);
  let a3 = v128.splat<T>(0);
  let b3 = v128.splat<T>(0);
  for (let p: usize = 0; p < bytes; p += 16) {
    const x = v128.load(a + p);
    const y = v128.load(b + p);
    const f0 = v128.load(v + p);
    a0 = plus<T>(a0, f0, x);
    b0 = plus<T>(b0, f0, y);
    const f1 = v128.load(v1 + p);
    a1 = plus<T>(a1, f1, x);
    b1 = plus<T>(b1, f1, y);
    const f2 = v128.load(v2 + p);
    a2 = plus<T>(a2, f2, x);
    b2 = plus<T>(b2, f2, y);
    const f3 = v128.load(v3 + p);
    a3 = plus<T>(a3, f3, x);
    b3 = plus<T>(b3, f3, y);
  }
  twoSums<T>(w, a0, b0);
  twoSums<T>(w + row, a1, b1);
  twoSums<T>(w + 2 * row, a2, b2);
  twoSums<T>(w + 3 * row, a3, b3);
}

@inline
function twoSums<T>(to: usize, a: v128, b: v128): void {
  store<T>(to, sum<T>(a));
  store<T>(to, sum<T>(b), sizeof<T>());
}

/**
 * x_l = sum over q <= l of t_ql x_q, in place, for vectors of `bytes`, a multiple of 64, `next` bytes from one to the
 * next.
 */
@inline
function timesTriangle<T>(x: usize, next: usize, bytes: usize, t: usize): void {
  const row = <usize>width * sizeof<T>();
  for (let l = width - 1; l >= 0; l--) {
    for (let p: usize = 0; p < bytes; p += 64) {
      let s0 = v128.splat<T>(0);
      let s1 = v128.splat<T>(0);
      let s2 = v128.splat<T>(0);
      let s3 = v128.splat<T>(0);
      let at = x + p;
      let entry = t + <usize>l * sizeof<T>();
      for (let q = 0; q <= l; q++, at += next, entry += row) {
        const factor = splat<T>(entry);
        s0 = plus<T>(s0, v128.load(at), factor);
        s1 = plus<T>(s1, v128.load(at, 16), factor);
        s2 = plus<T>(s2, v128.load(at, 32), factor);
        s3 = plus<T>(s3, v128.load(at, 48), factor);
      }
      const to = x + <usize>l * next + p;
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
  }
}

@inline
function left<T>(a: usize, v: usize, t: usize, w: usize, stride: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  const column = <usize>stride * sizeof<T>();
  const bytes = <usize>rows * sizeof<T>();
  const row = <usize>columnGroup * sizeof<T>();
  for (let g = from; g < to; g++) {
    const count = min(columnGroup, columns - g * columnGroup);
    const own = a + <usize>(g * columnGroup) * column;
    const x = w + <usize>(g * width) * row;
    for (let j = 0; j < count; j += 2)
      for (let l = 0; l < width; l += 4) {
        const at = x + <usize>l * row + <usize>j * sizeof<T>();
        products<T>(v + <usize>l * column, own + <usize>j * column, column, bytes, at, row);
      }
    // Those that act on the left are transposed, and so is T.
    timesTriangle<T>(x, row, row, t);
    for (let i: usize = 0; i < bytes; i += 32)
      for (let j = 0; j < count; j += 4)
        tile<T>(own + <usize>j * column + i, v + i, column, x + <usize>j * sizeof<T>(), row, width);
  }
}

@inline
function right<T>(
  a: usize,
  v: usize,
  r: usize,
  t: usize,
  x: usize,
  stride: i32,
  rows: i32,
  columns: i32,
  from: i32,
  to: i32,
): void {
  const column = <usize>stride * sizeof<T>();
  const bytes = <usize>rows * sizeof<T>();
  const row = <usize>width * sizeof<T>();
  for (let g = from; g < to; g++) {
    const begin = <usize>g * rowGroup;
    const end = min(begin + rowGroup, bytes);
    for (let l = 0; l < width; l++) memory.fill(x + <usize>l * column + begin, 0, end - begin);
    for (let i = begin; i < end; i += 32)
      for (let l = 0; l < width; l += 4)
        tile<T>(x + <usize>l * column + i, a + i, column, r + <usize>l * sizeof<T>(), row, columns);
    timesTriangle<T>(x + begin, column, end - begin, t);
    for (let j = 0; j < columns; j += 4)
      for (let i = begin; i < end; i += 32)
        tile<T>(a + <usize>j * column + i, x + i, column, v + <usize>j * sizeof<T>(), column, width);
  }
}

/**
 * The triangle of the reflections v with the factors in its last row: T_j = (-tau_j T VᵀV_j, tau_j), a column after the
 * other.
 */
@inline
function triangle<T>(v: usize, t: usize, column: usize, bytes: usize): void {
  const row = <usize>width * sizeof<T>();
  for (let j = 0; j < width; j += 2)
    for (let l = 0; l <= j + 1; l += 4) {
      const at = t + <usize>l * row + <usize>j * sizeof<T>();
      products<T>(v + <usize>l * column, v + <usize>j * column, column, bytes, at, row);
    }
  for (let j = 0; j < width; j++) {
    const own = t + <usize>j * sizeof<T>();
    const tau = load<T>(own + <usize>width * row);
    for (let i = 0; i < j; i++) {
      let s: T = 0;
      for (let q = i; q < j; q++)
        s += load<T>(t + <usize>i * row + <usize>q * sizeof<T>()) * load<T>(own + <usize>q * row);
      store<T>(own + <usize>i * row, -tau * s);
    }
    store<T>(own + <usize>j * row, tau);
  }
}

@inline
function panel<T>(
  a: usize,
  along: i32,
  across: i32,
  v: usize,
  r: usize,
  t: usize,
  to: usize,
  toAlong: i32,
  toAcross: i32,
  stride: i32,
  rows: i32,
): void {
  const column = <usize>stride * sizeof<T>();
  const bytes = <usize>rows * sizeof<T>();
  // In blocks, so that lines of both stay in cache.
  for (let top = 0; top < rows; top += width)
    for (let j = 0; j < width; j++)
      for (let i = top; i < top + width; i++)
        store<T>(v + <usize>j * column + <usize>i * sizeof<T>(), load<T>(a + <usize>(i * along + j * across) * sizeof<T>()));
  for (let j = 0; j < width; j++) {
    const own = v + <usize>j * column;
    const diagonal = <usize>j * sizeof<T>();
    for (let i = 0; i < j; i++)
      store<T>(to + <usize>(i * toAlong + j * toAcross) * sizeof<T>(), load<T>(own + <usize>i * sizeof<T>()));
    const begin = diagonal & ~31;
    memory.fill(own, 0, diagonal);
    const tauAt = t + <usize>(width * width + j) * sizeof<T>();
    store<T>(to + <usize>(j * (toAlong + toAcross)) * sizeof<T>(), reflector<T>(own, diagonal, bytes, tauAt));
    const tau = load<T>(tauAt);
    for (let c = j + 1; c < width; c += 2) {
      const next = v + <usize>c * column;
      reflectColumns<T>(next, c + 1 < width ? next + column : next, own, tau, begin, bytes);
    }
  }
  triangle<T>(v, t, column, bytes);
  for (let top = 0; top < rows; top += width)
    for (let j = 0; j < width; j++)
      for (let i = top; i < top + width; i++)
        store<T>(r + <usize>(i * width + j) * sizeof<T>(), -load<T>(v + <usize>j * column + <usize>i * sizeof<T>()));
}

export function bandPanel(a: usize, along: i32, across: i32, v: usize, r: usize, t: usize, to: usize, toAlong: i32, toAcross: i32, stride: i32, rows: i32): void {
  panel<f64>(a, along, across, v, r, t, to, toAlong, toAcross, stride, rows);
}

export function bandPanel32(a: usize, along: i32, across: i32, v: usize, r: usize, t: usize, to: usize, toAlong: i32, toAcross: i32, stride: i32, rows: i32): void {
  panel<f32>(a, along, across, v, r, t, to, toAlong, toAcross, stride, rows);
}

export function bandLeft(a: usize, v: usize, t: usize, w: usize, stride: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  left<f64>(a, v, t, w, stride, rows, columns, from, to);
}

export function bandLeft32(a: usize, v: usize, t: usize, w: usize, stride: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  left<f32>(a, v, t, w, stride, rows, columns, from, to);
}

export function bandRight(a: usize, v: usize, r: usize, t: usize, x: usize, stride: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  right<f64>(a, v, r, t, x, stride, rows, columns, from, to);
}

export function bandRight32(a: usize, v: usize, r: usize, t: usize, x: usize, stride: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  right<f32>(a, v, r, t, x, stride, rows, columns, from, to);
}
