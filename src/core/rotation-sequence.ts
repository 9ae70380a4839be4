/** The rotations that made a matrix, as a first-class object: drawn once, recorded, replayed to the same bits. */
import { badSequence, stepOutOfRange } from './errors';
import { checkShape } from './shape';

/**
 * Rotation t turns axes first[t] < second[t] by angle[t] radians. The matrix W is rows x columns (out x in); its axes
 * are the columns when rows <= columns, else the rows. All rotations as drawn, including an undone last one.
 */
export interface RotationSequence {
  rows: number;
  columns: number;
  first: Uint32Array;
  second: Uint32Array;
  angle: Float64Array;
  /** The state before the last rotation is nearer to the target density, so that state is the result. */
  lastUndone: boolean;
  seed: number;
}

/** Number of axes that are rotated: the larger dimension. */
export const rotatedAxes = (s: Pick<RotationSequence, 'rows' | 'columns'>): number => Math.max(s.rows, s.columns);

/** Rotations in the result: all but an undone last one. */
export const stepsKept = (s: RotationSequence): number => s.first.length - (s.lastUndone ? 1 : 0);

/** Throws `rotations.invalid` or a shape error unless the sequence can be replayed; a file may hold anything. */
export function checkSequence(s: RotationSequence): void {
  checkShape(s.rows, s.columns);
  const { first, second, angle } = s;
  if (second.length !== first.length || angle.length !== first.length)
    throw badSequence(`it has ${first.length} first axes, ${second.length} second axes and ${angle.length} angles`);
  if (s.lastUndone && first.length === 0) throw badSequence('its last rotation is undone but there is none');
  const axes = rotatedAxes(s);
  for (let t = 0; t < first.length; t++) {
    if (first[t] >= second[t] || second[t] >= axes)
      throw badSequence(`rotation ${t} names axes ${first[t]} and ${second[t]} of ${axes}`);
    if (!Number.isFinite(angle[t])) throw badSequence(`rotation ${t} turns by ${angle[t]}`);
  }
}

/** Throws `rotations.step-out-of-range` unless `step` rotations of the sequence can be applied. */
export function checkStep(s: RotationSequence, step: number): void {
  if (!Number.isInteger(step) || step < 0 || step > s.first.length) throw stepOutOfRange(step, s.first.length);
}
