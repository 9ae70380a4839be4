/** One rotation in words and numbers. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { count, degrees, figure } from '../../format';

export interface RotationFacts {
  sequence: RotationSequence;
  /** Rotations applied. */
  step: number;
  /** Density after 0, 1, ... rotations. */
  density: ArrayLike<number>;
  expected: ArrayLike<number>;
  target: number;
}

/** `rotation 57 of 412: axes 12, 407 by 213.4° · density 0.0312 → 0.0330 (expected 0.0321)` */
export function rotationWords({ sequence, step, density, expected, target }: RotationFacts): string {
  const { first, second, angle, lastUndone } = sequence;
  const total = first.length;
  const place = `rotation ${count(step)} of ${count(total)}`;
  if (step === 0) return `${place}: the identity · density ${figure(density[0])}`;
  const t = step - 1;
  const turn = `axes ${first[t]}, ${second[t]} by ${degrees(angle[t])}`;
  const change = `density ${figure(density[t])} → ${figure(density[step])}`;
  if (lastUndone && step === total)
    return `${place}, undone: ${turn} · ${change}, farther from the target ${figure(target)}`;
  return `${place}: ${turn} · ${change} (expected ${figure(expected[step])})`;
}
