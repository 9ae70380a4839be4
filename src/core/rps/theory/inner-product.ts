/**
 * An inner product <theta, x> estimated from memories of m numbers, <Rᵀ theta, Rᵀ x>: formulas (derived here; rps.md 3
 * A), and the same by drawing. What the paper itself proves is not known to us and not claimed.
 */
import type { Parts } from '../../parts';
import type { Rng } from '../../rng';
import { badTrials } from './errors';
import { checkModel, place } from './estimators';
import type { Estimator, LinearModel } from './estimators';

/** theta and x, n numbers each. */
export interface Pair {
  theta: Float64Array;
  x: Float64Array;
}

/** Of the products, squares and so on of the entries from `from` to `to`. */
function sumsOf({ theta, x }: Pair, from: number, to: number): { both: number; t: number; x: number; squares: number } {
  let [both, t, xx, squares] = [0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const product = theta[i] * x[i];
    both += product;
    t += theta[i] * theta[i];
    xx += x[i] * x[i];
    squares += product * product;
  }
  return { both, t, x: xx, squares };
}

/**
 * Mean squared error of the estimate; but of `magnitude` it is unbiased, and so its variance.
 *
 * - count-sketch: (1/m) sum over i < j of (theta_i x_j + theta_j x_i)² = (|theta|²|x|² + <theta, x>² - 2 sum theta_i²
 *   x_i²) / m.
 * - fold: the same sum over pairs of different partitions only, as others never meet; 0 where m = n.
 * - random pruning, scaled by n/m: (n - m) / (m (n - 1)) (n sum a_i² - (sum a_i)²), a_i = theta_i x_i.
 * - magnitude: the square of what is left away.
 */
export function meanSquaredError({ n, m, estimator }: LinearModel, pair: Pair): number {
  const all = sumsOf(pair, 0, n);
  switch (estimator) {
    case 'count-sketch':
      return Math.max(0, (all.t * all.x + all.both ** 2 - 2 * all.squares) / m);
    case 'fold': {
      let within = 0;
      for (let from = 0; from < n; from += m) {
        const one = sumsOf(pair, from, Math.min(n, from + m));
        within += one.t * one.x + one.both ** 2;
      }
      return Math.max(0, (all.t * all.x + all.both ** 2 - within) / m);
    }
    case 'random-pruning':
      return ((n - m) / (m * (n - 1))) * (n * all.squares - all.both ** 2);
    case 'magnitude': {
      const order = Uint32Array.from(pair.theta, (_, i) => i);
      order.sort((a, b) => Math.abs(pair.theta[b]) - Math.abs(pair.theta[a]));
      return order.subarray(m).reduce((sum, i) => sum + pair.theta[i] * pair.x[i], 0) ** 2;
    }
  }
}

/**
 * The mean of it over unit theta and x of independent uniform directions; of `magnitude` it is not known in closed
 * form.
 */
export function isotropicError({ n, m, estimator }: LinearModel): number | null {
  switch (estimator) {
    case 'count-sketch':
      return (1 / m) * (1 - 1 / n);
    case 'fold':
      return foldOfUnits(n, m);
    case 'random-pruning':
      return 1 / m - 1 / n;
    case 'magnitude':
      return null;
  }
}

/** Pairs of different partitions, each 2/(n² m) on average: 1/m - 1/n where m divides n. */
function foldOfUnits(n: number, m: number): number {
  let apart = n * n;
  for (let from = 0; from < n; from += m) apart -= Math.min(m, n - from) ** 2;
  return apart / (n * n * m);
}

export interface Estimate {
  mean: number;
  /** Of the mean; 0 where nothing was drawn at random. */
  standardError: number;
}

export const summarise = (values: Float64Array): Estimate => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
};

export function checkTrials(trials: number): void {
  if (!Number.isInteger(trials) || trials < 2 || trials > 1_000_000) throw badTrials(trials);
}

/** Trials of one part. */
const trialsPerPart = 32;

/** The factor that makes an estimate unbiased. */
const scaleOf: Record<Estimator, (n: number, m: number) => number> = {
  'count-sketch': () => 1,
  fold: () => 1,
  'random-pruning': (n, m) => n / m,
  magnitude: () => 1,
};

/** The mean squared error of `trials` draws of the memory. Throws `rps.bad-experiment`, `rps.bad-trials`. */
export function* drawnError(model: LinearModel, pair: Pair, trials: number, rng: Rng): Parts<Estimate> {
  checkModel(model);
  checkTrials(trials);
  const { n, m, estimator } = model;
  const { theta, x } = pair;
  const exact = sumsOf(pair, 0, n).both;
  const errors = new Float64Array(trials);
  for (let trial = 0; trial < trials; trial++) {
    if (trial % trialsPerPart === trialsPerPart - 1) yield;
    const { location, sign } = place(model, theta, rng);
    const [a, b] = [new Float64Array(m), new Float64Array(m)];
    for (let i = 0; i < n; i++) {
      if (location[i] < 0) continue;
      a[location[i]] += sign[i] * theta[i];
      b[location[i]] += sign[i] * x[i];
    }
    const estimate = a.reduce((sum, value, j) => sum + value * b[j], 0) * scaleOf[estimator](n, m);
    errors[trial] = (estimate - exact) ** 2;
  }
  return summarise(errors);
}
