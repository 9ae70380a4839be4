/** By which angles the rotations of an exact orthogonal initialisation turn. */
import { badAngles, degenerateAngle } from './errors';
import type { Rng } from './rng';

/**
 * Degrees. `uniform`: over [0, 360), as published. `fixed`: all rotations alike. `range`: uniform over [low, high).
 * `list`: rotation t turns by list[t mod length].
 */
export type Angles = 'uniform' | { fixed: number } | { range: [number, number] } | { list: number[] };

/**
 * Nearer than this to a multiple of 90 degrees, a rotation puts values below float32 resolution where it should spread.
 */
const degenerateWithin = 1e-6;
/** A range this wide holds at most 0.2 % degenerate angles, so that drawing again ends at once. */
const narrowestRange = 1e-3;
const maxRounds = 64;
/** Farther from 0, degrees turned into radians are off by more than what tells a degenerate angle. */
const farthest = 1e9;

const isDegenerate = (degrees: number): boolean => {
  // As far from a multiple as degrees % 90 is, to the bit: product and difference are exact. That takes several times
  // as long; so do trunc, which no angle is too far for, and min, of which nobody foresees the lesser.
  const rest = Math.abs(degrees - 90 * ((degrees / 90) | 0));
  return rest < degenerateWithin || 90 - rest < degenerateWithin;
};

const isAngle = (degrees: unknown): boolean => typeof degrees === 'number' && Math.abs(degrees) <= farthest;

function checkAngle(degrees: number): void {
  if (!isAngle(degrees)) throw badAngles(`${String(degrees)} is not an angle from -${farthest} to ${farthest}.`);
  if (isDegenerate(degrees)) throw degenerateAngle(degrees);
}

/** Throws `eoi.degenerate-angle` for multiples of 90 degrees, `eoi.bad-angles` for what is no choice of angles. */
export function checkAngles(angles: Angles): void {
  if (angles === 'uniform') return;
  if ('fixed' in angles) {
    checkAngle(angles.fixed);
  } else if ('list' in angles) {
    if (angles.list.length === 0) throw badAngles('The list of angles is empty.');
    angles.list.forEach(checkAngle);
  } else {
    const [low, high] = angles.range;
    if (!isAngle(low) || !isAngle(high))
      throw badAngles(`The range of angles from ${low} to ${high} is not within -${farthest} to ${farthest}.`);
    if (high - low < narrowestRange)
      throw badAngles(`The range from ${low} to ${high} degrees holds no choice; give the lower end first.`);
  }
}

/**
 * The angles of so many rotations, radians. `angles` must have passed `checkAngles`. Throws `eoi.degenerate-angle`
 * where a choice has none that is not.
 */
export function drawAngles(angles: Angles, rng: Rng, count: number): Float64Array<ArrayBuffer> {
  const drawn = new Float64Array(count);
  if (angles !== 'uniform' && 'fixed' in angles) return drawn.fill(radians(angles.fixed));
  if (angles !== 'uniform' && 'list' in angles) {
    const { list } = angles;
    return drawn.map((_, t) => radians(list[t % list.length]));
  }
  const [low, high] = angles === 'uniform' ? [0, 360] : angles.range;
  // Those that are degenerate are left out, and as many drawn after the others.
  let kept = 0;
  for (let round = 0; kept < count; round++) {
    if (round === maxRounds) throw degenerateAngle(low);
    const rest = drawn.subarray(kept);
    rng.uniforms(rest);
    for (let t = 0; t < rest.length; t++) {
      const degrees = low + (high - low) * rest[t];
      if (!isDegenerate(degrees)) drawn[kept++] = radians(degrees);
    }
  }
  return drawn;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
