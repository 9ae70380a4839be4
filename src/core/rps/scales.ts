/**
 * The factors of R, and what makes its gradients those of a dense network: Desai, Shrivastava, "In defense of parameter
 * sharing for model-compression" (2024), section 3; the normalised form and the rule for Adam are derived here.
 */
import { finish } from '../parts';
import * as errors from './errors';
import { mapValues } from './location-values';
import type { LocationValues } from './location-values';
import { countedInParts } from './location-counts';
import { knownSums, locationSums } from './location-sums';
import type { ScalerName } from './names';
import { isDeviation } from './sharing';
import type { Sharing } from './sharing';

/**
 * W_i = g_i lambda_l psi_j; normalised W_i = g_i sigma_l / sqrt(S2_j) phi_j, S2_j the sum of sigma squared over the
 * sharers of j. Then QᵀQ = I, and plain gradient steps on phi are those of STABLE-RPS whatever the scale of the memory.
 */
export interface Scales {
  /** Per layer; normalised: sigma. */
  lambda: Float64Array;
  normalised: boolean;
  /** 1 / sqrt(S2_j), 0 where nothing lies; only normalised. */
  inverse?: LocationValues;
}

/** lambda_l = sigma_l / s, as of ROAST. Throws `rps.bad-init-std`. */
export function plainScales({ layers }: Sharing, s: number): Scales {
  if (!isDeviation(s)) throw errors.badInitStd(s);
  return { lambda: Float64Array.from(layers, ({ deviation }) => deviation / s), normalised: false };
}

/** Of STABLE-RPS, without a scale of the memory. */
export function normalisedScales(sharing: Sharing): Scales {
  const lambda = deviationsOf(sharing);
  const known = knownSums(sharing, lambda)?.squares;
  const values = known?.values.slice() ?? new Float64Array(sharing.m);
  if (known) invertRoots(values, 0, values.length);
  else
    finish(
      countedInParts(sharing, {
        add: (layer, places, times, size) => addSquares(values, lambda[layer] * lambda[layer], places, times, size),
        // Then they are known.
        addRun: () => undefined,
        // While they are in the cache.
        done: (from, to) => invertRoots(values, from, to),
      }),
    );
  return { lambda, normalised: true, inverse: { ...(known?.ends && { ends: known.ends }), values } };
}

function addSquares(squares: Float64Array, square: number, places: Int32Array, times: Uint32Array, size: number): void {
  for (let k = 0; k < size; k++) squares[places[k]] += times[k] * square;
}

/** 0 stays 0. */
function invertRoots(values: Float64Array, from: number, to: number): void {
  for (let k = from; k < to; k++) values[k] = values[k] > 0 ? 1 / Math.sqrt(values[k]) : 0;
}

/** sigma of each layer. */
export const deviationsOf = ({ layers }: Sharing): Float64Array =>
  Float64Array.from(layers, ({ deviation }) => deviation);

/** s0 = sqrt(c mean sigma²), with c = n / m: the scale of the memory at which the mean Gamma is 1 (rps.md 2.1). */
export const neutralInitStd = ({ layers, m }: Sharing): number =>
  Math.sqrt(layers.reduce((sum, { weights, deviation }) => sum + weights * deviation ** 2, 0) / m);

/**
 * By what the gradient of a location is divided (rps.md 2.3): with n sharers, a the sum of their lambda, b that of
 * lambda squared, v1 = a²/n, v2 = a, v3 = a/n, v4 = sqrt(b), theory = b. Only those of order lambda², v1 and theory,
 * make a run independent of the scale of the memory. 1 where nothing lies; no epsilon, which would bring that scale
 * back in.
 */
export function scalerAt(mode: ScalerName, n: number, a: number, b: number): number {
  if (n === 0) return 1;
  switch (mode) {
    case 'none':
      return 1;
    case 'v1':
      return (a * a) / n;
    case 'v2':
      return a;
    case 'v3':
      return a / n;
    case 'v4':
      return Math.sqrt(b);
    case 'theory':
      return b;
  }
}

/** Of every location. */
export function scalerOf(mode: ScalerName, sharing: Sharing, lambda: ArrayLike<number>): LocationValues {
  const { count, sum, squares } = locationSums(sharing, lambda);
  return mapValues(count, (n, k) => scalerAt(mode, n, sum.values[k], squares.values[k]));
}

/**
 * Factors on the learning rate of each location under Adam, which no scaler of gradients reaches: 1 over the root mean
 * square of the factors of its sharers, in the normalised form sqrt(n_j). Weights then move as those of a dense network
 * at compression 1, whatever the scale of the memory (rps.md 2.3; derived there).
 */
export function adamMultipliers(sharing: Sharing, { lambda, normalised }: Scales): LocationValues {
  const { count, squares } = locationSums(sharing, lambda);
  return mapValues(count, (n, k) => {
    if (n === 0) return 1;
    return normalised ? Math.sqrt(n) : Math.sqrt(n / squares.values[k]);
  });
}

/** Of Adam, where locations differ in what they are measured in. */
export interface AdamRates {
  /** What the step of each location is multiplied with. */
  factors: LocationValues;
  /** The unit of its gradient, which epsilon is multiplied with; absent: 1. Of one length with the factors. */
  units?: LocationValues;
}

/**
 * The rates of the normalised form and of `theory`, whose scaled steps are those of the normalised form: gradients over
 * Gamma have the unit 1 / sqrt(Gamma), and epsilon is in that unit. The other scalers do nothing under Adam, as
 * published.
 */
export function adamRates(sharing: Sharing, scales: Scales, scaler: ScalerName): AdamRates | undefined {
  if (!scales.normalised && scaler !== 'theory') return undefined;
  const factors = adamMultipliers(sharing, scales);
  if (scales.normalised) return { factors };
  const { squares } = locationSums(sharing, scales.lambda);
  return { factors, units: mapValues(squares, (square) => (square > 0 ? 1 / Math.sqrt(square) : 1)) };
}
