/** Givens rotation sequences and the matrices they make. */
import { kernels } from './kernels/current';
import type { Kernels } from './kernels/kernels';
import type { Room } from './kernels/room';
import { blockEntries } from './kernels/rotations';
import type { RotateBlocks } from './kernels/rotations';
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
): { weights: Float32Array<ArrayBuffer>; mask: Mask } => finish(play(s, steps, single));

/** As `replay` in double precision: the product itself, not what is stored; rows * columns float64. Throws the same. */
export const replayDouble = (s: RotationSequence, steps?: number): Float64Array<ArrayBuffer> =>
  finish(replayDoubleInParts(s, steps));

/**
 * `replayDouble`, the same bit for bit, in parts: 64 entries of all axes each, or several times as many. Throws the
 * same.
 */
export function* replayDoubleInParts(s: RotationSequence, steps?: number): Parts<Float64Array<ArrayBuffer>> {
  const { weights } = yield* play(s, steps, double);
  return weights;
}

/**
 * As `replayWithMask`, weights only: rows * columns float32, row-major. Throws `rotations.*` for a bad sequence or
 * step.
 */
export const replay = (s: RotationSequence, steps?: number): Float32Array<ArrayBuffer> =>
  replayWithMask(s, steps).weights;

type Values = Float32Array | Float64Array;

/** How values are held: `V` in the room of the kernels, `W` in the result. */
interface Precision<V extends Values, W extends V> {
  inRoom: (room: Room, length: number) => V;
  zeros: (length: number) => W;
  copy: (values: V) => W;
  rotation: (kernels: Kernels) => RotateBlocks<V>;
}

const single: Precision<Float32Array, Float32Array<ArrayBuffer>> = {
  inRoom: (room, length) => room.float32(length),
  zeros: (length) => new Float32Array(length),
  copy: (values) => new Float32Array(values),
  rotation: ({ rotateBlocks }) => rotateBlocks,
};

const double: Precision<Float64Array, Float64Array<ArrayBuffer>> = {
  inRoom: (room, length) => room.float64(length),
  zeros: (length) => new Float64Array(length),
  copy: (values) => new Float64Array(values),
  rotation: ({ rotateBlocks64 }) => rotateBlocks64,
};

/**
 * Of a group of blocks, which is computed at a time: they bound how much of the matrix is held twice, and how long a
 * part takes.
 */
const mostValues = 2 ** 21;
const mostRotations = 2 ** 17;

function* play<V extends Values, W extends V>(
  s: RotationSequence,
  upTo: number | undefined,
  { inRoom, zeros, copy, rotation }: Precision<V, W>,
): Parts<{ weights: W; mask: Mask }> {
  const steps = upTo ?? stepsKept(s);
  checkSequence(s);
  checkStep(s, steps);
  const { rows, columns } = s;
  const axes = rotatedAxes(s);
  const length = Math.min(rows, columns);
  const tall = rows > columns;
  // Entries of different rows (of an axis) never meet, so the whole sequence passes over a block of them after the
  // other: the working set is 64 entries an axis instead of the matrix.
  const blocks = Math.ceil(length / blockEntries);
  const height = Math.min(blockEntries, length);
  const most = Math.min(blocks, mostValues / (height * axes), mostRotations / steps);
  const group = Math.max(1, Math.floor(most));
  const own = kernels();
  const { room, instances } = own;
  const rotate = rotation(own);
  const [first, second] = [room.uint32(steps), room.uint32(steps)];
  first.set(s.first.subarray(0, steps));
  second.set(s.second.subarray(0, steps));
  const [cos, sin] = [room.float64(steps), room.float64(steps)];
  for (let t = 0; t < steps; t++) {
    cos[t] = Math.cos(s.angle[t]);
    sin[t] = Math.sin(s.angle[t]);
  }
  const start = s.start && room.uint32(length);
  start?.set(s.start ?? []);
  const signs = s.signs && room.int32(length);
  signs?.set(s.signs ?? []);
  const values = inRoom(room, Math.min(length, group * blockEntries) * axes);
  // A large block is computed by itself, in this thread, and where it is to lie. In others, entries that are a multiple
  // of many lines of the cache apart would take each other's place there.
  const alone = 2 * height * axes > mostValues;
  const pitch = tall ? height : alone ? axes : 16 * (Math.ceil(axes / 16) | 1);
  const scratch = alone ? values : inRoom(room, instances * (tall ? axes : height) * pitch);
  const words = Math.ceil(axes / 32);
  const supports = room.uint32(instances * 128 * words);
  const bits = room.uint32(tall ? axes * Math.ceil(length / 32) : blocks * blockEntries * words);
  const sequence = [first, second, cos, sin, steps, start, signs, axes, length, Number(tall)] as const;
  let weights: W | undefined;
  try {
    for (let from = 0; from < blocks; from += group) {
      const to = Math.min(blocks, from + group);
      const before = from * blockEntries;
      const entries = Math.min(length, to * blockEntries) - before;
      rotate(...sequence, scratch, pitch, supports, values, from, tall ? entries : axes, bits, from, to);
      if (group === blocks) {
        weights = copy(values);
      } else {
        weights ??= zeros(rows * columns);
        if (tall)
          for (let a = 0; a < axes; a++)
            weights.set(values.subarray(a * entries, (a + 1) * entries), a * columns + before);
        else weights.set(values.subarray(0, entries * axes), before * axes);
      }
      yield;
    }
    const mask = new Mask(rows, columns, new Uint32Array(bits.subarray(0, rows * Math.ceil(columns / 32))));
    return { weights: weights ?? zeros(0), mask };
  } finally {
    const arrays = [first, second, cos, sin, values, supports, bits, start, signs, alone ? undefined : scratch];
    for (const array of arrays) if (array) room.free(array);
  }
}
