// Batch and layer norm, see ../norm.ts: what the arguments mean stands there. Means, sums of gradients and what is
// normed are computed in float64, as norms over few values multiply rounding; that the gradients are made of them in
// float32 was measured to add nothing.
import { fill, halvesOf, high, joined, loadLanes, low, multiplyAdd, storeLanes, sumOf, sumOfPair } from './lanes';

const epsilon: f64 = 1e-5;

/** y = x slope + level. */
@inline
function scaleRow(x: usize, y: usize, slope: f64, level: f64, count: i32): void {
  const s = f64x2.splat(slope);
  const t = f64x2.splat(level);
  for (; count >= 4; count -= 4, x += 16, y += 16) {
    const value = v128.load(x);
    v128.store(y, joined(f64x2.add(f64x2.mul(low(value), s), t), f64x2.add(f64x2.mul(high(value), s), t)));
  }
  for (; count > 0; count--, x += 4, y += 4) store<f32>(y, <f32>(<f64>load<f32>(x) * slope + level));
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
    const begin = x + (<usize>row * count << 2);
    // About the first value, which lies as near as any, so that one pass is enough.
    const first = load<f32>(begin);
    const f = fill(first);
    let sums = f64x2.splat(0);
    let squares = f64x2.splat(0);
    let at = begin;
    let left = count;
    for (; left >= 16; left -= 16, at += 64) {
      const a = f32x4.sub(v128.load(at), f);
      const b = f32x4.sub(v128.load(at, 16), f);
      const c = f32x4.sub(v128.load(at, 32), f);
      const d = f32x4.sub(v128.load(at, 48), f);
      sums = f64x2.add(sums, halvesOf(a, b, c, d));
      squares = f64x2.add(squares, halvesOf(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d)));
    }
    let sum = sumOfPair(sums);
    let square = sumOfPair(squares);
    for (; left > 0; left--, at += 4) {
      const off = <f64>load<f32>(at) - first;
      sum += off;
      square += off * off;
    }
    const off = sum / count;
    const middle = first + off;
    const spread = Math.max(0, square / count - off * off);
    store<f32>(mean + own, <f32>middle);
    store<f32>(variance + own, <f32>spread);
    const slope = load<f32>(scale + own) / Math.sqrt(spread + epsilon);
    scaleRow(begin, y + (<usize>row * count << 2), slope, load<f32>(shift + own) - middle * slope, count);
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
    const slope = load<f32>(scale + own) / Math.sqrt(<f64>load<f32>(variance + own) + epsilon);
    scaleRow(x + at, y + at, slope, load<f32>(shift + own) - load<f32>(mean + own) * slope, count);
  }
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
    const m = fill(middle);
    let sums = f64x2.splat(0);
    let products = f64x2.splat(0);
    let a = x + at;
    let b = dy + at;
    let left = count;
    for (; left >= 16; left -= 16, a += 64, b += 64) {
      const s = v128.load(b);
      const t = v128.load(b, 16);
      const u = v128.load(b, 32);
      const v = v128.load(b, 48);
      sums = f64x2.add(sums, halvesOf(s, t, u, v));
      const front = f32x4.mul(f32x4.sub(v128.load(a), m), s);
      const next = f32x4.mul(f32x4.sub(v128.load(a, 16), m), t);
      const third = f32x4.mul(f32x4.sub(v128.load(a, 32), m), u);
      const last = f32x4.mul(f32x4.sub(v128.load(a, 48), m), v);
      products = f64x2.add(products, halvesOf(front, next, third, last));
    }
    let byShift = sumOfPair(sums);
    let product = sumOfPair(products);
    for (; left > 0; left--, a += 4, b += 4) {
      const gradient = <f64>load<f32>(b);
      byShift += gradient;
      product += (<f64>load<f32>(a) - middle) * gradient;
    }
    const byScale = product * inverse;
    store<f32>(dShift + own, <f32>byShift);
    store<f32>(dScale + own, <f32>byScale);
    // scale inverse (dy - byShift / count - (x - mean) inverse byScale / count)
    const outer = <f32>(load<f32>(scale + own) * inverse);
    const perX = <f32>(-(inverse * byScale) / count);
    const less = <f32>(byShift / count);
    const o = fill(outer);
    const p = fill(perX);
    const l = fill(less);
    a = x + at;
    b = dy + at;
    let into = dx + at;
    left = count;
    for (; left >= 4; left -= 4, a += 16, b += 16, into += 16)
      v128.store(into, f32x4.mul(o, multiplyAdd(f32x4.sub(v128.load(a), m), p, f32x4.sub(v128.load(b), l))));
    for (; left > 0; left--, a += 4, b += 4, into += 4)
      store<f32>(into, outer * ((load<f32>(a) - middle) * perX + (load<f32>(b) - less)));
  }
}

@inline
function inversesOf(variances: v128): v128 {
  return f64x2.div(f64x2.splat(1), f64x2.sqrt(f64x2.add(variances, f64x2.splat(epsilon))));
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
  const share = f64x2.splat(1 / <f64>size);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  for (let row = 0, at = x; row < size; row++, at += step) {
    const value = loadLanes(at, whole);
    sumLow = f64x2.add(sumLow, low(value));
    sumHigh = f64x2.add(sumHigh, high(value));
  }
  const meanLow = f64x2.mul(sumLow, share);
  const meanHigh = f64x2.mul(sumHigh, share);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = f64x2.splat(0);
  for (let row = 0, at = x; row < size; row++, at += step) {
    const value = loadLanes(at, whole);
    const offLow = f64x2.sub(low(value), meanLow);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(offLow, offLow));
    const offHigh = f64x2.sub(high(value), meanHigh);
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(offHigh, offHigh));
  }
  const ownLow = inversesOf(f64x2.mul(squaresLow, share));
  const ownHigh = inversesOf(f64x2.mul(squaresHigh, share));
  storeLanes(mean, joined(meanLow, meanHigh), whole);
  storeLanes(inverse, joined(ownLow, ownHigh), whole);
  for (let row = 0, at = x, into = y; row < size; row++, at += step, into += step) {
    const value = loadLanes(at, whole);
    const s = f64x2.splat(load<f32>(scale + (<usize>row << 2)));
    const t = f64x2.splat(load<f32>(shift + (<usize>row << 2)));
    const unitLow = f64x2.mul(f64x2.sub(low(value), meanLow), ownLow);
    const unitHigh = f64x2.mul(f64x2.sub(high(value), meanHigh), ownHigh);
    storeLanes(into, joined(f64x2.add(f64x2.mul(unitLow, s), t), f64x2.add(f64x2.mul(unitHigh, s), t)), whole);
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
  const means = loadLanes(mean, whole);
  const inverses = loadLanes(inverse, whole);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let alongLow = f64x2.splat(0);
  let alongHigh = f64x2.splat(0);
  for (let row = 0, at = x, dyAt = dy; row < size; row++, at += step, dyAt += step) {
    const value = loadLanes(at, whole);
    const gradient = loadLanes(dyAt, whole);
    const s = f64x2.splat(load<f32>(scale + (<usize>row << 2)));
    const gradientLow = f64x2.mul(low(gradient), s);
    const gradientHigh = f64x2.mul(high(gradient), s);
    sumLow = f64x2.add(sumLow, gradientLow);
    sumHigh = f64x2.add(sumHigh, gradientHigh);
    alongLow = f64x2.add(alongLow, f64x2.mul(gradientLow, f64x2.sub(low(value), low(means))));
    alongHigh = f64x2.add(alongHigh, f64x2.mul(gradientHigh, f64x2.sub(high(value), high(means))));
  }
  const share = f64x2.splat(1 / <f64>size);
  const ownLow = low(inverses);
  const ownHigh = high(inverses);
  const levelLow = f64x2.mul(sumLow, share);
  const levelHigh = f64x2.mul(sumHigh, share);
  const perLow = f64x2.mul(f64x2.mul(alongLow, share), f64x2.mul(ownLow, ownLow));
  const perHigh = f64x2.mul(f64x2.mul(alongHigh, share), f64x2.mul(ownHigh, ownHigh));
  for (let row = 0, at = x, dyAt = dy, into = dx; row < size; row++, at += step, dyAt += step, into += step) {
    const value = loadLanes(at, whole);
    const gradient = loadLanes(dyAt, whole);
    const s = f64x2.splat(load<f32>(scale + (<usize>row << 2)));
    const offLow = f64x2.sub(low(value), low(means));
    const offHigh = f64x2.sub(high(value), high(means));
    const restLow = f64x2.sub(f64x2.sub(f64x2.mul(low(gradient), s), levelLow), f64x2.mul(offLow, perLow));
    const restHigh = f64x2.sub(f64x2.sub(f64x2.mul(high(gradient), s), levelHigh), f64x2.mul(offHigh, perHigh));
    storeLanes(into, joined(f64x2.mul(ownLow, restLow), f64x2.mul(ownHigh, restHigh)), whole);
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

export function layerNormScaleBack(
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
    store<f32>(dShift + own, <f32>sumOf(b, inner, false));
    let m = mean;
    let r = inverse;
    let left = inner;
    let alongLow = f64x2.splat(0);
    let alongHigh = f64x2.splat(0);
    for (; left >= 4; left -= 4, a += 16, b += 16, m += 16, r += 16) {
      const value = v128.load(a);
      const gradient = v128.load(b);
      const means = v128.load(m);
      const inverses = v128.load(r);
      const unitLow = f64x2.mul(f64x2.sub(low(value), low(means)), low(inverses));
      alongLow = f64x2.add(alongLow, f64x2.mul(unitLow, low(gradient)));
      const unitHigh = f64x2.mul(f64x2.sub(high(value), high(means)), high(inverses));
      alongHigh = f64x2.add(alongHigh, f64x2.mul(unitHigh, high(gradient)));
    }
    let sum = sumOfPair(f64x2.add(alongLow, alongHigh));
    for (; left > 0; left--, a += 4, b += 4, m += 4, r += 4)
      sum += (<f64>load<f32>(a) - load<f32>(m)) * load<f32>(r) * load<f32>(b);
    store<f32>(dScale + own, <f32>sum);
  }
}
