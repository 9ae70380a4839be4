// Activations, see ../activate.ts: their codes and what the arguments mean stand there.
import { exponential, exponentialLess1, fill, loadLanes, multiplyAdd, storeLanes } from './lanes';

const leak: f32 = 0.01;
const seluScale: f32 = 1.0507009873554805;
const seluAlpha: f32 = 1.6732632423543772;

@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(fill(1), f32x4.add(fill(1), exponential(f32x4.neg(x))));
}

/** By t = exp(2 |x|) - 1, which keeps its precision where x is small, as t / (t + 2). From |x| = 10 on it is 1. */
@inline
function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = exponentialLess1(f32x4.pmin(f32x4.add(size, size), fill(20)));
  return v128.or(f32x4.div(t, f32x4.add(t, fill(2))), v128.and(x, fill(-0.0)));
}

/** The normal distribution function by Abramowitz and Stegun 7.1.26: within 1e-7. `density`: exp(-x^2 / 2). */
@inline
function cumulative(x: v128, density: v128): v128 {
  const size = f32x4.mul(f32x4.abs(x), fill(0.7071067811865476));
  const t = f32x4.div(fill(1), multiplyAdd(fill(0.3275911), size, fill(1)));
  let p = multiplyAdd(fill(1.061405429), t, fill(-1.453152027));
  p = multiplyAdd(p, t, fill(1.421413741));
  p = multiplyAdd(p, t, fill(-0.284496736));
  p = multiplyAdd(p, t, fill(0.254829592));
  // Half of 1 - erf, the mass beyond |x|.
  const beyond = f32x4.mul(f32x4.mul(f32x4.mul(p, t), density), fill(0.5));
  return v128.bitselect(beyond, f32x4.sub(fill(1), beyond), f32x4.lt(x, fill(0)));
}

@inline
function densityOf(x: v128): v128 {
  return exponential(f32x4.mul(f32x4.mul(x, x), fill(-0.5)));
}

@inline
function value(code: i32, x: v128): v128 {
  if (code == 1) return tanh(x);
  if (code == 2) return f32x4.max(fill(-1), f32x4.min(fill(1), x));
  if (code == 3) return f32x4.max(x, fill(0));
  if (code == 4) return v128.bitselect(x, f32x4.mul(x, fill(leak)), f32x4.gt(x, fill(0)));
  if (code == 5) {
    const below = f32x4.mul(fill(seluAlpha), f32x4.sub(exponential(x), fill(1)));
    return f32x4.mul(fill(seluScale), v128.bitselect(x, below, f32x4.gt(x, fill(0))));
  }
  if (code == 6) return f32x4.mul(x, cumulative(x, densityOf(x)));
  if (code == 7) return f32x4.mul(x, sigmoid(x));
  if (code == 8) return sigmoid(x);
  return x;
}

@inline
function derivative(code: i32, x: v128, y: v128): v128 {
  const one = fill(1);
  if (code == 1) return f32x4.sub(one, f32x4.mul(y, y));
  if (code == 2) return v128.and(one, f32x4.lt(f32x4.abs(y), one));
  if (code == 3) return v128.and(one, f32x4.gt(y, fill(0)));
  if (code == 4) return v128.bitselect(one, fill(leak), f32x4.gt(y, fill(0)));
  if (code == 5) return v128.bitselect(fill(seluScale), f32x4.add(y, fill(seluScale * seluAlpha)), f32x4.gt(y, fill(0)));
  if (code == 6) {
    const density = densityOf(x);
    return multiplyAdd(f32x4.mul(x, density), fill(0.3989422804014327), cumulative(x, density));
  }
  if (code == 7) {
    const s = sigmoid(x);
    return f32x4.mul(s, multiplyAdd(x, f32x4.sub(one, s), one));
  }
  if (code == 8) return f32x4.mul(y, f32x4.sub(one, y));
  return one;
}

@inline
function values(code: i32, x: usize, y: usize, count: i32): void {
  for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, value(code, v128.load(x)));
  for (; count > 0; count--, x += 4, y += 4) storeLanes(y, value(code, loadLanes(x, false)), false);
}

@inline
function derivatives(code: i32, x: usize, y: usize, dy: usize, dx: usize, count: i32): void {
  for (; count >= 4; count -= 4, x += 16, y += 16, dy += 16, dx += 16)
    v128.store(dx, f32x4.mul(v128.load(dy), derivative(code, v128.load(x), v128.load(y))));
  for (; count > 0; count--, x += 4, y += 4, dy += 4, dx += 4)
    storeLanes(dx, f32x4.mul(loadLanes(dy, false), derivative(code, loadLanes(x, false), loadLanes(y, false))), false);
}

// A loop for each, so that none asks in every round which it is.
export function activate(code: i32, x: usize, y: usize, from: i32, to: i32): void {
  const count = to - from;
  x += <usize>from << 2;
  y += <usize>from << 2;
  if (code == 0) values(0, x, y, count);
  else if (code == 1) values(1, x, y, count);
  else if (code == 2) values(2, x, y, count);
  else if (code == 3) values(3, x, y, count);
  else if (code == 4) values(4, x, y, count);
  else if (code == 5) values(5, x, y, count);
  else if (code == 6) values(6, x, y, count);
  else if (code == 7) values(7, x, y, count);
  else values(8, x, y, count);
}

export function activateBack(code: i32, x: usize, y: usize, dy: usize, dx: usize, from: i32, to: i32): void {
  const count = to - from;
  const at = <usize>from << 2;
  x += at;
  y += at;
  dy += at;
  dx += at;
  if (code == 0) derivatives(0, x, y, dy, dx, count);
  else if (code == 1) derivatives(1, x, y, dy, dx, count);
  else if (code == 2) derivatives(2, x, y, dy, dx, count);
  else if (code == 3) derivatives(3, x, y, dy, dx, count);
  else if (code == 4) derivatives(4, x, y, dy, dx, count);
  else if (code == 5) derivatives(5, x, y, dy, dx, count);
  else if (code == 6) derivatives(6, x, y, dy, dx, count);
  else if (code == 7) derivatives(7, x, y, dy, dx, count);
  else derivatives(8, x, y, dy, dx, count);
}
