// Values one by one and rows of them, see ../rows.ts: what the arguments mean stands there.
import { fill, loadLanes, multiplyAdd, storeLanes, sumOf, transpose4 } from './lanes';

/** By squares of 4 x 4 in registers. */
export function transpose(x: usize, y: usize, rows: i32, columns: i32, from: i32, to: i32): void {
  const step = <usize>columns << 2;
  const into = <usize>rows << 2;
  const whole = columns & ~3;
  let row = from;
  for (; row + 4 <= to; row += 4) {
    let at = x + <usize>row * step;
    let put = y + (<usize>row << 2);
    for (let column = 0; column < whole; column += 4, at += 16, put += into << 2) transpose4(at, step, put, into);
    for (let column = whole; column < columns; column++)
      for (let r = 0; r < 4; r++)
        store<f32>(
          y + <usize>column * into + (<usize>(row + r) << 2),
          load<f32>(x + <usize>(row + r) * step + (<usize>column << 2)),
        );
  }
  for (; row < to; row++)
    for (let column = 0; column < columns; column++)
      store<f32>(y + <usize>column * into + (<usize>row << 2), load<f32>(x + <usize>row * step + (<usize>column << 2)));
}

export function add(a: usize, b: usize, y: usize, from: i32, to: i32): void {
  let count = to - from;
  let at = <usize>from << 2;
  for (; count >= 4; count -= 4, at += 16) v128.store(y + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  for (; count > 0; count--, at += 4) store<f32>(y + at, load<f32>(a + at) + load<f32>(b + at));
}

export function addToRows(x: usize, w: usize, y: usize, count: i32, from: i32, to: i32): void {
  let at = <usize>from * count << 2;
  for (let row = from; row < to; row++) {
    const own = v128.load32_splat(w + (<usize>row << 2));
    let left = count;
    for (; left >= 4; left -= 4, at += 16) v128.store(y + at, f32x4.add(v128.load(x + at), own));
    for (; left > 0; left--, at += 4) store<f32>(y + at, load<f32>(x + at) + f32x4.extract_lane(own, 0));
  }
}

export function sumRows(x: usize, sums: usize, count: i32, from: i32, to: i32): void {
  for (let row = from; row < to; row++)
    store<f32>(sums + (<usize>row << 2), <f32>sumOf(x + (<usize>row * count << 2), count, false));
}

@inline
function meanAt(x: usize, y: usize, places: i32, step: usize, whole: bool): void {
  let sum = fill(0);
  for (let place = 0; place < places; place++, x += step) sum = f32x4.add(sum, loadLanes(x, whole));
  storeLanes(y, f32x4.div(sum, fill(<f32>places)), whole);
}

export function meanOfPlaces(x: usize, y: usize, places: i32, batch: i32, from: i32, to: i32): void {
  const step = <usize>batch << 2;
  for (let channel = from; channel < to; channel++) {
    let at = x + <usize>channel * places * step;
    let into = y + <usize>channel * step;
    let left = batch;
    for (; left >= 4; left -= 4, at += 16, into += 16) meanAt(at, into, places, step, true);
    for (; left > 0; left--, at += 4, into += 4) meanAt(at, into, places, step, false);
  }
}

@inline
function spreadAt(dy: usize, dx: usize, more: i32, places: i32, step: usize, whole: bool): void {
  const gradient = f32x4.div(loadLanes(dy, whole), fill(<f32>places));
  for (let place = 0; place < places; place++, dx += step)
    storeLanes(dx, more ? f32x4.add(loadLanes(dx, whole), gradient) : gradient, whole);
}

export function meanOfPlacesBack(
  dy: usize,
  dx: usize,
  more: i32,
  places: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  for (let channel = from; channel < to; channel++) {
    let at = dy + <usize>channel * step;
    let into = dx + <usize>channel * places * step;
    let left = batch;
    for (; left >= 4; left -= 4, at += 16, into += 16) spreadAt(at, into, more, places, step, true);
    for (; left > 0; left--, at += 4, into += 4) spreadAt(at, into, more, places, step, false);
  }
}

export function scalePlaces(x: usize, s: usize, y: usize, places: i32, batch: i32, from: i32, to: i32): void {
  for (let channel = from; channel < to; channel++) {
    let at = <usize>channel * places * batch << 2;
    for (let place = 0; place < places; place++) {
      let own = s + (<usize>channel * batch << 2);
      let left = batch;
      for (; left >= 4; left -= 4, at += 16, own += 16)
        v128.store(y + at, f32x4.mul(v128.load(x + at), v128.load(own)));
      for (; left > 0; left--, at += 4, own += 4) store<f32>(y + at, load<f32>(x + at) * load<f32>(own));
    }
  }
}

@inline
function scaledBack(
  x: usize,
  s: usize,
  dy: usize,
  dx: usize,
  ds: usize,
  places: i32,
  step: usize,
  whole: bool,
): void {
  const scale = loadLanes(s, whole);
  let sum = fill(0);
  for (let place = 0; place < places; place++, x += step, dy += step, dx += step) {
    const gradient = loadLanes(dy, whole);
    sum = multiplyAdd(gradient, loadLanes(x, whole), sum);
    storeLanes(dx, f32x4.mul(gradient, scale), whole);
  }
  storeLanes(ds, sum, whole);
}

export function scalePlacesBack(
  x: usize,
  s: usize,
  dy: usize,
  dx: usize,
  ds: usize,
  places: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  for (let channel = from; channel < to; channel++) {
    let at = <usize>channel * places * step;
    let own = <usize>channel * step;
    let left = batch;
    for (; left >= 4; left -= 4, at += 16, own += 16)
      scaledBack(x + at, s + own, dy + at, dx + at, ds + own, places, step, true);
    for (; left > 0; left--, at += 4, own += 4)
      scaledBack(x + at, s + own, dy + at, dx + at, ds + own, places, step, false);
  }
}
