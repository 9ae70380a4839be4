/** What may be split among threads, and whether that pays. */
import { examplesOfPart } from './attend';
import { columnGroup, panelWidth, rowGroupBytes } from './band';
import { columnsOfGroup } from './bidiagonal';
import type { KernelFunctions } from './kernels';
import { blockEntries } from './rotations';
import type { RotateBlocks } from './rotations';

/** Threads of a process, whatever it has cores. */
export const mostThreads = 8;

/**
 * The last two arguments of all of them are a range of what they give, each of which they write without reading it but
 * where marked.
 */
export type SplitName =
  | 'attend'
  | 'attendBack'
  | 'correlate'
  | 'correlateWeights'
  | 'correlateDense'
  | 'correlateDenseWeights'
  | 'pad'
  | 'unpad'
  | 'activate'
  | 'bandLeft'
  | 'bandLeft32'
  | 'bandRight'
  | 'bandRight32'
  | 'batchNorm'
  | 'batchNormBack'
  | 'layerNorm'
  | 'layerNormBack'
  | 'bidiagonalStep'
  | 'bidiagonalStep32'
  | 'cosSin'
  | 'drawPairs'
  | 'rotateBlocks'
  | 'rotateBlocks64';

interface Splitting<N extends SplitName> {
  /** Multiplications with an addition, or what takes as long. */
  work: (...args: Parameters<KernelFunctions[N]>) => number;
  /** A part is a multiple of this, so that every float is computed the same way in any part. */
  grain: number;
  /**
   * Parts for each thread, 4 by default: some more than one, for who is done early, but where parts share work that
   * each has to do.
   */
  parts?: number;
  /**
   * Whether a part changes what it reads, so that it cannot be computed again: where one is lost, so is what was
   * computed.
   */
  inPlace?: true;
}

/** Two products for each value of the panel and the rest. */
const onTheLeft = (
  ...[, , , , , rows, columns, from, to]: Parameters<KernelFunctions['bandLeft' | 'bandLeft32']>
): number => 2 * panelWidth * rows * (Math.min(to * columnGroup, columns) - from * columnGroup);

const onTheRight = (
  ...[a, , , , , , rows, columns, from, to]: Parameters<KernelFunctions['bandRight' | 'bandRight32']>
): number => {
  const group = rowGroupBytes / a.BYTES_PER_ELEMENT;
  return 2 * panelWidth * columns * (Math.min(to * group, rows) - from * group);
};

/** Values of the matrix that a step passes. */
const passed = (
  ...[, , , , , , , , , , rows, , k, columns, from, to]: Parameters<
    KernelFunctions['bidiagonalStep' | 'bidiagonalStep32']
  >
): number => {
  const [first, end] = [columnsOfGroup(from, k, columns)[0], columnsOfGroup(to - 1, k, columns)[1]];
  return (rows - k) * (end - first);
};

/** Most rotations meet few values of a block; before and after them all are passed over. */
const rotating = (
  ...[, , , , begins, , , axes, , , , , , , , , , from, to]: Parameters<RotateBlocks<unknown>>
): number => {
  const matrices = begins.length - 1;
  const steps = (begins[matrices] - begins[0]) / matrices;
  return (to - from) * blockEntries * (4 * steps + 2 * axes);
};

export const splittings: { readonly [N in SplitName]: Splitting<N> } = {
  // Sixteen examples lie in one line of the cache, which two threads should not both write.
  attend: {
    work: (...[, , , , , each, tokens, , from, to]) => (to - from) * examplesOfPart * 2 * tokens ** 2 * each,
    grain: 4,
  },
  attendBack: {
    work: (...[, , , , , , each, tokens, , from, to]) => (to - from) * examplesOfPart * 4 * tokens ** 2 * each,
    grain: 4,
  },
  correlate: {
    work: (...[starts, , , , , , , height, segments, run, , , from, to]) =>
      (starts[to] - starts[from]) * height * segments * run,
    grain: 1,
  },
  correlateWeights: {
    work: (...[starts, , , , , , height, segments, run, , , from, to]) =>
      (starts[to] - starts[from]) * height * segments * run,
    grain: 1,
  },
  correlateDense: {
    work: (...[, , , , , count, , , height, segments, run, , , from, to]) =>
      (to - from) * count * height * segments * run,
    grain: 4,
    parts: 1,
  },
  correlateDenseWeights: {
    work: (...[, , , , count, , , height, segments, run, , , from, to]) =>
      (to - from) * count * height * segments * run,
    grain: 2,
  },
  pad: {
    work: (...[, , , batch, , , , , stride, rows, columns, , from, to]) =>
      (to - from) * stride * stride * rows * columns * batch,
    grain: 1,
  },
  unpad: {
    work: (...[, , , batch, , , , , stride, rows, columns, , from, to]) =>
      (to - from) * stride * stride * rows * columns * batch,
    grain: 1,
  },
  // In place it reads what it writes.
  activate: {
    work: (...[, x, y, from, to]) => (x.byteOffset === y.byteOffset ? 0 : 4 * (to - from)),
    grain: 1024,
  },
  // Times of a product of float32, as measured.
  batchNorm: { work: (...[, , , , , , count, from, to]) => 8 * (to - from) * count, grain: 1 },
  batchNormBack: { work: (...[, , , , , , , , count, from, to]) => 10 * (to - from) * count, grain: 1 },
  layerNorm: { work: (...[, , , , , , size, , from, to]) => 16 * (to - from) * size, grain: 16 },
  layerNormBack: { work: (...[, , , , , , size, , from, to]) => 16 * (to - from) * size, grain: 16 },
  // Times of a product of float32 in a dense one.
  bandLeft: { work: (...args) => 2 * onTheLeft(...args), grain: 1, parts: 16, inPlace: true },
  bandLeft32: { work: onTheLeft, grain: 1, parts: 16, inPlace: true },
  bandRight: { work: (...args) => 2 * onTheRight(...args), grain: 1, parts: 16, inPlace: true },
  bandRight32: { work: onTheRight, grain: 1, parts: 16, inPlace: true },
  bidiagonalStep: { work: (...args) => 8 * passed(...args), grain: 1, parts: 16, inPlace: true },
  bidiagonalStep32: { work: (...args) => 4 * passed(...args), grain: 1, parts: 16, inPlace: true },
  // Times of a product, as measured.
  cosSin: { work: (...[, , , from, to]) => 150 * (to - from), grain: 8 },
  drawPairs: {
    work: (...[, , , length, slot, , , , , from, to]) => (to - from) * slot * (160 + length),
    grain: 1,
  },
  rotateBlocks: { work: rotating, grain: 1 },
  rotateBlocks64: { work: rotating, grain: 1 },
};

/** Values that each part has, of `range` values for so many threads. */
export function partSize(name: SplitName, range: number, threads: number): number {
  const { grain, parts = 4 } = splittings[name];
  return Math.ceil(range / (parts * threads) / grain) * grain;
}
