/**
 * A linear model whose memory is trained: the excess risk left over, min over psi of (theta - R psi)ᵀ Sigma (theta - R psi) (derived here; rps.md 3 B).
 */
import { leastSquaresResidual } from '../../linalg/residual';
import type { Parts } from '../../parts';
import type { Rng } from '../../rng';
import type { Data } from './data';
import { checkModel, place } from './estimators';
import type { LinearModel, Placement } from './estimators';
import { checkTrials, summarise } from './inner-product';
import type { Estimate } from './inner-product';

/** Rows of Aᵀ: what column i of it, a feature, does to each factor. */
const transposed = (factor: readonly Float64Array[], n: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) => Float64Array.from(factor, (column) => column[i]));

/** thetaᵀ Sigma theta: the risk of no memory at all. */
export const wholeRisk = (factor: readonly Float64Array[], theta: Float64Array): number =>
  factor.reduce((sum, column) => sum + column.reduce((inner, value, i) => inner + value * theta[i], 0) ** 2, 0);

/** Of one placement, with Sigma = A Aᵀ: |Aᵀ theta - Aᵀ R psi|² at the best psi. */
export function excessRisk(
  factor: readonly Float64Array[],
  theta: Float64Array,
  { location, sign }: Placement,
  m: number,
): number {
  const n = theta.length;
  const features = transposed(factor, n);
  const target = new Float64Array(factor.length);
  const columns = Array.from({ length: m }, () => new Float64Array(factor.length));
  for (let i = 0; i < n; i++) {
    const column = location[i] < 0 ? undefined : columns[location[i]];
    for (let k = 0; k < target.length; k++) {
      target[k] += theta[i] * features[i][k];
      if (column) column[k] += sign[i] * features[i][k];
    }
  }
  return leastSquaresResidual(columns, target);
}

/**
 * Its mean over draws of R, as a share of thetaᵀ Sigma theta, where a formula is known.
 *
 * - isotropic: a location says one of its n_j directions, so that 1 - E[1/n_j] is left of each theta². Random pruning 1 - m/n, fold
 *   the same where m divides n; count-sketch 1 - (m/n)(1 - (1 - 1/m)^n), since unused locations teach nothing; magnitude the
 *   share of the n - m smallest theta².
 * - power law, whose features are independent: random pruning 1 - m/n, magnitude the share that is left away.
 * - low rank, at most m: 0, as m generic directions say everything.
 */
export function knownRisk(
  { n, m, estimator }: LinearModel,
  data: Data,
  factor: readonly Float64Array[],
  theta: Float64Array,
): number | null {
  const pruned = (): number => {
    const order = Uint32Array.from(theta, (_, i) => i).sort((a, b) => Math.abs(theta[b]) - Math.abs(theta[a]));
    const share = (i: number): number => (factor[i][i] * theta[i]) ** 2;
    return order.subarray(m).reduce((sum, i) => sum + share(i), 0) / wholeRisk(factor, theta);
  };
  switch (data.kind) {
    case 'isotropic':
      if (estimator === 'magnitude') return pruned();
      if (estimator === 'fold') return foldRisk(n, m, theta);
      return 1 - (m / n) * (estimator === 'count-sketch' ? 1 - (1 - 1 / m) ** n : 1);
    case 'power-law':
      if (estimator === 'magnitude') return pruned();
      return estimator === 'random-pruning' ? 1 - m / n : null;
    case 'low-rank':
      return factor.length <= m && estimator !== 'count-sketch' ? 0 : null;
    case 'duplicated':
      return null;
  }
}

/** The last partition may be shorter: then some locations have a sharer more than others, and its weights only such ones. */
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

/** The mean over `trials` draws of R, as a share of thetaᵀ Sigma theta. Throws `rps.bad-experiment`, `rps.bad-trials`. */
export function* drawnRisk(
  model: LinearModel,
  factor: readonly Float64Array[],
  theta: Float64Array,
  trials: number,
  rng: Rng,
): Parts<Estimate> {
  checkModel(model);
  checkTrials(trials);
  const whole = wholeRisk(factor, theta);
  // Nothing of it is drawn.
  const needed = model.estimator === 'magnitude' ? 2 : trials;
  const shares = new Float64Array(needed);
  for (let trial = 0; trial < needed; trial++) {
    yield;
    shares[trial] = excessRisk(factor, theta, place(model, theta, rng), model.m) / whole;
  }
  return summarise(shares);
}
