/** Givens rotation sequences and the matrices they make. */
import { kernels } from './kernels/current';
import type { RotateBlock } from './kernels/rotations';
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

type Values = Float32Array | Float64Array;

/** `zeros`: makes an array of that many zeros, of the precision wanted. */
function* play<T extends Values>(
  s: RotationSequence,
  upTo: number | undefined,
  zeros: (length: number) => T,
): Parts<{ weights: T; mask: Mask }> {
  const steps = upTo ?? stepsKept(s);
  // Entries of different rows (of an axis) never meet, so the whole sequence passes over 32 of them after the other: the
  // working set is 32 entries an axis instead of the matrix, and the result goes to its place in the matrix at once.
  checkSequence(s);
  checkStep(s, steps);
  const { rows, columns } = s;
  const axes = rotatedAxes(s);
  const length = Math.min(rows, columns);
  const weights = zeros(rows * columns);
  const mask = Mask.empty(rows, columns);
  const tall = rows > columns;
  const { room, rotateBlock, rotateBlock64, transposeBits, clear } = kernels();
  const [first, second] = [room.uint32(steps), room.uint32(steps)];
  first.set(s.first.subarray(0, steps));
  second.set(s.second.subarray(0, steps));
  const [cos, sin] = [room.float64(steps), room.float64(steps)];
  for (let t = 0; t < steps; t++) {
    cos[t] = Math.cos(s.angle[t]);
    sin[t] = Math.sin(s.angle[t]);
  }
  const words = Math.ceil(axes / 32);
  const [supports, bits] = [room.uint32(32 * words), room.uint32(32 * words)];
  const single = weights instanceof Float32Array;
  const values = single ? room.float32(32 * axes) : room.float64(32 * axes);
  // The values are of the type that the function is for.
  const rotate = (single ? rotateBlock : rotateBlock64) as RotateBlock<Values>;
  // Where the axes are the columns, entry k of all of them is row k: so the block lies as the matrix does.
  const [axisStride, entryStride] = tall ? [32, 1] : [1, axes];
  try {
    for (let from = 0; from < length; from += 32) {
      const height = Math.min(32, length - from);
      clear(supports, supports.byteLength);
      clear(values, values.byteLength);
      for (let k = 0; k < height; k++) {
        const axis = s.start?.[from + k] ?? from + k;
        supports[axis] = 1 << k;
        values[axis * axisStride + k * entryStride] = s.signs?.[from + k] ?? 1;
      }
      rotate(values, axisStride, entryStride, supports, first, second, cos, sin, steps);
      if (tall) {
        for (let a = 0; a < axes; a++) mask.words[a * mask.wordsPerRow + (from >>> 5)] = supports[a];
        entriesToRows(values, supports, weights, columns, from);
      } else {
        transposeBits(supports, words, bits);
        mask.words.set(bits.subarray(0, height * words), from * words);
        weights.set(values.subarray(0, height * columns), from * columns);
      }
      yield;
    }
  } finally {
    for (const array of [first, second, cos, sin, supports, bits, values]) room.free(array);
  }
  return { weights, mask };
}

/** As `replayWithMask`, weights only: rows * columns float32, row-major. Throws `rotations.*` for a bad sequence or step. */
export const replay = (s: RotationSequence, steps?: number): Float32Array<ArrayBuffer> =>
  replayWithMask(s, steps).weights;

/** Moves the non-zeros of 32 entries an axis into the matrix, whose rows the axes are. */
function entriesToRows(values: Values, supports: Uint32Array, weights: Values, columns: number, from: number): void {
  for (let a = 0; a < supports.length; a++)
    for (let bits = supports[a] | 0; bits !== 0; bits &= bits - 1) {
      const k = 31 - Math.clz32(bits & -bits);
      weights[a * columns + from + k] = values[a * 32 + k];
    }
}
