/**
 * A linear model whose memory is trained: the excess risk left over, min over psi of (theta - R psi)ᵀ Sigma (theta - R
 * psi) (derived here; rps.md 3 B).
 */
import { leastSquaresResidual } from '../../linalg/residual';
import type { Parts } from '../../parts';
import type { Rng } from '../../rng';
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
 * The mean over `trials` draws of R, as a share of thetaᵀ Sigma theta. Throws `rps.bad-experiment`, `rps.bad-trials`.
 */
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
