// Products of row-major matrices, see ../product.ts: what the arguments mean stands there. Blocked as dense.ts.
import { transpose4 } from './lanes';
import { move, packStrip, strip, tileOf1, tileOf4, tileOfPacked4 } from './tiles';

const depth = 256;
const wide = 32;
/** Rows of a that are packed at a time, where they lie as columns. */
const high = 256;

let scratch: usize = 0;

/** A panel of b, rows of a, and a tile for what would reach beyond a row of c. */
export function productFloats(): i32 {
  return depth * wide + depth * high + 4 * strip;
}

export function useProductScratch(address: usize): void {
  scratch = address;
}

/** Of b as it is multiplied, (count, width), in strips; what is wanting of the last strip is 0. `row`: bytes. */
function packRows(b: usize, row: usize, count: i32, width: i32): void {
  for (let s = 0; s < width; s += strip) {
    const valid = min(strip, width - s);
    let into = scratch + (<usize>(s * depth) << 2);
    let from = b + (<usize>s << 2);
    for (let k = 0; k < count; k++, into += strip << 2, from += row) {
      packStrip(from, valid, into);
    }
  }
}

/** The same of b that lies (width, count). */
function packColumns(b: usize, row: usize, count: i32, width: i32): void {
  for (let s = 0; s < width; s += strip) {
    const valid = min(strip, width - s);
    const from = b + <usize>s * row;
    const into = scratch + (<usize>(s * depth) << 2);
    let k = 0;
    if (valid == strip)
      for (; k + 4 <= count; k += 4) {
        const at = from + (<usize>k << 2);
        const to = into + (<usize>(k * strip) << 2);
        transpose4(at, row, to, strip << 2);
        transpose4(at + 4 * row, row, to + 16, strip << 2);
      }
    for (; k < count; k++)
      for (let i = 0; i < strip; i++)
        store<f32>(
          into + (<usize>(k * strip + i) << 2),
          i < valid ? load<f32>(from + <usize>i * row + (<usize>k << 2)) : 0,
        );
  }
}

/** Of a that lies (count, rows): four rows after four, those of a step beside each other; what is left one by one. */
function packTransposed(a: usize, row: usize, count: i32, rows: i32, into: usize): void {
  let o = 0;
  for (; o + 4 <= rows; o += 4) {
    let from = a + (<usize>o << 2);
    for (let k = 0; k < count; k++, from += row, into += 16) v128.store(into, v128.load(from));
  }
  for (; o < rows; o++) {
    let from = a + (<usize>o << 2);
    for (let k = 0; k < count; k++, from += row, into += 4) store<f32>(into, load<f32>(from));
  }
}

export function product(
  a: usize,
  b: usize,
  c: usize,
  rows: i32,
  count: i32,
  columns: i32,
  transposedA: i32,
  transposedB: i32,
): void {
  const plane = <usize>columns << 2;
  memory.fill(c, 0, <usize>rows * plane);
  const rowA = <usize>(transposedA ? rows : count) << 2;
  const rowB = transposedB ? <usize>count << 2 : plane;
  const packedA = scratch + ((depth * wide) << 2);
  const edge = packedA + ((depth * high) << 2);
  const edgePlane: usize = strip << 2;
  for (let k = 0; k < count; k += depth) {
    const deep = min(depth, count - k);
    const bytes = <usize>deep << 2;
    for (let first = 0; first < rows; first += high) {
      const some = min(high, rows - first);
      if (transposedA) packTransposed(a + <usize>k * rowA + (<usize>first << 2), rowA, deep, some, packedA);
      const own = transposedA ? packedA : a + <usize>first * rowA + (<usize>k << 2);
      const step = transposedA ? bytes : rowA;
      for (let i = 0; i < columns; i += wide) {
        const width = min(wide, columns - i);
        if (transposedB) packColumns(b + <usize>i * rowB + (<usize>k << 2), rowB, deep, width);
        else packRows(b + <usize>k * rowB + (<usize>i << 2), rowB, deep, width);
        for (let o = 0; o < some; ) {
          const four = some - o >= 4;
          const from = own + <usize>o * step;
          let to = c + <usize>(first + o) * plane + (<usize>i << 2);
          for (let j = 0; j < width; j += strip, to += edgePlane) {
            const p = scratch + (<usize>(j * depth) << 2);
            const valid = width - j;
            const whole = valid >= strip;
            const y = whole ? to : edge;
            const between = whole ? plane : edgePlane;
            if (!whole) move(to, plane, edge, edgePlane, four ? 4 : 1, valid);
            if (!four) tileOf1(from, deep, p, y);
            else if (transposedA) tileOfPacked4(from, deep, p, y, between);
            else tileOf4(from, step, deep, p, y, between);
            if (!whole) move(edge, edgePlane, to, plane, four ? 4 : 1, valid);
          }
          o += four ? 4 : 1;
        }
      }
    }
  }
}
