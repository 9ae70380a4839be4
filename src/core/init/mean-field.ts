/**
 * Mean-field theory of wide random networks: Poole et al., "Exponential expressivity in deep neural networks through
 * transient chaos" (NIPS 2016), equations 3 and 6; Schoenholz et al., "Deep Information Propagation" (ICLR 2017).
 * Weights have variance sigma_w^2 / fan-in and biases sigma_b^2. A sparse layer obeys it with the kept weights as
 * fan-in, so the gains serve dense and sparse layers alike.
 */
import { badGain, badVariance, biasTooLarge, biasTooSmall, noFixedPoint } from './errors';
import type { Activation } from '../network';
import { moments } from './gaussian-moments';

export interface Gains {
  /** sigma_w */
  weight: number;
  /** sigma_b */
  bias: number;
}

export interface Critical extends Gains {
  /** q*: the variance of the preactivations at which these gains are critical. */
  variance: number;
}

/** Where the search for a critical point begins and ends, and by how much it grows a step. */
const search = { from: 1e-8, to: 1e6, ratio: 1.02 };
/** What is left of q below this share of it is rounding. */
const rounding = 1e-12;

/**
 * The gains at the edge of chaos, chi_1 = 1, for a given bias variance: there the mean square of a gradient, or of a
 * small difference of inputs, neither grows nor dies with depth. On the critical line sigma_w^2 = 1 / E[phi'^2] and
 * sigma_b^2 = q - E[phi^2] / E[phi'^2], with q the variance of the preactivations; bias variance 0 is the limit of
 * small q.
 *
 * ReLU, leaky ReLU and linear are critical without bias only. GELU and SiLU need one: below it their critical q is a
 * fixed point that the signal leaves (Roberts, Yaida, Hanin, "The Principles of Deep Learning Theory", section 5.3.4).
 * Throws `init.bad-variance`, `init.bias-too-large`, `init.bias-too-small`.
 */
export function criticalGain(activation: Activation, { biasVariance }: { biasVariance: number }): Critical {
  if (!(biasVariance >= 0 && biasVariance < Infinity)) throw badVariance('bias variance', biasVariance);
  const variance = biasVariance === 0 ? 0 : criticalVariance(activation, biasVariance);
  // The limit of small q is reached, to rounding, at the square of where the search begins.
  const { derivative } = moments[activation](Math.max(variance, search.from ** 2));
  if (drift(activation, Math.max(variance, 1e-4)) > 1e-9)
    throw biasTooSmall(activation, biasVariance, leastStableBias(activation));
  return { weight: 1 / Math.sqrt(derivative), bias: Math.sqrt(biasVariance), variance };
}

/** sigma_b^2 at the critical point with variance q. */
function criticalBias(activation: Activation, q: number): number {
  const { square, derivative } = moments[activation](q);
  const bias = q - square / derivative;
  return bias > rounding * q ? bias : 0;
}

/** The q whose critical bias variance is the wanted one, which is above 0. */
function criticalVariance(activation: Activation, wanted: number): number {
  for (let q = search.from; q < search.to; q *= search.ratio)
    if (criticalBias(activation, q) >= wanted)
      return bisect((x) => criticalBias(activation, x) >= wanted, q / search.ratio, q);
  throw biasTooLarge(activation, wanted, criticalBias(activation, search.to));
}

/**
 * How far a layer with the critical gains of q carries a variance 1 % above q away from q, in units of q: 0 or less
 * stays.
 */
function drift(activation: Activation, q: number): number {
  const here = moments[activation](q);
  const above = moments[activation](1.01 * q);
  return (above.square - here.square) / (here.derivative * q) - 0.01;
}

/** The smallest bias variance whose critical point draws the signal in. */
function leastStableBias(activation: Activation): number {
  let q = search.to;
  while (q > search.from && drift(activation, q) <= 0) q /= search.ratio;
  return criticalBias(
    activation,
    bisect((x) => drift(activation, x) <= 0, q, q * search.ratio),
  );
}

/**
 * The variance q* that the preactivations of a deep network come to, and chi_1 there: below 1 gradients vanish, above 1
 * they explode. Of several q*, the one reached from unit variance; where every q is one (ReLU at sigma_w^2 = 2), 1. A
 * signal that dies has q* 0 and the chi_1 of small q. Throws `init.bad-gain`, `init.bad-variance`,
 * `init.no-fixed-point`.
 */
export function meanField(activation: Activation, { weight, bias }: Gains): { q: number; chi: number } {
  if (!(weight > 0 && weight < Infinity)) throw badGain(weight);
  if (!(bias >= 0 && bias < Infinity)) throw badVariance('sigma_b', bias);
  const excess = (q: number): number => weight * weight * moments[activation](q).square + bias * bias - q;
  const at = (q: number) => ({
    q,
    chi: weight * weight * moments[activation](Math.max(q, search.from ** 2)).derivative,
  });
  let q = 1;
  const first = excess(q);
  // Marginal: the variance stays what it is.
  if (Math.abs(first) < rounding) return at(q);
  if (first > 0) {
    while (excess(q) > 0) {
      if (q > 1e12) throw noFixedPoint(activation, weight, bias);
      q *= 2;
    }
    return at(bisect((x) => excess(x) <= 0, q / 2, q));
  }
  while (excess(q) < 0) {
    if (q < 1e-12) return at(0);
    q /= 2;
  }
  return at(bisect((x) => excess(x) < 0, q, 2 * q));
}

/** Where `holds` turns true between `low` and `high`, to the last bits: 100 halvings. */
function bisect(holds: (q: number) => boolean, low: number, high: number): number {
  let [no, yes] = [low, high];
  for (let i = 0; i < 100; i++) {
    const middle = (no + yes) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
