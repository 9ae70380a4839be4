// Windows of pictures, see ../pool.ts: what the arguments mean stands there.
import { fill, loadLanes, storeLanes } from './lanes';

/** One window at four examples, or at one. `kind`: 0 max, 1 mean. */
@inline
function seen(kind: i32, x: usize, y: usize, size: i32, across: usize, down: usize, whole: bool): void {
  let found = kind == 0 ? fill(-Infinity) : fill(0);
  for (let r = 0, line = x; r < size; r++, line += down)
    for (let c = 0, at = line; c < size; c++, at += across) {
      const value = loadLanes(at, whole);
      found = kind == 0 ? f32x4.max(found, value) : f32x4.add(found, value);
    }
  storeLanes(y, kind == 0 ? found : f32x4.mul(found, fill(1 / <f32>(size * size))), whole);
}

@inline
function seenBack(
  kind: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  size: i32,
  across: usize,
  down: usize,
  whole: bool,
): void {
  const gradient = loadLanes(dy, whole);
  const share = f32x4.mul(gradient, fill(1 / <f32>(size * size)));
  const best = kind == 0 ? loadLanes(y, whole) : gradient;
  let free = i32x4.splat(-1);
  for (let r = 0; r < size; r++)
    for (let c = 0; c < size; c++) {
      const at = <usize>r * down + <usize>c * across;
      let own = share;
      if (kind == 0) {
        const takes = v128.and(free, f32x4.eq(loadLanes(x + at, whole), best));
        free = v128.andnot(free, takes);
        own = v128.and(gradient, takes);
      }
      storeLanes(dx + at, f32x4.add(loadLanes(dx + at, whole), own), whole);
    }
}

@inline
function pool(
  kind: i32,
  back: bool,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  size: i32,
  stride: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const across = <usize>batch << 2;
  const down = across * width;
  if (back) memory.fill(dx + <usize>from * height * down, 0, <usize>(to - from) * height * down);
  for (let channel = from; channel < to; channel++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let at = <usize>(channel * height + row * stride) * down + <usize>(column * stride) * across;
        let into = <usize>((channel * rows + row) * columns + column) * across;
        let left = batch;
        for (; left >= 4; left -= 4, at += 16, into += 16)
          if (back) seenBack(kind, x + at, y + into, dy + into, dx + at, size, across, down, true);
          else seen(kind, x + at, y + into, size, across, down, true);
        for (; left > 0; left--, at += 4, into += 4)
          if (back) seenBack(kind, x + at, y + into, dy + into, dx + at, size, across, down, false);
          else seen(kind, x + at, y + into, size, across, down, false);
      }
}

export function poolMax(
  x: usize,
  y: usize,
  size: i32,
  stride: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  pool(0, false, x, y, 0, 0, size, stride, height, width, rows, columns, batch, from, to);
}

export function poolMaxBack(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  size: i32,
  stride: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  pool(0, true, x, y, dy, dx, size, stride, height, width, rows, columns, batch, from, to);
}

export function poolMean(
  x: usize,
  y: usize,
  size: i32,
  stride: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  pool(1, false, x, y, 0, 0, size, stride, height, width, rows, columns, batch, from, to);
}

export function poolMeanBack(
  dy: usize,
  dx: usize,
  size: i32,
  stride: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  pool(1, true, 0, 0, dy, dx, size, stride, height, width, rows, columns, batch, from, to);
}
