// Dense layers, see ../dense.ts: what the arguments mean stands there. Blocked as by Goto and van de Geijn (2008): a panel of
// `depth` features by `wide` floats is packed once, stays in the nearest cache, and all outputs pass over it in tiles.
import { multiplyAdd, sumOfLanes } from './lanes';

const depth = 256;
const wide = 32;
/** A panel lies in strips of so many floats, the width of a tile. */
const strip = 8;

/** Globals are each instance's own, unlike memory: so each thread has a scratch. */
let scratch: usize = 0;

/** A panel, and a tile for what would reach beyond a run. */
export function scratchFloats(): i32 {
  return depth * wide + 4 * strip;
}

export function useScratch(address: usize): void {
  scratch = address;
}

/** `count` features over `width` floats from x, in strips; what is wanting of the last strip is 0. */
function pack(taps: usize, count: i32, x: usize, batch: i32, width: i32): void {
  for (let s = 0; s < width; s += strip) {
    const valid = min(strip, width - s);
    let into = scratch + (<usize>(s * depth) << 2);
    for (let k = 0; k < count; k++, into += strip << 2) {
      const from = x + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch + s) << 2);
      if (valid == strip) {
        v128.store(into, v128.load(from));
        v128.store(into, v128.load(from, 16), 16);
      } else {
        for (let i = 0; i < strip; i++) store<f32>(into + (<usize>i << 2), i < valid ? load<f32>(from + (<usize>i << 2)) : 0);
      }
    }
  }
}

/** Four outputs over a strip: y += W p. */
// @ts-ignore: decorator
@inline
function tileOf4(a: usize, row: usize, count: i32, p: usize, y: usize, plane: usize): void {
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
  for (let k: usize = 0, end = <usize>count << 2; k < end; k += 4, p += 32) {
    const p0 = v128.load(p);
    const p1 = v128.load(p, 16);
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

// @ts-ignore: decorator
@inline
function tileOf1(a: usize, count: i32, p: usize, y: usize): void {
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
// @ts-ignore: decorator
@inline
function move(from: usize, fromPlane: usize, into: usize, intoPlane: usize, rows: i32, valid: i32): void {
  for (let r = 0; r < rows; r++, from += fromPlane, into += intoPlane)
    for (let i = 0; i < valid; i++) store<f32>(into + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
}

export function correlateDense(
  taps: usize,
  values: usize,
  bias: usize,
  x: usize,
  y: usize,
  count: i32,
  first: i32,
  batch: i32,
  height: i32,
  segments: i32,
  run: i32,
  rowStep: i32,
  segmentStep: i32,
  from: i32,
  to: i32,
): void {
  const places = height * segments * run;
  const plane = <usize>places << 2;
  for (let o = from; o < to; o++) {
    const fill = f32x4.splat(bias ? load<f32>(bias + (<usize>o << 2)) : 0);
    const own = y + <usize>o * plane;
    let i = 0;
    for (; i + 4 <= places; i += 4) v128.store(own + (<usize>i << 2), fill);
    for (; i < places; i++) store<f32>(own + (<usize>i << 2), f32x4.extract_lane(fill, 0));
  }
  const row = <usize>count << 2;
  const edge = scratch + ((depth * wide) << 2);
  const edgePlane: usize = strip << 2;
  for (let r = 0; r < height; r++)
    for (let s = 0; s < segments; s++)
      for (let i = 0; i < run; i += wide) {
        const width = min(wide, run - i);
        const at = x + (<usize>(r * rowStep + s * segmentStep + i) << 2);
        const into = y + (<usize>((r * segments + s) * run + i) << 2);
        for (let k = 0; k < count; k += depth) {
          const deep = min(depth, count - k);
          pack(taps + (<usize>k << 2), deep, at, batch, width);
          for (let o = from; o < to; ) {
            const rows = to - o >= 4 ? 4 : 1;
            const a = values + <usize>(o - first) * row + (<usize>k << 2);
            let own = into + <usize>o * plane;
            for (let j = 0; j < width; j += strip, own += edgePlane) {
              const p = scratch + (<usize>(j * depth) << 2);
              const valid = width - j;
              if (valid >= strip) {
                if (rows == 4) tileOf4(a, row, deep, p, own, plane);
                else tileOf1(a, deep, p, own);
              } else {
                move(own, plane, edge, edgePlane, rows, valid);
                if (rows == 4) tileOf4(a, row, deep, p, edge, edgePlane);
                else tileOf1(a, deep, p, edge);
                move(edge, edgePlane, own, plane, rows, valid);
              }
            }
            o += rows;
          }
        }
      }
}

// @ts-ignore: decorator
@inline
function addTo(into: usize, value: f32): void {
  store<f32>(into, load<f32>(into) + value);
}

/** slopes += of four outputs (`plane` apart) and two features, over `run` floats. */
// @ts-ignore: decorator
@inline
function dots(d: usize, plane: usize, xa: usize, xb: usize, run: i32, into: usize, row: usize): void {
  const d1 = d + plane;
  const d2 = d1 + plane;
  const d3 = d2 + plane;
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  let i: usize = 0;
  const end = <usize>run << 2;
  for (; i + 16 <= end; i += 16) {
    const va = v128.load(xa + i);
    const vb = v128.load(xb + i);
    const v0 = v128.load(d + i);
    a0 = multiplyAdd(va, v0, a0);
    b0 = multiplyAdd(vb, v0, b0);
    const v1 = v128.load(d1 + i);
    a1 = multiplyAdd(va, v1, a1);
    b1 = multiplyAdd(vb, v1, b1);
    const v2 = v128.load(d2 + i);
    a2 = multiplyAdd(va, v2, a2);
    b2 = multiplyAdd(vb, v2, b2);
    const v3 = v128.load(d3 + i);
    a3 = multiplyAdd(va, v3, a3);
    b3 = multiplyAdd(vb, v3, b3);
  }
  // The rest in the lanes where no more would come.
  for (; i < end; i += 4) {
    const va = v128.load32_zero(xa + i);
    const vb = v128.load32_zero(xb + i);
    const v0 = v128.load32_zero(d + i);
    const v1 = v128.load32_zero(d1 + i);
    const v2 = v128.load32_zero(d2 + i);
    const v3 = v128.load32_zero(d3 + i);
    a0 = multiplyAdd(va, v0, a0);
    b0 = multiplyAdd(vb, v0, b0);
    a1 = multiplyAdd(va, v1, a1);
    b1 = multiplyAdd(vb, v1, b1);
    a2 = multiplyAdd(va, v2, a2);
    b2 = multiplyAdd(vb, v2, b2);
    a3 = multiplyAdd(va, v3, a3);
    b3 = multiplyAdd(vb, v3, b3);
  }
  addTo(into, sumOfLanes(a0));
  addTo(into + 4, sumOfLanes(b0));
  into += row;
  addTo(into, sumOfLanes(a1));
  addTo(into + 4, sumOfLanes(b1));
  into += row;
  addTo(into, sumOfLanes(a2));
  addTo(into + 4, sumOfLanes(b2));
  into += row;
  addTo(into, sumOfLanes(a3));
  addTo(into + 4, sumOfLanes(b3));
}

// @ts-ignore: decorator
@inline
function oneDot(a: usize, b: usize, run: i32, into: usize): void {
  let sum = f32x4.splat(0);
  for (; run >= 4; run -= 4, a += 16, b += 16) sum = multiplyAdd(v128.load(a), v128.load(b), sum);
  for (; run > 0; run--, a += 4, b += 4) sum = multiplyAdd(v128.load32_zero(a), v128.load32_zero(b), sum);
  addTo(into, sumOfLanes(sum));
}

export function correlateDenseWeights(
  taps: usize,
  slopes: usize,
  x: usize,
  dy: usize,
  count: i32,
  first: i32,
  batch: i32,
  height: i32,
  segments: i32,
  run: i32,
  rowStep: i32,
  segmentStep: i32,
  from: i32,
  to: i32,
): void {
  const row = <usize>count << 2;
  const plane = <usize>(height * segments * run) << 2;
  memory.fill(slopes + <usize>(from - first) * row, 0, <usize>(to - from) * row);
  for (let o = from; o < to; ) {
    const rows = to - o >= 4 ? 4 : 1;
    let slope = dy + <usize>o * plane;
    const own = slopes + <usize>(o - first) * row;
    // A run of the slopes stays in the nearest cache while all features pass over it.
    for (let r = 0; r < height; r++)
      for (let s = 0; s < segments; s++)
        for (let i = 0; i < run; i += 512) {
          const long = min(512, run - i);
          const at = x + (<usize>(r * rowStep + s * segmentStep + i) << 2);
          let k = 0;
          if (rows == 4)
            for (; k + 2 <= count; k += 2) {
              const tap = taps + (<usize>k << 2);
              const xa = at + (<usize>(load<i32>(tap) * batch) << 2);
              const xb = at + (<usize>(load<i32>(tap, 4) * batch) << 2);
              dots(slope, plane, xa, xb, long, own + (<usize>k << 2), row);
            }
          for (; k < count; k++) {
            const xa = at + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch) << 2);
            for (let j = 0; j < rows; j++)
              oneDot(slope + <usize>j * plane, xa, long, own + <usize>j * row + (<usize>k << 2));
          }
          slope += <usize>long << 2;
        }
    o += rows;
  }
}
