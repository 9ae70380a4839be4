/**
 * Sparse orthogonal initialisation of a fixed degree: Esguerra, Nasir, Tang, Tumian, Ho, "Sparsity-Aware Orthogonal
 * Initialization" (IEEE Access 2023); eoi.md 2.2. The longer side is parted at random into groups of `degree`; as many
 * rows of a random orthogonal degree x degree matrix stand over each group as the shorter side has places for.
 *
 * The published code searches its mask at random and does not end where the degree does not divide; its blocks are the
 * orthonormal basis of a matrix of uniform numbers, which is not uniformly distributed. Here the groups are drawn by
 * one shuffle and the blocks are Haar.
 */
import { haarOrthogonalInParts } from '../linalg/haar';
import { Mask } from '../mask';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import { checkShape } from '../shape';
import { badGain, degreeDoesNotDivide } from './errors';

export interface SaoRequest {
  /** (out, in). */
  rows: number;
  columns: number;
  /** Weights of each row of a wide matrix, of each column of a tall one. */
  degree: number;
  /** sigma_w. */
  gain: number;
  rng: Rng;
}

/**
 * The degrees a rows x columns matrix can have, ascending: divisors of the longer side for which degree * shorter /
 * longer, the rows over one group, is whole.
 */
export function possibleDegrees(rows: number, columns: number): number[] {
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const degrees: number[] = [];
  for (let degree = 1; degree <= long; degree++)
    if (long % degree === 0 && (short * degree) % long === 0) degrees.push(degree);
  return degrees;
}

/** The possible degree whose density, degree / longer side, is nearest; the smaller of two. */
export const nearestDegree = (rows: number, columns: number, density: number): number => {
  const wanted = density * Math.max(rows, columns);
  return possibleDegrees(rows, columns).reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
};

/**
 * Row-major float32, `gain` times a matrix whose shorter dimension is orthonormal. Throws
 * `init.degree-does-not-divide`, `init.bad-gain`, `shape.*`.
 */
export function* sparseOrthogonalInParts(p: SaoRequest): Parts<{ weights: Float32Array<ArrayBuffer>; mask: Mask }> {
  const { rows, columns, degree, gain, rng } = p;
  checkShape(rows, columns);
  if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  const degrees = possibleDegrees(rows, columns);
  if (!degrees.includes(degree)) throw degreeDoesNotDivide(rows, columns, degree, degrees);
  const wide = rows <= columns;
  const long = Math.max(rows, columns);
  const over = (Math.min(rows, columns) * degree) / long;
  const order = Uint32Array.from({ length: long }, (_, l) => l);
  rng.split('groups').shuffle(order);
  const draws = rng.split('weights');
  const weights = new Float32Array(rows * columns);
  const mask = Mask.empty(rows, columns);
  for (let group = 0; group * degree < long; group++) {
    const block = yield* haarOrthogonalInParts(over, degree, draws.split(String(group)));
    for (let i = 0; i < over; i++)
      for (let j = 0; j < degree; j++) {
        const [s, l] = [group * over + i, order[group * degree + j]];
        const [row, column] = wide ? [s, l] : [l, s];
        mask.set(row, column);
        weights[row * columns + column] = gain * block[i * degree + j];
      }
  }
  return { weights, mask };
}
