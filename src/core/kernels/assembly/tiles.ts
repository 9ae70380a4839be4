// Tiles of dense products: so many sums in registers while a panel of what is multiplied, packed, passes by.
import { multiplyAdd } from './lanes';

/** A panel lies in strips of so many floats, the width of a tile. */
export const strip = 8;

/** One line of a strip; what is wanting of the last strip is 0. */
@inline
export function packStrip(from: usize, valid: i32, into: usize): void {
  if (valid == strip) {
    v128.store(into, v128.load(from));
    v128.store(into, v128.load(from, 16), 16);
  } else {
    for (let i = 0; i < strip; i++) store<f32>(into + (<usize>i << 2), i < valid ? load<f32>(from + (<usize>i << 2)) : 0);
  }
}

/**
 * Four outputs over a strip: y += W p, or where `tapped` of x as it lies, each feature so many `bytes` times its tap
 * from p.
 */
@inline
export function tileOf4(
  a: usize,
  row: usize,
  count: i32,
  p: usize,
  y: usize,
  plane: usize,
  tapped: bool = false,
  taps: usize = 0,
  bytes: i32 = 0,
): void {
  const a1 = a + row;
  const a2 = a1 + row;
  const a3 = a2 + row;
  const y1 = y + plane;
  const y2 = y1 + plane;
  const y3 = y2 + plane;
  let c00 = v128.load(y);
  let c01 = v128.load(y, 16);
  let c10 = v128.load(y1);
  let c11 = v128.load(y1, 16);
  let c20 = v128.load(y2);
  let c21 = v128.load(y2, 16);
  let c30 = v128.load(y3);
  let c31 = v128.load(y3, 16);
  for (let k: usize = 0, end = <usize>count << 2; k < end; k += 4) {
    const at = tapped ? p + <usize>(load<i32>(taps + k) * bytes) : p;
    const p0 = v128.load(at);
    const p1 = v128.load(at, 16);
    const w0 = v128.load32_splat(a + k);
    c00 = multiplyAdd(w0, p0, c00);
    c01 = multiplyAdd(w0, p1, c01);
    const w1 = v128.load32_splat(a1 + k);
    c10 = multiplyAdd(w1, p0, c10);
    c11 = multiplyAdd(w1, p1, c11);
    const w2 = v128.load32_splat(a2 + k);
    c20 = multiplyAdd(w2, p0, c20);
    c21 = multiplyAdd(w2, p1, c21);
    const w3 = v128.load32_splat(a3 + k);
    c30 = multiplyAdd(w3, p0, c30);
    c31 = multiplyAdd(w3, p1, c31);
    if (!tapped) p += 32;
  }
  v128.store(y, c00);
  v128.store(y, c01, 16);
  v128.store(y1, c10);
  v128.store(y1, c11, 16);
  v128.store(y2, c20);
  v128.store(y2, c21, 16);
  v128.store(y3, c30);
  v128.store(y3, c31, 16);
}

/** The same of weights that are packed, the four of a step beside each other. */
@inline
export function tileOfPacked4(a: usize, count: i32, p: usize, y: usize, plane: usize): void {
  const y1 = y + plane;
  const y2 = y1 + plane;
  const y3 = y2 + plane;
  let c00 = v128.load(y);
  let c01 = v128.load(y, 16);
  let c10 = v128.load(y1);
  let c11 = v128.load(y1, 16);
  let c20 = v128.load(y2);
  let c21 = v128.load(y2, 16);
  let c30 = v128.load(y3);
  let c31 = v128.load(y3, 16);
  for (const end = a + (<usize>count << 4); a < end; a += 16, p += 32) {
    const p0 = v128.load(p);
    const p1 = v128.load(p, 16);
    const w0 = v128.load32_splat(a);
    c00 = multiplyAdd(w0, p0, c00);
    c01 = multiplyAdd(w0, p1, c01);
    const w1 = v128.load32_splat(a, 4);
    c10 = multiplyAdd(w1, p0, c10);
    c11 = multiplyAdd(w1, p1, c11);
    const w2 = v128.load32_splat(a, 8);
    c20 = multiplyAdd(w2, p0, c20);
    c21 = multiplyAdd(w2, p1, c21);
    const w3 = v128.load32_splat(a, 12);
    c30 = multiplyAdd(w3, p0, c30);
    c31 = multiplyAdd(w3, p1, c31);
  }
  v128.store(y, c00);
  v128.store(y, c01, 16);
  v128.store(y1, c10);
  v128.store(y1, c11, 16);
  v128.store(y2, c20);
  v128.store(y2, c21, 16);
  v128.store(y3, c30);
  v128.store(y3, c31, 16);
}

@inline
export function tileOf1(a: usize, count: i32, p: usize, y: usize): void {
  let c0 = v128.load(y);
  let c1 = v128.load(y, 16);
  for (let k = 0; k < count; k++, a += 4, p += 32) {
    const w = v128.load32_splat(a);
    c0 = multiplyAdd(w, v128.load(p), c0);
    c1 = multiplyAdd(w, v128.load(p, 16), c1);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
}

/** Moves `rows` times `valid` floats from one plane to the next. */
@inline
export function move(from: usize, fromPlane: usize, into: usize, intoPlane: usize, rows: i32, valid: i32): void {
  for (let r = 0; r < rows; r++, from += fromPlane, into += intoPlane)
    for (let i = 0; i < valid; i++) store<f32>(into + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
}
