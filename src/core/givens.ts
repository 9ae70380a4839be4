/** Givens rotation sequences and the matrices they make. */
import { kernels } from './kernels/current';
import type { Kernels } from './kernels/kernels';
import { RentedRoom } from './kernels/room';
import type { Room } from './kernels/room';
import { blockEntries } from './kernels/rotations';
import type { RotateBlocks } from './kernels/rotations';
import { Mask } from './mask';
import { finish } from './parts';
import type { Parts } from './parts';
import { checkSequence, checkStep, stepsKept } from './rotation-sequence';
import type { RotationSequence } from './rotation-sequence';

/**
 * The matrix after `steps` rotations (default: all but an undone last one), row-major out x in, and its symbolic mask.
 * The one code path that makes weights: a replay has the same bits as the initialisation it records.
 */
export const replayWithMask = (
  s: RotationSequence,
  steps?: number,
): { weights: Float32Array<ArrayBuffer>; mask: Mask } => finish(play([s], steps, single))[0];

/** `replayWithMask` of each, the same bit for bit, at once: `matricesAtOnce` at most, of one shape. Throws the same. */
export const replaysWithMask = (
  sequences: readonly RotationSequence[],
): { weights: Float32Array<ArrayBuffer>; mask: Mask }[] => finish(play(sequences, undefined, single));

/** As `replay` in double precision: the product itself, not what is stored; rows * columns float64. Throws the same. */
export const replayDouble = (s: RotationSequence, steps?: number): Float64Array<ArrayBuffer> =>
  finish(replayDoubleInParts(s, steps));

/**
 * `replayDouble`, the same bit for bit, in parts: 64 entries of all axes each, or several times as many. Throws the
 * same.
 */
export function* replayDoubleInParts(s: RotationSequence, steps?: number): Parts<Float64Array<ArrayBuffer>> {
  const [{ weights }] = yield* play([s], steps, double);
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
  copy: (values: V, from: number, to: number) => W;
  rotation: (kernels: Kernels) => RotateBlocks<V>;
}

const single: Precision<Float32Array, Float32Array<ArrayBuffer>> = {
  inRoom: (room, length) => room.float32(length),
  zeros: (length) => new Float32Array(length),
  copy: (values, from, to) => new Float32Array(values.subarray(from, to)),
  rotation: ({ rotateBlocks }) => rotateBlocks,
};

const double: Precision<Float64Array, Float64Array<ArrayBuffer>> = {
  inRoom: (room, length) => room.float64(length),
  zeros: (length) => new Float64Array(length),
  copy: (values, from, to) => new Float64Array(values.subarray(from, to)),
  rotation: ({ rotateBlocks64 }) => rotateBlocks64,
};

/**
 * Of a group of blocks, which is computed at a time: they bound how much of the matrix is held twice, and how long a
 * part takes.
 */
const mostValues = 2 ** 21;
const mostRotations = 2 ** 17;

/** Of all matrices that are computed at once: what the second cache holds, and how many, however small they are. */
const valuesAtOnce = 2 ** 18;
const mostAtOnce = 512;

/**
 * How many rows x columns matrices are best made at once: several small ones keep all threads busy for longer than it
 * takes to wake them.
 */
export const matricesAtOnce = (rows: number, columns: number): number =>
  Math.max(1, Math.min(mostAtOnce, Math.floor(valuesAtOnce / (rows * columns))));

/** Of sequences of one shape, several of which are one group. */
function* play<V extends Values, W extends V>(
  sequences: readonly RotationSequence[],
  upTo: number | undefined,
  { inRoom, zeros, copy, rotation }: Precision<V, W>,
): Parts<{ weights: W; mask: Mask }[]> {
  const counts = sequences.map((s) => {
    const steps = upTo ?? stepsKept(s);
    checkSequence(s);
    checkStep(s, steps);
    return steps;
  });
  const [{ rows, columns }] = sequences;
  const axes = Math.max(rows, columns);
  const length = Math.min(rows, columns);
  const tall = rows > columns;
  const many = sequences.length;
  const steps = counts.reduce((sum, count) => sum + count, 0);
  // Entries of different rows (of an axis) never meet, so the whole sequence passes over a block of them after the
  // other: the working set is 64 entries an axis instead of the matrix.
  const blocks = Math.ceil(length / blockEntries);
  const height = Math.min(blockEntries, length);
  const most = Math.min(blocks, mostValues / (height * axes), mostRotations / steps);
  const group = many > 1 ? blocks : Math.max(1, Math.floor(most));
  const own = kernels();
  const rotate = rotation(own);
  const room = new RentedRoom(own.room);
  try {
    const turns = turnsOf(own, room, sequences, counts);
    const values = inRoom(room, many * Math.min(length, group * blockEntries) * axes);
    // A large block is computed by itself, in this thread, and where it is to lie. In others, entries that are a
    // multiple of many lines of the cache apart would take each other's place there.
    const alone = 2 * height * axes > mostValues;
    // Blocks of several instances are whole lines: a line that two write loses what one of them wrote.
    const lines = Math.ceil((tall ? height : axes) / 16);
    const pitch = alone ? (tall ? height : axes) : 16 * (tall ? lines : lines | 1);
    const scratch = alone ? values : inRoom(room, own.instances * (tall ? axes : height) * pitch);
    const words = Math.ceil(axes / 32);
    const supports = room.uint32(own.instances * 128 * words);
    const bitsOfOne = tall ? axes * Math.ceil(length / 32) : blocks * blockEntries * words;
    const bits = room.uint32(many * bitsOfOne);
    const large = group < blocks ? zeros(rows * columns) : undefined;
    for (let from = 0; from < blocks; from += group) {
      const to = Math.min(blocks, from + group);
      const before = from * blockEntries;
      const entries = Math.min(length, to * blockEntries) - before;
      const [stride, end] = [tall ? entries : axes, (many - 1) * blocks + to];
      rotate(...turns, axes, length, Number(tall), scratch, pitch, supports, values, from, stride, bits, from, end);
      if (large && tall)
        for (let a = 0; a < axes; a++) large.set(values.subarray(a * entries, (a + 1) * entries), a * columns + before);
      else large?.set(values.subarray(0, entries * axes), before * axes);
      yield;
    }
    const [valuesOfOne, wordsOfOne] = [rows * columns, rows * Math.ceil(columns / 32)];
    return sequences.map((_, m) => ({
      weights: large ?? copy(values, m * valuesOfOne, (m + 1) * valuesOfOne),
      mask: new Mask(rows, columns, new Uint32Array(bits.subarray(m * bitsOfOne, m * bitsOfOne + wordsOfOne))),
    }));
  } finally {
    room.freeAll();
  }
}

/** What the kernels take of the sequences, one after the other in their room: the first so many steps of each. */
function turnsOf({ cosSin }: Kernels, room: Room, sequences: readonly RotationSequence[], counts: readonly number[]) {
  const begins = room.uint32(sequences.length + 1).fill(0);
  for (const [m, count] of counts.entries()) begins[m + 1] = begins[m] + count;
  const steps = begins[sequences.length];
  const [first, second] = [room.uint32(steps), room.uint32(steps)];
  const [angle, cos, sin] = [room.float64(steps), room.float64(steps), room.float64(steps)];
  for (const [m, s] of sequences.entries()) {
    first.set(s.first.subarray(0, counts[m]), begins[m]);
    second.set(s.second.subarray(0, counts[m]), begins[m]);
    angle.set(s.angle.subarray(0, counts[m]), begins[m]);
  }
  cosSin(angle, cos, sin, 0, steps);
  const [{ rows, columns }] = sequences;
  const length = Math.min(rows, columns);
  const start = sequences.some((s) => s.start) ? room.uint32(sequences.length * length) : undefined;
  const signs = sequences.some((s) => s.signs) ? room.int32(sequences.length * length) : undefined;
  for (const [m, s] of sequences.entries()) {
    for (let k = 0; start && k < length; k++) start[m * length + k] = s.start?.[k] ?? k;
    for (let k = 0; signs && k < length; k++) signs[m * length + k] = s.signs?.[k] ?? 1;
  }
  return [first, second, cos, sin, begins, start, signs] as const;
}
