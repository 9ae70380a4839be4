// Batch norm of channels that lie beside each other, see ../columns.ts: what the arguments mean stands there. Four
// columns at a time, or one, in float64: sums wait for the sums before, whatever their precision, and a batch norm over
// few examples multiplies rounding.
import { high, joined, loadLanes, low, storeLanes } from './lanes';

const epsilon: f64 = 1e-5;

@inline
function inverseOf(variance: v128): v128 {
  return f64x2.div(f64x2.splat(1), f64x2.sqrt(f64x2.add(variance, f64x2.splat(epsilon))));
}

/** About the first value, which lies as near as any, so that one pass is enough. */
@inline
function momentsOf(x: usize, mean: usize, variance: usize, rows: i32, step: usize, whole: bool): void {
  const first = loadLanes(x, whole);
  const firstLow = low(first);
  const firstHigh = high(first);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = f64x2.splat(0);
  for (let row = 0; row < rows; row++, x += step) {
    const value = loadLanes(x, whole);
    const offLow = f64x2.sub(low(value), firstLow);
    sumLow = f64x2.add(sumLow, offLow);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(offLow, offLow));
    const offHigh = f64x2.sub(high(value), firstHigh);
    sumHigh = f64x2.add(sumHigh, offHigh);
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(offHigh, offHigh));
  }
  const share = f64x2.splat(1 / <f64>rows);
  const meanLow = f64x2.mul(sumLow, share);
  const meanHigh = f64x2.mul(sumHigh, share);
  storeLanes(mean, joined(f64x2.add(firstLow, meanLow), f64x2.add(firstHigh, meanHigh)), whole);
  const ownLow = f64x2.sub(f64x2.mul(squaresLow, share), f64x2.mul(meanLow, meanLow));
  const ownHigh = f64x2.sub(f64x2.mul(squaresHigh, share), f64x2.mul(meanHigh, meanHigh));
  storeLanes(variance, f32x4.max(joined(ownLow, ownHigh), f32x4.splat(0)), whole);
}

export function columnMoments(x: usize, moments: usize, rows: i32, columns: i32): void {
  const step = <usize>columns << 2;
  let c: usize = 0;
  for (; c + 16 <= step; c += 16) momentsOf(x + c, moments + c, moments + step + c, rows, step, true);
  for (; c < step; c += 4) momentsOf(x + c, moments + c, moments + step + c, rows, step, false);
}

@inline
function normOf(
  x: usize,
  mean: usize,
  variance: usize,
  scale: usize,
  shift: usize,
  y: usize,
  rows: i32,
  step: usize,
  whole: bool,
): void {
  const means = loadLanes(mean, whole);
  const variances = loadLanes(variance, whole);
  const scales = loadLanes(scale, whole);
  const shifts = loadLanes(shift, whole);
  const factorLow = f64x2.mul(inverseOf(low(variances)), low(scales));
  const factorHigh = f64x2.mul(inverseOf(high(variances)), high(scales));
  for (let row = 0; row < rows; row++, x += step, y += step) {
    const value = loadLanes(x, whole);
    const ownLow = f64x2.mul(f64x2.sub(low(value), low(means)), factorLow);
    const ownHigh = f64x2.mul(f64x2.sub(high(value), high(means)), factorHigh);
    storeLanes(y, joined(f64x2.add(ownLow, low(shifts)), f64x2.add(ownHigh, high(shifts))), whole);
  }
}

export function columnNorm(
  x: usize,
  moments: usize,
  scale: usize,
  shift: usize,
  y: usize,
  rows: i32,
  columns: i32,
): void {
  const step = <usize>columns << 2;
  const variance = moments + step;
  let c: usize = 0;
  for (; c + 16 <= step; c += 16)
    normOf(x + c, moments + c, variance + c, scale + c, shift + c, y + c, rows, step, true);
  for (; c < step; c += 4) normOf(x + c, moments + c, variance + c, scale + c, shift + c, y + c, rows, step, false);
}

@inline
function sumsOf(
  x: usize,
  mean: usize,
  variance: usize,
  dy: usize,
  byScale: usize,
  byShift: usize,
  rows: i32,
  step: usize,
  whole: bool,
): void {
  const means = loadLanes(mean, whole);
  const variances = loadLanes(variance, whole);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let alongLow = f64x2.splat(0);
  let alongHigh = f64x2.splat(0);
  for (let row = 0; row < rows; row++, x += step, dy += step) {
    const gradient = loadLanes(dy, whole);
    const value = loadLanes(x, whole);
    sumLow = f64x2.add(sumLow, low(gradient));
    alongLow = f64x2.add(alongLow, f64x2.mul(low(gradient), f64x2.sub(low(value), low(means))));
    sumHigh = f64x2.add(sumHigh, high(gradient));
    alongHigh = f64x2.add(alongHigh, f64x2.mul(high(gradient), f64x2.sub(high(value), high(means))));
  }
  const scaledLow = f64x2.mul(alongLow, inverseOf(low(variances)));
  const scaledHigh = f64x2.mul(alongHigh, inverseOf(high(variances)));
  storeLanes(byScale, joined(scaledLow, scaledHigh), whole);
  storeLanes(byShift, joined(sumLow, sumHigh), whole);
}

export function columnNormSums(x: usize, moments: usize, dy: usize, sums: usize, rows: i32, columns: i32): void {
  const step = <usize>columns << 2;
  const variance = moments + step;
  const shift = sums + step;
  let c: usize = 0;
  for (; c + 16 <= step; c += 16)
    sumsOf(x + c, moments + c, variance + c, dy + c, sums + c, shift + c, rows, step, true);
  for (; c < step; c += 4) sumsOf(x + c, moments + c, variance + c, dy + c, sums + c, shift + c, rows, step, false);
}

/** Of two columns: factor (dy - level - along (x - mean)). */
@inline
function gradientOf(x: v128, mean: v128, dy: v128, factor: v128, level: v128, along: v128): v128 {
  const rest = f64x2.sub(f64x2.sub(dy, level), f64x2.mul(along, f64x2.sub(x, mean)));
  return f64x2.mul(factor, rest);
}

@inline
function backOf(
  x: usize,
  mean: usize,
  variance: usize,
  scale: usize,
  byScale: usize,
  byShift: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  step: usize,
  whole: bool,
): void {
  const share = f64x2.splat(1 / <f64>rows);
  const means = loadLanes(mean, whole);
  const variances = loadLanes(variance, whole);
  const scales = loadLanes(scale, whole);
  const alongs = loadLanes(byScale, whole);
  const levels = loadLanes(byShift, whole);
  const inverseLow = inverseOf(low(variances));
  const inverseHigh = inverseOf(high(variances));
  const factorLow = f64x2.mul(inverseLow, low(scales));
  const factorHigh = f64x2.mul(inverseHigh, high(scales));
  const alongLow = f64x2.mul(f64x2.mul(low(alongs), share), inverseLow);
  const alongHigh = f64x2.mul(f64x2.mul(high(alongs), share), inverseHigh);
  const levelLow = f64x2.mul(low(levels), share);
  const levelHigh = f64x2.mul(high(levels), share);
  for (let row = 0; row < rows; row++, x += step, dy += step, dx += step) {
    const value = loadLanes(x, whole);
    const gradient = loadLanes(dy, whole);
    const ownLow = gradientOf(low(value), low(means), low(gradient), factorLow, levelLow, alongLow);
    const ownHigh = gradientOf(high(value), high(means), high(gradient), factorHigh, levelHigh, alongHigh);
    storeLanes(dx, joined(ownLow, ownHigh), whole);
  }
}

export function columnNormBack(
  x: usize,
  moments: usize,
  scale: usize,
  sums: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  columns: i32,
): void {
  const step = <usize>columns << 2;
  const variance = moments + step;
  const shift = sums + step;
  let c: usize = 0;
  for (; c + 16 <= step; c += 16)
    backOf(x + c, moments + c, variance + c, scale + c, sums + c, shift + c, dy + c, dx + c, rows, step, true);
  for (; c < step; c += 4)
    backOf(x + c, moments + c, variance + c, scale + c, sums + c, shift + c, dy + c, dx + c, rows, step, false);
}
