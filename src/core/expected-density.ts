/** How dense a matrix is to be expected after t random rotations (reference eoi.md 1.2). */
import { densityOutOfRange } from './errors';

/** States of the chain less likely than this are dropped: together they change no expectation by 1e-20. */
const negligible = 1e-30;

/**
 * Expected density after 0, 1, ..., `rotations` rotations of `axes` axes, exactly, length rotations + 1.
 *
 * The support size s of a row is a pure-birth chain: P(s -> s+1) = 2 s (m - s) / (m (m - 1)), where exactly one of the
 * two drawn axes is in the support. All rows follow the same chain, so the shorter dimension does not matter.
 */
export function expectedDensityCurve(axes: number, rotations: number): Float64Array {
  const m = axes;
  const curve = new Float64Array(rotations + 1).fill(1 / m);
  if (m === 1) return curve;
  const birth = Float64Array.from({ length: m + 1 }, (_, s) => (2 * s * (m - s)) / (m * (m - 1)));
  const p = new Float64Array(m + 2);
  p[1] = 1;
  // Only sizes low..high have a probability worth following.
  let low = 1;
  let high = 1;
  for (let t = 1; t <= rotations; t++) {
    if (high < m && p[high] * birth[high] > negligible) high++;
    let mean = 0;
    for (let s = high; s > low; s--) {
      p[s] += p[s - 1] * birth[s - 1] - p[s] * birth[s];
      mean += s * p[s];
    }
    p[low] *= 1 - birth[low];
    mean += low * p[low];
    while (low < high && p[low] < negligible) p[low++] = 0;
    curve[t] = mean / m;
  }
  return curve;
}

const eulerGamma = 0.5772156649015329;

/**
 * e^y E1(y), the scaled exponential integral, for y > 0; relative error about 1e-15.
 * Power series below 1, Lentz's continued fraction above (Abramowitz and Stegun 5.1.11 and 5.1.22).
 */
export function expintE1scaled(y: number): number {
  if (!(y > 0)) return y === 0 ? Infinity : NaN;
  if (y <= 1) {
    let sum = -eulerGamma - Math.log(y);
    let term = -1;
    for (let k = 1; k < 30; k++) {
      term *= -y / k;
      sum += term / k;
    }
    return Math.exp(y) * sum;
  }
  let b = y + 1;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 500; k++) {
    const a = -k * k;
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return fraction;
}

/**
 * Rotations of `axes` axes after which the expected density reaches `density`, to about one for 64 to 4096 axes;
 * Infinity for density 1, which it never reaches. In closed form the density is 1 - y e^y E1(y) with y = m exp(-2 t /
 * (m - 1)): a logistic growth that starts from an exponentially distributed size, as the early chain does. Throws
 * `density.out-of-range`.
 */
export function expectedRotations(axes: number, density: number): number {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (density <= 1 / axes) return 0;
  if (density === 1) return Infinity;
  // y e^y E1(y) rises from 0 to 1 with y: bisect ln y.
  let low = -745;
  let high = Math.log(axes) + 1;
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    const y = Math.exp(middle);
    if (y * expintE1scaled(y) < 1 - density) low = middle;
    else high = middle;
  }
  return Math.max(0, Math.round(((axes - 1) / 2) * (Math.log(axes) - low)));
}
