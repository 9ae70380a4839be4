/**
 * The factors of R, and what makes its gradients those of a dense network: Desai, Shrivastava, "In defense of parameter
 * sharing for model-compression" (2024), section 3; the normalised form and the rule for Adam are derived here.
 */
import type { Rng } from '../rng';
import * as errors from './errors';
import { mapValues, valuesBetween } from './location-values';
import type { LocationValues } from './location-values';
import { locationSums } from './location-sums';
import type { ScalerName } from './names';
import type { Sharing } from './sharing';

/**
 * W_i = g_i lambda_l psi_j; normalised W_i = g_i sigma_l / sqrt(S2_j) phi_j, S2_j the sum of sigma squared over the sharers of
 * j. Then QᵀQ = I, and plain gradient steps on phi are those of STABLE-RPS whatever the scale of the memory.
 */
export interface Scales {
  /** Per layer; normalised: sigma. */
  lambda: Float64Array;
  normalised: boolean;
  /** 1 / sqrt(S2_j), 0 where nothing lies; only normalised. */
  inverse?: LocationValues;
}

/** How the memory of ROAST is drawn; `s` is its standard deviation but with `compat`. */
export type MemoryDraw =
  | { kind: 'uniform' | 'normal'; s: number }
  /** As the public code: uniform on (-s, s), although lambda is sigma / s, so that weights begin 1/sqrt(3) too small. */
  | { kind: 'compat'; s: number };

/** lambda_l = sigma_l / s, as of ROAST. Throws `rps.bad-init-std`. */
export function plainScales({ layers }: Sharing, s: number): Scales {
  if (!(s > 0 && s < Infinity)) throw errors.badInitStd(s);
  return { lambda: Float64Array.from(layers, ({ deviation }) => deviation / s), normalised: false };
}

/** Of STABLE-RPS, without a scale of the memory. */
export const normalisedScales = (sharing: Sharing): Scales =>
  normalisedBy(sharing, locationSums(sharing, deviationsOf(sharing)).squares);

/** sigma of each layer. */
export const deviationsOf = ({ layers }: Sharing): Float64Array =>
  Float64Array.from(layers, ({ deviation }) => deviation);

/** Where S2_j of each location is known. */
export function normalisedBy(sharing: Sharing, { ends, values: squares }: LocationValues): Scales {
  const values = new Float64Array(squares.length);
  // A loop: of millions of values a function called for each takes several times as long.
  for (let k = 0; k < values.length; k++) values[k] = squares[k] > 0 ? 1 / Math.sqrt(squares[k]) : 0;
  return { lambda: deviationsOf(sharing), normalised: true, inverse: { ...(ends && { ends }), values } };
}

/** s0 = sqrt(c mean sigma²), with c = n / m: the scale of the memory at which the mean Gamma is 1 (rps.md 2.1). */
export const neutralInitStd = ({ layers, m }: Sharing): number =>
  Math.sqrt(layers.reduce((sum, { weights, deviation }) => sum + weights * deviation ** 2, 0) / m);

/**
 * By what the gradient of a location is divided (rps.md 2.3): with n sharers, a the sum of their lambda, b that of lambda squared,
 * v1 = a²/n, v2 = a, v3 = a/n, v4 = sqrt(b), theory = b. Only those of order lambda², v1 and theory, make a run independent
 * of the scale of the memory. 1 where nothing lies; no epsilon, which would bring that scale back in.
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
 * Factors on the learning rate of each location under Adam, which no scaler of gradients reaches: 1 over the root mean square
 * of the factors of its sharers, in the normalised form sqrt(n_j). Weights then move as those of a dense network at
 * compression 1, whatever the scale of the memory (rps.md 2.3; derived there).
 */
export function adamMultipliers(sharing: Sharing, { lambda, normalised }: Scales): LocationValues {
  const { count, squares } = locationSums(sharing, lambda);
  return mapValues(count, (n, k) => {
    if (n === 0) return 1;
    return normalised ? Math.sqrt(n) : Math.sqrt(n / squares.values[k]);
  });
}

/** Locations whose numbers are drawn at a time. */
const drawn = 4096;

function divideInto(memory: Float32Array, from: number, normals: Float64Array, factors: Float64Array): void {
  for (let k = 0; k < normals.length; k++) memory[from + k] = (factors[k] > 0 ? 1 / factors[k] : 0) * normals[k];
}

/**
 * The initial memory. Normalised: phi_j normal with variance S2_j, and `draw` is not looked at. Recovered weights then have
 * the deviations of the layers. One number after the other from `rng`, so that runs that differ in the scale only begin alike.
 */
export function drawMemory(sharing: Sharing, scales: Scales, draw: MemoryDraw | undefined, rng: Rng): Float32Array {
  const memory = new Float32Array(sharing.m);
  const { inverse } = scales;
  if (inverse) {
    const [factors, normals] = [new Float64Array(drawn), new Float64Array(drawn)];
    for (let from = 0; from < memory.length; from += drawn) {
      const to = Math.min(memory.length, from + drawn);
      valuesBetween(inverse, from, to, factors);
      const some = normals.subarray(0, to - from);
      rng.normals(some);
      divideInto(memory, from, some, factors);
    }
    return memory;
  }
  const { kind, s } = draw ?? { kind: 'uniform', s: 1 };
  const bound = kind === 'compat' ? s : s * Math.sqrt(3);
  for (let j = 0; j < memory.length; j++)
    memory[j] = kind === 'normal' ? s * rng.normal() : bound * (2 * rng.uniform() - 1);
  return memory;
}
