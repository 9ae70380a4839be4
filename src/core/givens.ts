/** Givens rotation sequences and the matrices they make. */
import { rotateAxes, setMaskRows, wordLayout } from './axes';
import { Mask } from './mask';
import { finish } from './parts';
import type { Parts } from './parts';
import { checkSequence, checkStep, rotatedAxes, stepsKept } from './rotation-sequence';
import type { RotationSequence } from './rotation-sequence';

/**
 * The matrix after `steps` rotations (default: all but an undone last one), row-major out x in, and its symbolic mask.
 * The one code path that makes weights: a replay has the same bits as the initialisation it records.
 */
export const replayWithMask = (
  s: RotationSequence,
  steps?: number,
): { weights: Float32Array<ArrayBuffer>; mask: Mask } => finish(play(s, steps, (length) => new Float32Array(length)));

/** As `replay` in double precision: the product itself, not what is stored; rows * columns float64. Throws the same. */
export const replayDouble = (s: RotationSequence, steps?: number): Float64Array<ArrayBuffer> =>
  finish(replayDoubleInParts(s, steps));

/** `replayDouble`, the same bit for bit, in parts: 32 entries of all axes each. Throws the same. */
export function* replayDoubleInParts(s: RotationSequence, steps?: number): Parts<Float64Array<ArrayBuffer>> {
  const { weights } = yield* play(s, steps, (length) => new Float64Array(length));
  return weights;
}

/** `zeros`: makes an array of that many zeros, of the precision wanted. */
function* play<T extends Float32Array | Float64Array>(
  s: RotationSequence,
  upTo: number | undefined,
  zeros: (length: number) => T,
): Parts<{ weights: T; mask: Mask }> {
  const steps = upTo ?? stepsKept(s);
  // Entries of different rows (of an axis) never meet, so the whole sequence passes over 32 of them after the other: the
  // working set is 32 entries an axis instead of the matrix, and the result goes to its place in the matrix at once.
  checkSequence(s);
  checkStep(s, steps);
  const { rows, columns, first, second } = s;
  const axes = rotatedAxes(s);
  const length = Math.min(rows, columns);
  const cos = s.angle.map(Math.cos);
  const sin = s.angle.map(Math.sin);
  const layout = wordLayout(axes);
  const values = zeros(32 * axes);
  const supports = new Uint32Array(axes);
  const weights = zeros(rows * columns);
  const mask = Mask.empty(rows, columns);
  for (let from = 0; from < length; from += 32) {
    supports.fill(0);
    for (let k = 0; k < 32 && from + k < length; k++) {
      const axis = s.start?.[from + k] ?? from + k;
      supports[axis] = 1 << k;
      values[axis * 32 + k] = s.signs?.[from + k] ?? 1;
    }
    for (let t = 0; t < steps; t++) rotateAxes(values, supports, layout, first[t], second[t], cos[t], sin[t]);
    if (rows > columns) for (let a = 0; a < axes; a++) mask.words[a * mask.wordsPerRow + (from >>> 5)] = supports[a];
    else setMaskRows(mask, from, supports);
    moveEntries(values, supports, weights, rows > columns ? [columns, 1] : [1, columns], from);
    yield;
  }
  return { weights, mask };
}

/** As `replayWithMask`, weights only: rows * columns float32, row-major. Throws `rotations.*` for a bad sequence or step. */
export const replay = (s: RotationSequence, steps?: number): Float32Array<ArrayBuffer> =>
  replayWithMask(s, steps).weights;

/** Moves the non-zeros of 32 entries an axis into the matrix, and leaves zeros behind for the next 32. */
function moveEntries(
  values: Float32Array | Float64Array,
  supports: Uint32Array,
  weights: Float32Array | Float64Array,
  [axisStride, entryStride]: [number, number],
  from: number,
): void {
  for (let a = 0; a < supports.length; a++)
    for (let bits = supports[a] | 0; bits !== 0; bits &= bits - 1) {
      const k = 31 - Math.clz32(bits & -bits);
      weights[a * axisStride + (from + k) * entryStride] = values[a * 32 + k];
      values[a * 32 + k] = 0;
    }
}
