/** The excess risk of a trained memory in closed form, as far as one is known (derived here; rps.md 3 B). */
import type { Data } from './data';
import { dataDefaults } from './data';
import type { LinearModel } from './estimators';
import { wholeRisk } from './learned';

/**
 * Its mean over draws of R, as a share of thetaᵀ Sigma theta, where a formula is known.
 *
 * - isotropic: a location says one of its n_j directions, so that 1 - E[1/n_j] is left of each theta². Random pruning
 *   1 - m/n, fold the same where m divides n; count-sketch 1 - (m/n)(1 - (1 - 1/m)^n), since unused locations teach
 *   nothing; magnitude the share of the n - m smallest theta².
 * - power law, whose features are independent: random pruning 1 - m/n, magnitude the share that is left away, sharing
 *   `independentRisk`.
 * - duplicated groups: pruning by `prunedGroups`. Sharing is not known: all locations depend on each other by the
 *   groups they share.
 * - low rank, at most m: 0, as m generic directions say everything; a count-sketch leaves locations without a weight,
 *   too few by chance.
 */
export function knownRisk(
  model: LinearModel,
  data: Data,
  factor: readonly Float64Array[],
  theta: Float64Array,
): number | null {
  const { n, m, estimator } = model;
  const pruned = (): number =>
    largestLast(theta)
      .subarray(0, n - m)
      .reduce((sum, i) => sum + (factor[i][i] * theta[i]) ** 2, 0) / wholeRisk(factor, theta);
  switch (data.kind) {
    case 'isotropic':
      if (estimator === 'magnitude') return pruned();
      if (estimator === 'fold') return foldRisk(n, m, theta);
      return 1 - (m / n) * (estimator === 'count-sketch' ? 1 - (1 - 1 / m) ** n : 1);
    case 'power-law':
      if (estimator === 'magnitude') return pruned();
      return estimator === 'random-pruning' ? 1 - m / n : independentRisk(model, factor, theta);
    case 'low-rank':
      return factor.length <= m && estimator !== 'count-sketch' ? 0 : null;
    case 'duplicated': {
      if (estimator === 'fold' || estimator === 'count-sketch') return null;
      return prunedGroups(model, data, theta) / wholeRisk(factor, theta);
    }
  }
}

const largestLast = (theta: Float64Array): Uint32Array => {
  const order = Uint32Array.from(theta, (_, i) => i);
  // As the pruning itself sorts: of weights as large the first is kept.
  return order.sort((a, b) => Math.abs(theta[b]) - Math.abs(theta[a])).reverse();
};

/**
 * The last partition may be shorter: then some locations have a sharer more than others, and its weights only such
 * ones.
 */
function foldRisk(n: number, m: number, theta: Float64Array): number {
  const whole = Math.floor(n / m);
  const share = (n - whole * m) / m;
  const inWhole = (1 - share) / whole + share / (whole + 1);
  let [kept, all] = [0, 0];
  theta.forEach((value, i) => {
    kept += value * value * (i < whole * m ? inWhole : 1 / (whole + 1));
    all += value * value;
  });
  return 1 - kept / all;
}

/**
 * On the logarithmic axis the integrand is analytic and falls doubly fast: of such the trapezium rule of this width is
 * exact to rounding.
 */
const width = 0.2;

/**
 * Of features that are independent, of variances v: a location with the sharers J keeps (sum of g v theta over J)² /
 * sum of v over J, by its signs on average v_i² theta_i² / (v_i + V) of each, V the variances of the others. 1 / (v_i +
 * V) is the integral of e^(-t (v_i + V)) over t, and those others are drawn one by one (count-sketch: each with 1/m) or
 * one of each other partition (fold), so that the mean is a product.
 */
function independentRisk(
  { n, m, estimator }: LinearModel,
  factor: readonly Float64Array[],
  theta: Float64Array,
): number {
  const variances = factor.map((column, i) => column[i] ** 2);
  const size = estimator === 'fold' ? m : 1;
  const [most, least] = [Math.max(...variances), Math.min(...variances)];
  let kept = 0;
  for (let u = Math.log(1e-15 / most); u < Math.log(60 / least); u += width) {
    const t = Math.exp(u);
    const falls = variances.map((variance) => Math.exp(-t * variance));
    const absent: number[] = [];
    for (let first = 0; first < n; first += size) {
      const sum = falls.slice(first, first + size).reduce((a, b) => a + b, 0);
      absent.push((sum + Math.max(0, m - Math.min(size, n - first))) / m);
    }
    const logs = absent.reduce((sum, value) => sum + Math.log(value), 0);
    const terms = falls.reduce((sum, fall, i) => {
      const own = absent[Math.floor(i / size)];
      return own === 0 ? sum : sum + (variances[i] * theta[i]) ** 2 * fall * Math.exp(logs - Math.log(own));
    }, 0);
    kept += width * t * terms;
  }
  return 1 - kept / wholeRisk(factor, theta);
}

/**
 * Of groups of features that are the same but for a share `noise` of their own: where k of a group are kept, what is
 * left of the weights P that are not is noise |theta_P|² + (1 - noise) noise / (noise + (1 - noise) k) (sum of
 * theta_P)², the Schur complement of the covariance.
 */
function prunedGroups({ n, m, estimator }: LinearModel, data: Data, theta: Float64Array): number {
  const { group, noise } = { ...dataDefaults, ...data };
  const common = (k: number): number => (k === 0 ? 1 - noise : ((1 - noise) * noise) / (noise + (1 - noise) * k));
  const kept = new Uint8Array(n);
  if (estimator === 'magnitude') for (const i of largestLast(theta).subarray(n - m)) kept[i] = 1;
  let risk = 0;
  for (let first = 0; first < n; first += group) {
    const all = theta.subarray(first, first + group);
    const size = all.length;
    if (estimator === 'magnitude') {
      const left = all.filter((_, i) => kept[first + i] === 0);
      risk += noise * squaresOf(left) + common(size - left.length) * sumOf(left) ** 2;
      continue;
    }
    const squares = squaresOf(all);
    const pairs = sumOf(all) ** 2 - squares;
    for (let k = Math.max(0, m - (n - size)); k <= Math.min(m, size); k++) {
      const left = size - k;
      const alone = left / size;
      const both = size > 1 ? (alone * (left - 1)) / (size - 1) : 0;
      const chance = Math.exp(logChoose(size, k) + logChoose(n - size, m - k) - logChoose(n, m));
      risk += chance * (noise * alone * squares + common(k) * (alone * squares + both * pairs));
    }
  }
  return risk;
}

const sumOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const squaresOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** Logarithm of n over k. */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}
