/** The rotations that made a matrix, as a first-class object: drawn once, recorded, replayed to the same bits. */
import { badSequence, stepOutOfRange } from './errors';
import { checkShape } from './shape';

/**
 * Where the product begins: each entry (place along the shorter dimension) at one axis, all else 0. Without `start` and
 * `signs` that is the identity, padded with zero axes.
 */
export interface Beginning {
  /** The axis of each entry, all different. Default: entry k at axis k. */
  start?: Uint32Array;
  /** The value of each entry there, 1 or -1. Default: 1. */
  signs?: Int8Array;
}

/**
 * Rotation t turns axes first[t] < second[t] by angle[t] radians. The matrix W is rows x columns (out x in); its axes
 * are the columns when rows <= columns, else the rows. All rotations as drawn, including an undone last one.
 */
export interface RotationSequence extends Beginning {
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
  checkBeginning(s);
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

function checkBeginning(s: RotationSequence): void {
  const { start, signs } = s;
  const [axes, entries] = [rotatedAxes(s), Math.min(s.rows, s.columns)];
  if (start && start.length !== entries)
    throw badSequence(`it has starting axes for ${start.length} of ${entries} entries`);
  if (signs && signs.length !== entries) throw badSequence(`it has signs for ${signs.length} of ${entries} entries`);
  const taken = new Uint8Array(start ? axes : 0);
  start?.forEach((axis, k) => {
    if (axis >= axes || taken[axis] === 1) throw badSequence(`entry ${k} begins at axis ${axis}, not there or taken`);
    taken[axis] = 1;
  });
  const k = signs?.findIndex((sign) => sign !== 1 && sign !== -1) ?? -1;
  if (signs && k >= 0) throw badSequence(`entry ${k} begins with ${signs[k]}, not 1 or -1`);
}

/** Throws `rotations.step-out-of-range` unless `step` rotations of the sequence can be applied. */
export function checkStep(s: RotationSequence, step: number): void {
  if (!Number.isInteger(step) || step < 0 || step > s.first.length) throw stepOutOfRange(step, s.first.length);
}
