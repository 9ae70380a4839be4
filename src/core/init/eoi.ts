/**
 * Exact Orthogonal Initialisation: Nowak, Gniecki, Szatkowski, Tabor, "Sparser, Better, Deeper, Stronger: Improving
 * Sparse Training with Exact Orthogonal Initialization" (arXiv 2406.01755).
 */
import { checkAngles, drawAngle } from '../angles';
import type { Angles } from '../angles';
import { rowMajorLayout, identitySupports, mergeSupports } from '../axes';
import { densityOutOfRange, densityTooLow, noEnd } from '../errors';
import { replayWithMask } from '../givens';
import type { Mask } from '../mask';
import type { Rng } from '../rng';
import { rotatedAxes } from '../rotation-sequence';
import type { RotationSequence } from '../rotation-sequence';
import { checkShape } from '../shape';

/** The lowest density a semi-orthogonal rows x columns matrix can have: one non-zero per shorter dimension. */
export const minimumDensity = (rows: number, columns: number): number => 1 / Math.max(rows, columns);

/**
 * A rows x columns (out x in) matrix with orthonormal shorter dimension and nearly the wanted density.
 *
 * Starts from the identity and rotates random pairs of axes until the density is reached, then keeps whichever of the
 * last two states is nearer to it. `weights` row-major float32, zero outside `mask`; `density` is the mask's.
 * `seed` is only recorded. Throws `eoi.density-too-low`, `density.out-of-range`, `eoi.degenerate-angle`,
 * `eoi.bad-angles`, `shape.*`.
 */
export function exactOrthogonal(p: {
  rows: number;
  columns: number;
  density: number;
  angles: Angles;
  rng: Rng;
  seed: number;
}): { weights: Float32Array<ArrayBuffer>; mask: Mask; sequence: RotationSequence; density: number } {
  const { rows, columns, density, angles, rng, seed } = p;
  checkShape(rows, columns);
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (density < minimumDensity(rows, columns)) throw densityTooLow(rows, columns, density);
  checkAngles(angles);

  const pairs = drawPairs(rows, columns, density, rng.split('axes'));
  // Angles have their own generator: the support depends on the seed alone, whatever the choice of angles.
  const angleRng = rng.split('angles');
  const angle = Float64Array.from(pairs.first, (_, t) => drawAngle(angles, angleRng, t));
  const sequence: RotationSequence = { rows, columns, ...pairs, angle, seed };
  const { weights, mask } = replayWithMask(sequence);
  return { weights, mask, sequence, density: mask.density };
}

/** Draws axis pairs and follows the supports only, until the density is reached: the cheap half of the method. */
function drawPairs(
  rows: number,
  columns: number,
  density: number,
  rng: Rng,
): { first: Uint32Array; second: Uint32Array; lastUndone: boolean } {
  const layout = rowMajorLayout(rows, columns);
  const supports = identitySupports(layout);
  const axes = rotatedAxes({ rows, columns });
  const wanted = wantedNonZeros(rows, columns, density);
  // Even density 1 needs about axes * ln(axes) rotations; the chance to pass this bound is below exp(-100).
  const limit = Math.ceil(64 * axes * (1 + Math.log(axes)));
  const first: number[] = [];
  const second: number[] = [];
  let before = layout.length;
  let nonZeros = layout.length;
  while (nonZeros < wanted) {
    if (first.length === limit) throw noEnd(rows, columns, density, limit);
    const i = rng.below(axes);
    const skipping = rng.below(axes - 1);
    const j = skipping < i ? skipping : skipping + 1;
    first.push(Math.min(i, j));
    second.push(Math.max(i, j));
    before = nonZeros;
    nonZeros += mergeSupports(supports, layout.words, i, j);
  }
  return {
    first: Uint32Array.from(first),
    second: Uint32Array.from(second),
    lastUndone: first.length > 0 && wanted - before < nonZeros - wanted,
  };
}

/** density * elements, without the rounding error by which a density that came from a count would miss that count. */
function wantedNonZeros(rows: number, columns: number, density: number): number {
  const wanted = density * rows * columns;
  const whole = Math.round(wanted);
  return Math.abs(wanted - whole) <= 1e-9 * whole ? whole : wanted;
}
