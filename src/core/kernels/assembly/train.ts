// Loss and update, see ../train.ts: what the arguments mean stands there.
import { fill, loadLanes, multiplyAdd, storeLanes, sumOf } from './lanes';

/** In float64: classes are few. */
export function crossEntropy(
  logits: usize,
  labels: usize,
  dLogits: usize,
  classes: i32,
  batch: i32,
  smoothing: f64,
  share: f64,
): f64 {
  let loss: f64 = 0;
  const each = smoothing / classes;
  const step = <usize>batch << 2;
  for (let b = 0; b < batch; b++) {
    const own = <usize>b << 2;
    const label = load<i32>(labels + own);
    let most: f32 = -Infinity;
    for (let k = 0, at = logits + own; k < classes; k++, at += step) most = max(most, load<f32>(at));
    let sum: f64 = 0;
    // Each exponential once: they wait where the gradients will be.
    for (let k = 0, at = own; k < classes; k++, at += step) {
      const power = Math.exp(<f64>load<f32>(logits + at) - most);
      store<f32>(dLogits + at, <f32>power);
      sum += power;
    }
    const level = most + Math.log(sum);
    for (let k = 0, at = own; k < classes; k++, at += step) {
      const target: f64 = each + (k == label ? 1 - smoothing : 0);
      const logShare = <f64>load<f32>(logits + at) - level;
      loss -= target * logShare;
      store<f32>(dLogits + at, <f32>((<f64>load<f32>(dLogits + at) / sum - target) * share));
    }
  }
  return loss;
}

export function sumOfSquares(x: usize, from: i32, to: i32): f64 {
  return sumOf(x + (<usize>from << 2), to - from, true);
}

@inline
function sgdAt(
  w: usize,
  v: usize,
  g: usize,
  factor: v128,
  decay: v128,
  momentum: v128,
  nesterov: bool,
  moves: bool,
  rate: v128,
  whole: bool,
): void {
  const weight = loadLanes(w, whole);
  const decayed = multiplyAdd(decay, weight, f32x4.mul(factor, loadLanes(g, whole)));
  let direction = decayed;
  if (moves) {
    const velocity = multiplyAdd(momentum, loadLanes(v, whole), decayed);
    storeLanes(v, velocity, whole);
    direction = nesterov ? multiplyAdd(momentum, velocity, decayed) : velocity;
  }
  storeLanes(w, f32x4.sub(weight, f32x4.mul(rate, direction)), whole);
}

export function moveBySgd(
  w: usize,
  v: usize,
  g: usize,
  factor: f64,
  decay: f64,
  momentum: f64,
  nesterov: i32,
  learningRate: f64,
  from: i32,
  to: i32,
): void {
  const f = fill(<f32>factor);
  const d = fill(<f32>decay);
  const m = fill(<f32>momentum);
  const r = fill(<f32>learningRate);
  const moves = momentum != 0;
  const ahead = nesterov == 1;
  let count = to - from;
  let at = <usize>from << 2;
  for (; count >= 4; count -= 4, at += 16) sgdAt(w + at, v + at, g + at, f, d, m, ahead, moves, r, true);
  for (; count > 0; count--, at += 4) sgdAt(w + at, v + at, g + at, f, d, m, ahead, moves, r, false);
}

@inline
function adamAt(
  w: usize,
  mean: usize,
  square: usize,
  g: usize,
  factor: v128,
  decay: v128,
  pull: v128,
  rate: v128,
  deviation: v128,
  whole: bool,
): void {
  const weight = loadLanes(w, whole);
  const decayed = multiplyAdd(decay, weight, f32x4.mul(factor, loadLanes(g, whole)));
  const first = multiplyAdd(fill(0.9), loadLanes(mean, whole), f32x4.mul(fill(0.1), decayed));
  const second = multiplyAdd(fill(0.999), loadLanes(square, whole), f32x4.mul(fill(0.001), f32x4.mul(decayed, decayed)));
  storeLanes(mean, first, whole);
  storeLanes(square, second, whole);
  const spread = f32x4.add(f32x4.div(f32x4.sqrt(second), deviation), fill(1e-8));
  storeLanes(w, f32x4.sub(f32x4.mul(pull, weight), f32x4.div(f32x4.mul(rate, first), spread)), whole);
}

export function moveByAdam(
  w: usize,
  mean: usize,
  square: usize,
  g: usize,
  factor: f64,
  decay: f64,
  pull: f64,
  rate: f64,
  deviation: f64,
  from: i32,
  to: i32,
): void {
  const f = fill(<f32>factor);
  const d = fill(<f32>decay);
  const p = fill(<f32>pull);
  const r = fill(<f32>rate);
  const s = fill(<f32>deviation);
  let count = to - from;
  let at = <usize>from << 2;
  for (; count >= 4; count -= 4, at += 16) adamAt(w + at, mean + at, square + at, g + at, f, d, p, r, s, true);
  for (; count > 0; count--, at += 4) adamAt(w + at, mean + at, square + at, g + at, f, d, p, r, s, false);
}
