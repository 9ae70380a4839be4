/**
 * Exact Orthogonal Initialisation: Nowak, Gniecki, Szatkowski, Tabor, "Sparser, Better, Deeper, Stronger: Improving
 * Sparse Training with Exact Orthogonal Initialization" (arXiv 2406.01755).
 */
import { checkAngles, drawAngles } from '../angles';
import type { Angles } from '../angles';
import { rowMajorLayout, setFirstSupports } from '../axes';
import { densityOutOfRange, densityTooLow, noEnd } from '../errors';
import { replayWithMask } from '../givens';
import { kernels } from '../kernels/current';
import type { Room } from '../kernels/room';
import { badGain } from './errors';
import type { Mask } from '../mask';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';
import { checkShape } from '../shape';

/** The lowest density a semi-orthogonal rows x columns matrix can have: one non-zero per shorter dimension. */
export const minimumDensity = (rows: number, columns: number): number => 1 / Math.max(rows, columns);

export interface EoiRequest {
  rows: number;
  columns: number;
  /** Of the matrix, from `minimumDensity` to 1. */
  density: number;
  angles: Angles;
  rng: Rng;
  /** Only recorded. */
  seed: number;
}

/**
 * A rows x columns (out x in) matrix with orthonormal shorter dimension and nearly the wanted density.
 *
 * Starts from the identity and rotates random pairs of axes until the density is reached, then keeps whichever of the
 * last two states is nearer to it. `weights` row-major float32, zero outside `mask`: `gain` (sigma_w of the paper,
 * default 1) times the replay of `sequence`. `density` is the mask's. Throws `eoi.density-too-low`,
 * `density.out-of-range`, `eoi.degenerate-angle`, `eoi.bad-angles`, `init.bad-gain`, `shape.*`.
 */
export function exactOrthogonal(p: EoiRequest & { gain?: number }): {
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  sequence: RotationSequence;
  density: number;
} {
  const { gain = 1 } = p;
  if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  const { sequence, nonZeros } = draw(p, Infinity);
  const { weights, mask } = replayWithMask(sequence);
  // Times 1 would change no bit, but take time.
  if (gain !== 1) for (let i = 0; i < weights.length; i++) weights[i] *= gain;
  return { weights, mask, sequence, density: nonZeros / weights.length };
}

/**
 * The rotations of `exactOrthogonal`, without the matrix. With `most`, the result has no more non-zeros than that; it
 * must be at least the wanted number rounded down, and one for each of the shorter dimension. Throws as
 * `exactOrthogonal` does.
 */
export const drawSequence = ({ most = Infinity, ...p }: EoiRequest & { most?: number }): RotationSequence =>
  draw(p, most).sequence;

/** `nonZeros`: of what the sequence makes. */
function draw(p: EoiRequest, most: number): { sequence: RotationSequence; nonZeros: number } {
  const { rows, columns, density, angles, rng, seed } = p;
  checkShape(rows, columns);
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (density < minimumDensity(rows, columns)) throw densityTooLow(rows, columns, density);
  checkAngles(angles);

  const { nonZeros, ...pairs } = drawPairs(rows, columns, density, most, rng.split('axes'));
  // Angles have their own generator: the support depends on the seed alone, whatever the choice of angles.
  const angle = drawAngles(angles, rng.split('angles'), pairs.first.length);
  return { sequence: { rows, columns, ...pairs, angle, seed }, nonZeros };
}

/** Room for so many pairs to begin with. */
const fewPairs = 256;

/** Draws axis pairs and follows the supports only, until the density is reached: the cheap half of the method. */
function drawPairs(
  rows: number,
  columns: number,
  density: number,
  most: number,
  rng: Rng,
): Pick<RotationSequence, 'first' | 'second' | 'lastUndone'> & { nonZeros: number } {
  const { room, drawPairs: drawSome, clear } = kernels();
  const layout = rowMajorLayout(rows, columns);
  const { axes, words } = layout;
  const wanted = wantedNonZeros(rows, columns, density);
  // Even density 1 needs about axes * ln(axes) rotations; the chance to pass this bound is below exp(-100).
  const limit = Math.ceil(64 * axes * (1 + Math.log(axes)));
  const supports = room.uint32(axes * words);
  clear(supports, supports.byteLength);
  setFirstSupports(supports, layout);
  // Non-zeros before and after the last pair.
  const counts = room.uint32(2).fill(layout.length);
  const state = room.uint32(4);
  state.set(rng.state.state);
  let [first, second] = [room.uint32(fewPairs), room.uint32(fewPairs)];
  let drawn = 0;
  try {
    while (counts[1] < wanted) {
      if (drawn >= limit) throw noEnd(rows, columns, density, limit);
      if (drawn === first.length) [first, second] = [doubled(room, first), doubled(room, second)];
      drawn += drawSome(state, supports, axes, words, first, second, drawn, first.length, wanted, counts);
    }
    const [before, after] = counts;
    const lastUndone = drawn > 0 && (wanted - before < after - wanted || after > most);
    return {
      first: first.slice(0, drawn),
      second: second.slice(0, drawn),
      lastUndone,
      nonZeros: lastUndone ? before : after,
    };
  } finally {
    for (const array of [supports, counts, state, first, second]) room.free(array);
  }
}

/** The same values in an array twice as long. */
function doubled(room: Room, array: Uint32Array): Uint32Array {
  const longer = room.uint32(2 * array.length);
  longer.set(array);
  room.free(array);
  return longer;
}

/** density * elements, without the rounding error by which a density that came from a count would miss that count. */
function wantedNonZeros(rows: number, columns: number, density: number): number {
  const wanted = density * rows * columns;
  const whole = Math.round(wanted);
  return Math.abs(wanted - whole) <= 1e-9 * whole ? whole : wanted;
}
