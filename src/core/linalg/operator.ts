/**
 * A convolution as the matrix it is on a whole image, at stride 1 under circular padding: the discrete Fourier
 * transform makes it one small matrix a frequency. Sedghi, Gupta, Long, "The Singular Values of Convolutional Layers"
 * (ICLR 2019), Theorem 6.
 */
import type { LayerShape } from '../density/layer-shape';
import { gridTooSmall, matrixNonFinite, matrixSize } from '../errors';
import { badGain } from '../init/errors';
import { partLayer } from '../init/fan';
import type { Parted } from '../init/fan';
import type { Parts } from '../parts';
import { checkShape } from '../shape';
import { orthogonalityErrorInParts } from '../spectrum';
import { singularValuesInParts } from './svd';

type Weights = Float32Array | Float64Array;

/**
 * Singular values of the operator on a grid of (height, width) positions, descending: groups * height * width *
 * min(outputs, inputs) of them, outputs and inputs of one group. `weights`: row-major rows x columns, the matrix view.
 * A linear layer is a 1 x 1 kernel: on the grid [1, 1] it has the values of its matrix. Which tap is the centre, and
 * whether the kernel is turned, makes no difference. Throws `linalg.grid-too-small`, `linalg.*`, `init.bad-groups`,
 * `init.bad-kernel`, `shape.*`.
 */
export function* operatorSingularValuesInParts(
  weights: Weights,
  shape: LayerShape,
  grid: readonly [number, number],
): Parts<Float64Array<ArrayBuffer>> {
  const parted = checked(weights, shape, grid);
  const { groups, outputs, inputs } = parted;
  const bad = weights.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw matrixNonFinite(Math.floor(bad / shape.columns), bad % shape.columns, weights[bad]);
  const count = Math.min(outputs, inputs);
  checkShape(groups * count, grid[0] * grid[1]);
  const values = new Float64Array(groups * count * grid[0] * grid[1]);
  let at = 0;
  for (const frequency of frequencies(weights, parted, grid)) {
    const { times } = frequency;
    const { matrix, rows, columns } = yield* blockInParts(weights, parted, frequency, 1);
    const found = yield* singularValuesInParts(matrix, rows, columns);
    // The embedding of a complex block has each value of the block twice.
    const step = found.length / count;
    for (let i = 0; i < found.length; i += step, at += times) values.fill(found[i], at, at + times);
  }
  return values.sort().reverse();
}

/**
 * How far the operator is from `gain` times an isometry: max |G / gain^2 - I| over the real and imaginary parts of the
 * smaller Gram matrix G of every frequency's block, in float64. NaN or Infinity when the weights hold such values. As
 * `operatorSingularValuesInParts`, but without its factorisations. Throws `linalg.grid-too-small`,
 * `linalg.size-mismatch`, `init.bad-gain`, `init.bad-groups`, `init.bad-kernel`, `shape.*`.
 */
export function* operatorIsometryErrorInParts(
  weights: Weights,
  shape: LayerShape,
  grid: readonly [number, number],
  gain = 1,
): Parts<number> {
  if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  const parted = checked(weights, shape, grid);
  let worst = 0;
  for (const frequency of frequencies(weights, parted, grid)) {
    const { matrix, rows, columns } = yield* blockInParts(weights, parted, frequency, gain);
    // Unlike a comparison, Math.max keeps NaN.
    worst = Math.max(worst, yield* orthogonalityErrorInParts(matrix, rows, columns));
  }
  return worst;
}

function checked(weights: Weights, shape: LayerShape, grid: readonly [number, number]): Parted {
  const parted = partLayer(shape);
  if (weights.length !== shape.rows * shape.columns) throw matrixSize(shape.rows, shape.columns, weights.length);
  const fits = grid.every((positions, axis) => Number.isSafeInteger(positions) && positions >= parted.kernel[axis]);
  if (!fits) throw gridTooSmall(shape.name, grid, parted.kernel);
  return parted;
}

interface Frequency {
  group: number;
  used: UsedTaps;
  /** In whole turns from one position to the next, along height and width. */
  turn: [number, number];
  /** It is its own negative, so that its block is real. */
  real: boolean;
  /** Frequencies with the same singular values. */
  times: number;
}

/**
 * Of all groups, one for each set of frequencies that have the same singular values for sure. Two kinds are: a
 * frequency and its negative, whose blocks are conjugate; and, where an axis has weights at one position of the kernel
 * only, all frequencies along it, which turn the block as a whole.
 */
function* frequencies(weights: Weights, parted: Parted, grid: readonly [number, number]): Generator<Frequency> {
  for (let group = 0; group < parted.groups; group++) {
    const used = usedTaps(weights, parted, group);
    const [height, width] = used.extent.map((extent, axis) => (extent === 1 ? 1 : grid[axis]));
    const alike = (grid[0] / height) * (grid[1] / width);
    for (let u = 0; u < height; u++)
      for (let v = 0; v < width; v++) {
        const [negativeU, negativeV] = [(height - u) % height, (width - v) % width];
        if (negativeU < u || (negativeU === u && negativeV < v)) continue;
        const real = negativeU === u && negativeV === v;
        yield { group, used, turn: [u / height, v / width], real, times: real ? alike : 2 * alike };
      }
  }
}

interface UsedTaps {
  /** Those of the kernel that hold a weight other than 0. */
  taps: number[];
  /** Their first position along height and width, and how many positions from it on to their last; at least 1. */
  start: [number, number];
  extent: [number, number];
}

function usedTaps(weights: Weights, { outputs, inputs, kernel, taps }: Parted, group: number): UsedTaps {
  const first = group * outputs * inputs * taps;
  const held = new Uint8Array(taps);
  for (let i = 0; i < outputs * inputs * taps; i++) if (weights[first + i] !== 0) held[i % taps] = 1;
  const used = [...held.keys()].filter((tap) => held[tap] === 1);
  if (used.length === 0) return { taps: used, start: [0, 0], extent: [1, 1] };
  const positions = [used.map((tap) => Math.floor(tap / kernel[1])), used.map((tap) => tap % kernel[1])];
  const [top, left] = positions.map((along) => Math.min(...along));
  const [bottom, right] = positions.map((along) => Math.max(...along));
  return { taps: used, start: [top, left], extent: [bottom - top + 1, right - left + 1] };
}

/** Row-major; outputs x inputs where the block is real, else twice that each way. */
interface Block {
  matrix: Float64Array;
  rows: number;
  columns: number;
}

/**
 * K(w) / gain, where K(w) is the sum over taps of exp(i w tap) times the tap's matrix: as [[Re, -Im], [Im, Re]], which
 * has each singular value twice; Re alone where Im is 0. A part is one output.
 */
function* blockInParts(weights: Weights, parted: Parted, frequency: Frequency, gain: number): Parts<Block> {
  const { outputs, inputs, kernel, taps } = parted;
  const { group, used, turn, real } = frequency;
  const [rows, columns] = real ? [outputs, inputs] : [2 * outputs, 2 * inputs];
  const matrix = new Float64Array(rows * columns);
  const phases = used.taps.map((tap) => {
    const y = Math.floor(tap / kernel[1]) - used.start[0];
    const x = (tap % kernel[1]) - used.start[1];
    const angle = 2 * Math.PI * ((y * turn[0] + x * turn[1]) % 1);
    return { tap, cos: Math.cos(angle) / gain, sin: Math.sin(angle) / gain };
  });
  for (let o = 0; o < outputs; o++) {
    const upper = o * columns;
    const lower = (o + outputs) * columns;
    for (let i = 0; i < inputs; i++) {
      const first = ((group * outputs + o) * inputs + i) * taps;
      let [re, im] = [0, 0];
      for (const { tap, cos, sin } of phases) {
        re += cos * weights[first + tap];
        im += sin * weights[first + tap];
      }
      matrix[upper + i] = re;
      if (real) continue;
      matrix[upper + inputs + i] = -im;
      matrix[lower + i] = im;
      matrix[lower + inputs + i] = re;
    }
    yield;
  }
  return { matrix, rows, columns };
}
