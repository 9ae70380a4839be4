/** Givens rotation sequences and the matrices they make. */
import { contiguousLayout, identitySupports, maskOfSupports, rotateAxes, scatterColumns, setIdentity } from './axes';
import type { Mask } from './mask';
import { checkSequence, checkStep, stepsKept } from './rotation-sequence';
import type { RotationSequence } from './rotation-sequence';

export { checkAngles, drawAngle } from './angles';
export type { Angles } from './angles';
export { RotationPlayer } from './rotation-player';
export { rotatedAxes } from './rotation-sequence';
export type { RotationSequence } from './rotation-sequence';

/**
 * The matrix after `steps` rotations (default: all but an undone last one), row-major out x in, and its symbolic mask.
 * The one code path that makes weights: a replay has the same bits as the initialisation it records.
 */
export function replayWithMask(
  s: RotationSequence,
  steps: number = stepsKept(s),
): { weights: Float32Array<ArrayBuffer>; mask: Mask } {
  return run(s, steps, (length) => new Float32Array(length));
}

/** As `replayWithMask`, weights only: rows * columns float32, row-major. Throws `rotations.*` for a bad sequence or step. */
export const replay = (s: RotationSequence, steps?: number): Float32Array<ArrayBuffer> =>
  replayWithMask(s, steps).weights;

/** The same rotations in float64 throughout: orthogonal to about 1e-15. */
export const replay64 = (s: RotationSequence, steps: number = stepsKept(s)): Float64Array<ArrayBuffer> =>
  run(s, steps, (length) => new Float64Array(length)).weights;

function run<T extends Float32Array | Float64Array>(
  s: RotationSequence,
  steps: number,
  allocate: (length: number) => T,
): { weights: T; mask: Mask } {
  checkSequence(s);
  checkStep(s, steps);
  const layout = contiguousLayout(s.rows, s.columns);
  const supports = identitySupports(layout);
  const values = allocate(s.rows * s.columns);
  setIdentity(values, layout);
  for (let t = 0; t < steps; t++) rotateAxes(values, supports, layout, s.first[t], s.second[t], s.angle[t]);
  const mask = maskOfSupports(supports, layout, s.rows, s.columns);
  if (s.rows > s.columns) return { weights: values, mask };
  const weights = allocate(s.rows * s.columns);
  scatterColumns(values, supports, layout, weights);
  return { weights, mask };
}
