// Batch and layer norm, see ../norm.ts: what the arguments mean stands there.
import { fill, loadLanes, multiplyAdd, storeLanes, sumOf, sumOfLanes } from './lanes';

const epsilon: f64 = 1e-5;

/** Floats that are summed in lanes before they are in float64. */
const stretchLength = 4096;

/** Sum of (x - mean)^2. */
@inline
function squaresAround(x: usize, mean: f32, count: i32): f64 {
  let sum: f64 = 0;
  const middle = fill(mean);
  while (count > 0) {
    const stretch = min(count, stretchLength);
    count -= stretch;
    let left = stretch;
    let a = fill(0);
    let b = fill(0);
    for (; left >= 8; left -= 8, x += 32) {
      const u = f32x4.sub(v128.load(x), middle);
      const v = f32x4.sub(v128.load(x, 16), middle);
      a = multiplyAdd(u, u, a);
      b = multiplyAdd(v, v, b);
    }
    for (; left > 0; left--, x += 4) {
      const u = load<f32>(x) - mean;
      sum += u * u;
    }
    sum += sumOfLanes(f32x4.add(a, b));
  }
  return sum;
}

@inline
function scaleRow(x: usize, y: usize, mean: f32, slope: f32, shift: f32, count: i32): void {
  const m = fill(mean);
  const s = fill(slope);
  const t = fill(shift);
  for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, multiplyAdd(f32x4.sub(v128.load(x), m), s, t));
  for (; count > 0; count--, x += 4, y += 4) store<f32>(y, (load<f32>(x) - mean) * slope + shift);
}

export function batchNorm(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  variance: usize,
  count: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const own = <usize>row << 2;
    const at = <usize>row * count << 2;
    const middle = <f32>(sumOf(x + at, count) / count);
    const spread = <f32>(squaresAround(x + at, middle, count) / count);
    store<f32>(mean + own, middle);
    store<f32>(variance + own, spread);
    const slope = <f32>(load<f32>(scale + own) / Math.sqrt(<f64>spread + epsilon));
    scaleRow(x + at, y + at, middle, slope, load<f32>(shift + own), count);
  }
}

export function scaleRows(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  variance: usize,
  count: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const own = <usize>row << 2;
    const at = <usize>row * count << 2;
    const slope = <f32>(load<f32>(scale + own) / Math.sqrt(<f64>load<f32>(variance + own) + epsilon));
    scaleRow(x + at, y + at, load<f32>(mean + own), slope, load<f32>(shift + own), count);
  }
}

/** Sum of dy (x - mean). */
@inline
function along(x: usize, dy: usize, mean: f32, count: i32): f64 {
  let sum: f64 = 0;
  const middle = fill(mean);
  while (count > 0) {
    const stretch = min(count, stretchLength);
    count -= stretch;
    let left = stretch;
    let a = fill(0);
    let b = fill(0);
    for (; left >= 8; left -= 8, x += 32, dy += 32) {
      a = multiplyAdd(f32x4.sub(v128.load(x), middle), v128.load(dy), a);
      b = multiplyAdd(f32x4.sub(v128.load(x, 16), middle), v128.load(dy, 16), b);
    }
    for (; left > 0; left--, x += 4, dy += 4) sum += (load<f32>(x) - mean) * load<f32>(dy);
    sum += sumOfLanes(f32x4.add(a, b));
  }
  return sum;
}

export function batchNormBack(
  x: usize,
  scale: usize,
  mean: usize,
  variance: usize,
  dy: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  count: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const own = <usize>row << 2;
    const at = <usize>row * count << 2;
    const middle = load<f32>(mean + own);
    const inverse = 1 / Math.sqrt(<f64>load<f32>(variance + own) + epsilon);
    const byShift = sumOf(dy + at, count);
    const byScale = along(x + at, dy + at, middle, count) * inverse;
    store<f32>(dShift + own, <f32>byShift);
    store<f32>(dScale + own, <f32>byScale);
    // scale inverse (dy - byShift / count - (x - mean) inverse byScale / count)
    const outer = <f32>(load<f32>(scale + own) * inverse);
    const perX = <f32>(-(inverse * byScale) / count);
    const less = <f32>(byShift / count);
    const m = fill(middle);
    const o = fill(outer);
    const p = fill(perX);
    const l = fill(less);
    let a = x + at;
    let b = dy + at;
    let into = dx + at;
    let left = count;
    for (; left >= 4; left -= 4, a += 16, b += 16, into += 16)
      v128.store(into, f32x4.mul(o, multiplyAdd(f32x4.sub(v128.load(a), m), p, f32x4.sub(v128.load(b), l))));
    for (; left > 0; left--, a += 4, b += 4, into += 4)
      store<f32>(into, outer * ((load<f32>(a) - middle) * perX + (load<f32>(b) - less)));
  }
}

@inline
function normColumns(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  inverse: usize,
  size: i32,
  step: usize,
  whole: bool,
): void {
  let sum = fill(0);
  for (let row = 0, at = x; row < size; row++, at += step) sum = f32x4.add(sum, loadLanes(at, whole));
  const middle = f32x4.div(sum, fill(<f32>size));
  let squares = fill(0);
  for (let row = 0, at = x; row < size; row++, at += step) {
    const u = f32x4.sub(loadLanes(at, whole), middle);
    squares = multiplyAdd(u, u, squares);
  }
  const root = f32x4.sqrt(f32x4.add(f32x4.div(squares, fill(<f32>size)), fill(<f32>epsilon)));
  const own = f32x4.div(fill(1), root);
  storeLanes(mean, middle, whole);
  storeLanes(inverse, own, whole);
  for (let row = 0, at = x, into = y; row < size; row++, at += step, into += step) {
    const unit = f32x4.mul(f32x4.sub(loadLanes(at, whole), middle), own);
    const s = v128.load32_splat(scale + (<usize>row << 2));
    storeLanes(into, multiplyAdd(unit, s, v128.load32_splat(shift + (<usize>row << 2))), whole);
  }
}

export function layerNorm(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  inverse: usize,
  size: i32,
  inner: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>inner << 2;
  for (let at = from; at < to; ) {
    const own = <usize>at << 2;
    if (to - at >= 4) {
      normColumns(x + own, scale, shift, y + own, mean + own, inverse + own, size, step, true);
      at += 4;
    } else {
      normColumns(x + own, scale, shift, y + own, mean + own, inverse + own, size, step, false);
      at++;
    }
  }
}

@inline
function normColumnsBack(
  x: usize,
  scale: usize,
  mean: usize,
  inverse: usize,
  dy: usize,
  dx: usize,
  size: i32,
  step: usize,
  whole: bool,
): void {
  const middle = loadLanes(mean, whole);
  const own = loadLanes(inverse, whole);
  let sum = fill(0);
  let along = fill(0);
  for (let row = 0, at = x, slopes = dy; row < size; row++, at += step, slopes += step) {
    const slope = f32x4.mul(loadLanes(slopes, whole), v128.load32_splat(scale + (<usize>row << 2)));
    sum = f32x4.add(sum, slope);
    along = multiplyAdd(slope, f32x4.mul(f32x4.sub(loadLanes(at, whole), middle), own), along);
  }
  const share = fill(1 / <f32>size);
  sum = f32x4.mul(sum, share);
  along = f32x4.mul(along, share);
  for (let row = 0, at = x, slopes = dy, into = dx; row < size; row++, at += step, slopes += step, into += step) {
    const slope = f32x4.mul(loadLanes(slopes, whole), v128.load32_splat(scale + (<usize>row << 2)));
    const unit = f32x4.mul(f32x4.sub(loadLanes(at, whole), middle), own);
    storeLanes(into, f32x4.mul(own, f32x4.sub(f32x4.sub(slope, sum), f32x4.mul(unit, along))), whole);
  }
}

export function layerNormBack(
  x: usize,
  scale: usize,
  mean: usize,
  inverse: usize,
  dy: usize,
  dx: usize,
  size: i32,
  inner: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>inner << 2;
  for (let at = from; at < to; ) {
    const own = <usize>at << 2;
    if (to - at >= 4) {
      normColumnsBack(x + own, scale, mean + own, inverse + own, dy + own, dx + own, size, step, true);
      at += 4;
    } else {
      normColumnsBack(x + own, scale, mean + own, inverse + own, dy + own, dx + own, size, step, false);
      at++;
    }
  }
}

export function layerNormSlopes(
  x: usize,
  mean: usize,
  inverse: usize,
  dy: usize,
  dScale: usize,
  dShift: usize,
  inner: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const own = <usize>row << 2;
    let a = x + (<usize>row * inner << 2);
    let b = dy + (<usize>row * inner << 2);
    store<f32>(dShift + own, <f32>sumOf(b, inner));
    let m = mean;
    let r = inverse;
    let left = inner;
    let lanes = fill(0);
    for (; left >= 4; left -= 4, a += 16, b += 16, m += 16, r += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(a), v128.load(m)), v128.load(r));
      lanes = multiplyAdd(unit, v128.load(b), lanes);
    }
    let sum = sumOfLanes(lanes);
    for (; left > 0; left--, a += 4, b += 4, m += 4, r += 4)
      sum += (load<f32>(a) - load<f32>(m)) * load<f32>(r) * load<f32>(b);
    store<f32>(dScale + own, sum);
  }
}
