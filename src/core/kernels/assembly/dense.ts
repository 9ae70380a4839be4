// Dense layers, see ../dense.ts: what the arguments mean stands there. Blocked as by Goto and van de Geijn (2008): a
// panel of `depth` features by `wide` floats is packed once, stays in the nearest cache, and all outputs pass over it
// in tiles.
import { move, packStrip, strip, tileOf1, tileOf4 } from './tiles';

const depth = 256;
const wide = 32;

/** Globals are each instance's own, unlike memory: so each thread has a scratch, and a number from 0 on. */
let scratch: usize = 0;
let instance: usize = 0;

/** A panel, and a tile for what would reach beyond a run. */
export function scratchFloats(): i32 {
  return depth * wide + 4 * strip;
}

export function useScratch(address: usize, number: i32): void {
  scratch = address;
  instance = number;
}

@inline
export function scratchOf(): usize {
  return scratch;
}

/** Which of several arrays of scratch that a caller gives is this instance's. */
@inline
export function instanceOf(): usize {
  return instance;
}

/** `count` features over `width` floats from x, in strips; what is wanting of the last strip is 0. */
function pack(taps: usize, count: i32, x: usize, batch: i32, width: i32): void {
  for (let s = 0; s < width; s += strip) {
    const valid = min(strip, width - s);
    let into = scratch + (<usize>(s * depth) << 2);
    for (let k = 0; k < count; k++, into += strip << 2) {
      const from = x + (<usize>(load<i32>(taps + (<usize>k << 2)) * batch + s) << 2);
      packStrip(from, valid, into);
    }
  }
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
  // Packing pays when many outputs pass over it.
  const few = to - from <= 16 && (to - from) % 4 == 0;
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
          if (!few || width % strip != 0) pack(taps + (<usize>k << 2), deep, at, batch, width);
          for (let o = from; o < to; ) {
            const rows = to - o >= 4 ? 4 : 1;
            const a = values + <usize>(o - first) * row + (<usize>k << 2);
            let own = into + <usize>o * plane;
            for (let j = 0; j < width; j += strip, own += edgePlane) {
              const p = scratch + (<usize>(j * depth) << 2);
              const valid = width - j;
              if (valid >= strip) {
                if (few) tileOf4(a, row, deep, at + (<usize>j << 2), own, plane, true, taps + (<usize>k << 2), batch << 2);
                else if (rows == 4) tileOf4(a, row, deep, p, own, plane);
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
