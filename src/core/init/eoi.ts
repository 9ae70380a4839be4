/**
 * Exact Orthogonal Initialisation: Nowak, Gniecki, Szatkowski, Tabor, "Sparser, Better, Deeper, Stronger: Improving
 * Sparse Training with Exact Orthogonal Initialization" (arXiv 2406.01755).
 */
import { checkAngles, drawAngles } from '../angles';
import type { Angles } from '../angles';
import { rowMajorLayout } from '../axes';
import { densityOutOfRange, densityTooLow, noEnd } from '../errors';
import { matricesAtOnce, replaysWithMask } from '../givens';
import { kernels } from '../kernels/current';
import { RentedRoom } from '../kernels/room';
import { supportWords } from '../kernels/rotations';
import { badGain } from './errors';
import type { Mask } from '../mask';
import { finish } from '../parts';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';
import { checkShape } from '../shape';

/** The lowest density a semi-orthogonal rows x columns matrix can have: one non-zero per shorter dimension. */
export const minimumDensity = (rows: number, columns: number): number => 1 / Math.max(rows, columns);

/** What matrices that are drawn together have in common. */
export interface EoiShape {
  rows: number;
  columns: number;
  angles: Angles;
  /** Only recorded. */
  seed: number;
}

export interface EoiDraw {
  /** Of the matrix, from `minimumDensity` to 1. */
  density: number;
  rng: Rng;
  /** sigma_w of the paper, default 1. */
  gain?: number;
  /**
   * The most non-zeros, by default any number: at least the wanted number rounded down, and one for each of the shorter
   * dimension.
   */
  most?: number;
}

export type EoiRequest = EoiShape & EoiDraw;

export interface EoiMatrix {
  /** Row-major float32, zero outside `mask`: `gain` times the replay of `sequence`. */
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  sequence: RotationSequence;
  /** The mask's. */
  density: number;
}

/**
 * A rows x columns (out x in) matrix with orthonormal shorter dimension and nearly the wanted density.
 *
 * Starts from the identity and rotates random pairs of axes until the density is reached, then keeps whichever of the
 * last two states is nearer to it. Throws `eoi.density-too-low`, `density.out-of-range`, `eoi.degenerate-angle`,
 * `eoi.bad-angles`, `init.bad-gain`, `shape.*`.
 */
export const exactOrthogonal = (p: EoiRequest): EoiMatrix => finish(exactOrthogonalsInParts(p, [p]))[0];

/**
 * `exactOrthogonal` of each, the same bit for bit, in parts: `matricesAtOnce` each, which takes less time than one by
 * one and is split among threads. Throws the same.
 */
export function* exactOrthogonalsInParts(shape: EoiShape, draws: readonly EoiDraw[]): Parts<EoiMatrix[]> {
  for (const { gain = 1 } of draws) if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  const { rows, columns } = shape;
  checkDraws(shape, draws);
  const atOnce = matricesAtOnce(rows, columns);
  const matrices: EoiMatrix[] = [];
  for (let from = 0; from < draws.length; from += atOnce) {
    const some = draws.slice(from, from + atOnce);
    const drawn = drawSome(shape, some);
    const replays = replaysWithMask(drawn.map(({ sequence }) => sequence));
    for (const [m, { weights, mask }] of replays.entries()) {
      const [{ gain = 1 }, { sequence, nonZeros }] = [some[m], drawn[m]];
      // Times 1 would change no bit, but take time.
      if (gain !== 1) for (let i = 0; i < weights.length; i++) weights[i] *= gain;
      matrices.push({ weights, mask, sequence, density: nonZeros / weights.length });
    }
    yield;
  }
  return matrices;
}

/** The rotations of `exactOrthogonal`, without the matrix. Throws as that does. */
export function drawSequence(p: EoiRequest): RotationSequence {
  checkDraws(p, [p]);
  return drawSome(p, [p])[0].sequence;
}

function checkDraws({ rows, columns, angles }: EoiShape, draws: readonly EoiDraw[]): void {
  checkShape(rows, columns);
  for (const { density } of draws) {
    if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
    if (density < minimumDensity(rows, columns)) throw densityTooLow(rows, columns, density);
  }
  checkAngles(angles);
}

/** `nonZeros`: of what the sequence makes. */
function drawSome(shape: EoiShape, draws: readonly EoiDraw[]): { sequence: RotationSequence; nonZeros: number }[] {
  const { rows, columns, angles, seed } = shape;
  return drawPairs(shape, draws).map(({ nonZeros, ...pairs }, m) => {
    // Angles have their own generator: the support depends on the seed alone, whatever the choice of angles.
    const angle = drawAngles(angles, draws[m].rng.split('angles'), pairs.first.length);
    return { sequence: { rows, columns, ...pairs, angle, seed }, nonZeros };
  });
}

type DrawnPairs = Pick<RotationSequence, 'first' | 'second' | 'lastUndone'> & { nonZeros: number };

/** Draws axis pairs and follows the supports only, until the densities are reached: the cheap half of the method. */
function drawPairs({ rows, columns }: EoiShape, draws: readonly EoiDraw[]): DrawnPairs[] {
  const own = kernels();
  const { axes, length } = rowMajorLayout(rows, columns);
  const many = draws.length;
  const room = new RentedRoom(own.room);
  try {
    const wanted = room.float64(many);
    wanted.set(draws.map(({ density }) => wantedNonZeros(rows, columns, density)));
    const states = room.uint32(4 * many);
    for (const [m, { rng }] of draws.entries()) states.set(rng.split('axes').state.state, 4 * m);
    // A matrix by itself is not split.
    const supports = room.uint32((many > 1 ? own.instances : 1) * supportWords(axes, length));
    const counts = room.uint32(3 * many);
    // Even density 1 needs about axes * ln(axes) rotations; the chance to pass this bound is below exp(-100).
    const limit = Math.ceil(64 * axes * (1 + Math.log(axes)));
    const densest = Math.max(...draws.map(({ density }) => density));
    for (let slot = likelyPairs(axes, densest); ; slot = Math.min(limit, 2 * slot)) {
      const [first, second] = [room.uint32(many * slot), room.uint32(many * slot)];
      own.drawPairs(states, wanted, axes, length, slot, supports, first, second, counts, 0, many);
      if (draws.every((_, m) => counts[3 * m + 2] >= wanted[m]))
        return draws.map(({ most = Infinity }, m) => {
          const [drawn, before, after] = counts.subarray(3 * m);
          const lastUndone = drawn > 0 && (wanted[m] - before < after - wanted[m] || after > most);
          const [from, to] = [m * slot, m * slot + drawn];
          return {
            first: first.slice(from, to),
            second: second.slice(from, to),
            lastUndone,
            nonZeros: lastUndone ? before : after,
          };
        });
      if (slot >= limit) throw noEnd(rows, columns, densest, limit);
      // Rare: to draw all again with more room takes less than always to keep what going on would need.
      room.free(first);
      room.free(second);
    }
  } finally {
    room.freeAll();
  }
}

/** More than nearly all draws need: supports grow logistically, and the last entries take a while longer. */
function likelyPairs(axes: number, density: number): number {
  const share = Math.min(density, 1 - 1 / (8 * axes ** 2));
  const pairs = (axes / 2) * Math.log((axes * share) / (1 - share));
  return 16 * Math.ceil((1.25 * pairs) / 16 + 4);
}

/** density * elements, without the rounding error by which a density that came from a count would miss that count. */
function wantedNonZeros(rows: number, columns: number, density: number): number {
  const wanted = density * rows * columns;
  const whole = Math.round(wanted);
  return Math.abs(wanted - whole) <= 1e-9 * whole ? whole : wanted;
}
