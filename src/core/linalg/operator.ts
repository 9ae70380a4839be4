/**
 * The linear operator that a convolution is, on a circle of places at stride 1: Sedghi, Gupta, Long, "The Singular Values
 * of Convolutional Layers" (ICLR 2019). The Fourier transform takes it apart into one complex matrix K(w), outputs x inputs,
 * for each frequency and group; the singular values of all of them are those of the operator.
 */
import type { LayerShape } from '../density/layer-shape';
import { partLayer } from '../init/fan';
import type { Parted } from '../init/fan';
import type { Parts } from '../parts';
import { orthogonalityErrorInParts } from '../spectrum';
import { gridTooSmall, matrixSize } from '../errors';
import { singularValuesInParts } from './svd';

/** rows x columns, row-major; `times`: how many of the operator's blocks have its singular values. */
interface Block {
  rows: number;
  columns: number;
  values: Float64Array;
  times: number;
  /** The real twin of a complex matrix has each singular value twice. */
  doubled: boolean;
}

type Weights = Float32Array | Float64Array;

/** The blocks of one group. A kernel with one tap that is not 0 is one matrix times numbers of modulus 1. */
function* blocksOf(
  weights: Weights,
  parted: Parted,
  group: number,
  [high, wide]: readonly [number, number],
): Parts<Block[]> {
  const { outputs, inputs, taps, kernel } = parted;
  const from = group * outputs * inputs * taps;
  const used = Array.from({ length: taps }, (_, tap) => tap).filter((tap) => {
    for (let i = 0; i < outputs * inputs; i++) if (weights[from + i * taps + tap] !== 0) return true;
    return false;
  });
  if (used.length <= 1) {
    const values = new Float64Array(outputs * inputs);
    for (let i = 0; i < values.length; i++) values[i] = weights[from + i * taps + (used.at(0) ?? 0)];
    return [{ rows: outputs, columns: inputs, values, times: high * wide, doubled: false }];
  }
  const blocks: Block[] = [];
  for (let u = 0; u < high; u++)
    for (let v = 0; v < wide; v++) {
      // Opposite frequencies are conjugate: they have the same singular values.
      const [oppositeU, oppositeV] = [(high - u) % high, (wide - v) % wide];
      if (oppositeU < u || (oppositeU === u && oppositeV < v)) continue;
      const own = oppositeU === u && oppositeV === v;
      const values = new Float64Array(4 * outputs * inputs);
      for (const tap of used) {
        const turn = -2 * Math.PI * ((u * Math.floor(tap / kernel[1])) / high + (v * (tap % kernel[1])) / wide);
        addTap(values, weights, { from: from + tap, taps, outputs, inputs, cos: Math.cos(turn), sin: Math.sin(turn) });
      }
      blocks.push({ rows: 2 * outputs, columns: 2 * inputs, values, times: own ? 1 : 2, doubled: true });
      yield;
    }
  return blocks;
}

/** Adds what one tap gives to the real twin [[Re, -Im], [Im, Re]]. */
function addTap(
  values: Float64Array,
  weights: Weights,
  p: { from: number; taps: number; outputs: number; inputs: number; cos: number; sin: number },
): void {
  const { from, taps, outputs, inputs, cos, sin } = p;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) {
      const weight = weights[from + (o * inputs + i) * taps];
      const top = o * 2 * inputs + i;
      const below = (outputs + o) * 2 * inputs + i;
      values[top] += weight * cos;
      values[below + inputs] += weight * cos;
      values[below] += weight * sin;
      values[top + inputs] -= weight * sin;
    }
}

function* allBlocks(weights: Weights, shape: LayerShape, grid: readonly [number, number]): Parts<Block[]> {
  const parted = partLayer(shape);
  if (weights.length !== shape.rows * shape.columns) throw matrixSize(shape.rows, shape.columns, weights.length);
  if (grid.some((places, k) => !Number.isSafeInteger(places) || places < parted.kernel[k]))
    throw gridTooSmall(shape.name, grid, parted.kernel);
  const blocks: Block[] = [];
  for (let group = 0; group < parted.groups; group++) blocks.push(...(yield* blocksOf(weights, parted, group, grid)));
  return blocks;
}

/**
 * All min(outputs, inputs) * groups * places singular values of the operator, descending, for the rows x columns weight of
 * `shape` on a circle of `grid` places (down, across). Throws `linalg.grid-too-small`, `linalg.size-mismatch`,
 * `linalg.non-finite`, `init.bad-groups`, `init.bad-kernel`, `shape.*`.
 */
export function* operatorSingularValuesInParts(
  weights: Weights,
  shape: LayerShape,
  grid: readonly [number, number],
): Parts<Float64Array<ArrayBuffer>> {
  const all: number[] = [];
  for (const { rows, columns, values, times, doubled } of yield* allBlocks(weights, shape, grid)) {
    const own = yield* singularValuesInParts(values, rows, columns);
    for (let i = 0; i < own.length; i += doubled ? 2 : 1) for (let k = 0; k < times; k++) all.push(own[i]);
  }
  return Float64Array.from(all).sort().reverse();
}

/**
 * max |entry of K K* / gain² - I| over all blocks, on the smaller side of each: 0 for an operator that is `gain` times an
 * isometry. Throws as `operatorSingularValuesInParts` does.
 */
export function* operatorIsometryErrorInParts(
  weights: Weights,
  shape: LayerShape,
  grid: readonly [number, number],
  gain = 1,
): Parts<number> {
  let worst = 0;
  for (const { rows, columns, values } of yield* allBlocks(weights, shape, grid)) {
    for (let i = 0; i < values.length; i++) values[i] /= gain;
    worst = Math.max(worst, yield* orthogonalityErrorInParts(values, rows, columns));
  }
  return worst;
}
