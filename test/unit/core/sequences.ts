/** Rotation sequences as no initialisation draws them. */
import { Rng } from '../../../src/core/rng';
import { rotatedAxes } from '../../../src/core/rotation-sequence';
import type { RotationSequence } from '../../../src/core/rotation-sequence';

/** So many rotations of pairs drawn at random, however dense the matrix is by then. */
export function anyRotations(rows: number, columns: number, steps: number, seed = 1): RotationSequence {
  const rng = Rng.fromSeed(seed);
  const first = Uint32Array.from({ length: steps }, () => rng.below(rotatedAxes({ rows, columns }) - 1));
  return {
    ...{ rows, columns, first, seed, lastUndone: false },
    second: first.map((axis) => axis + 1 + rng.below(rotatedAxes({ rows, columns }) - 1 - axis)),
    angle: Float64Array.from(first, () => 2 * Math.PI * rng.uniform()),
  };
}

/** The same rotations from entries at other axes, some of them negative. */
export function elsewhere(sequence: RotationSequence, seed = 1): RotationSequence {
  const rng = Rng.fromSeed(seed);
  const places = Uint32Array.from({ length: rotatedAxes(sequence) }, (_, a) => a);
  rng.shuffle(places);
  const start = places.slice(0, Math.min(sequence.rows, sequence.columns));
  return { ...sequence, start, signs: Int8Array.from(start, () => (rng.below(2) === 0 ? 1 : -1)) };
}
