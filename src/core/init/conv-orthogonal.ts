/**
 * Kernels that are not 0 off the centre, whose operator is an isometry all the same: Xiao et al., "Dynamical Isometry
 * and a Mean Field Theory of CNNs" (ICML 2018), Algorithm 1, after Kautsky and Turcajova (1994).
 */
import { eightDots } from '../linalg/dots';
import { haarOrthogonalInParts } from '../linalg/haar';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import { checkShape } from '../shape';
import type { BaseRequest } from './base-request';
import { noSparseFan } from './errors';
import { partLayer } from './fan';

/**
 * `gain` times an orthogonal kernel, each group its own, drawn by its number. Every singular value of the operator at
 * stride 1 under circular padding is the gain; other padding spoils it near the edges. Even kernels are as good as odd
 * ones. A group of one input and one output has one weight that is not 0, at a tap drawn at random: there is no other
 * isometry. Row-major float32, rows x columns. Throws `init.*`, `shape.*`.
 */
export function* convOrthogonalInParts(p: BaseRequest): Parts<Float32Array<ArrayBuffer>> {
  const { shape, gain, rng, sparseFan } = p;
  if (sparseFan) throw noSparseFan('conv-orthogonal');
  const { groups, outputs, inputs, kernel, taps } = partLayer(shape);
  const wide = outputs <= inputs;
  const [short, long] = wide ? [outputs, inputs] : [inputs, outputs];
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  for (let group = 0; group < groups; group++) {
    const made = yield* orthogonalKernelInParts(short, long, kernel, draws.split(`group/${group}`));
    // Of one step along the long side, and along the short.
    const [perLong, perShort] = wide ? [1, inputs] : [inputs, 1];
    for (let s = 0, from = 0; s < short; s++) {
      for (let tap = 0; tap < taps; tap++)
        for (let l = 0; l < long; l++, from++)
          weights[(group * outputs * inputs + s * perShort + l * perLong) * taps + tap] = gain * made[from];
      yield;
    }
  }
  return weights;
}

/**
 * A kernel from `short` channels to `long` that keeps the length of every signal. float64, short x taps x long: the
 * vector of each channel and tap is contiguous. Read the other way, from `long` to `short`, it is the transposed
 * operator up to a turn of the kernel, which changes no singular value.
 *
 * A Haar matrix is followed by steps along height and width in turn. A step keeps the part of the signal in a random
 * subspace where it is and shifts the rest by one position: a convolution with the pair (P, I - P) of orthogonal
 * projections, so the kernel is one tap longer and still an isometry. Each direction is in the subspace by a coin's
 * throw. Throws `shape.*`.
 */
export function* orthogonalKernelInParts(
  short: number,
  long: number,
  [height, width]: readonly [number, number],
  rng: Rng,
): Parts<Float64Array<ArrayBuffer>> {
  const taps = height * width;
  checkShape(short * taps, long);
  const vectors = new Float64Array(short * taps * long);
  const haar = yield* haarOrthogonalInParts(short, long, rng);
  for (let s = 0; s < short; s++) vectors.set(haar.subarray(s * long, (s + 1) * long), s * taps * long);
  for (let [h, w] = [1, 1]; h < height || w < width;) {
    const down = h < height && (h <= w || w === width);
    const projection = yield* randomProjection(long, rng);
    const lines = down
      ? { length: h, count: w, step: width, between: 1 }
      : { length: w, count: h, step: 1, between: width };
    yield* lengthen(vectors, { ...lines, taps, short }, projection);
    if (down) h++;
    else w++;
  }
  return vectors;
}

interface Projection {
  /** Symmetric, size x size; rows of 0 follow, to a multiple of four. */
  matrix: Float64Array;
  size: number;
  /** What stays is I - matrix, not matrix. */
  complement: boolean;
}

/** Onto a uniform subspace whose dimension is binomial: made of whichever is smaller, it or its complement. */
function* randomProjection(size: number, rng: Rng): Parts<Projection> {
  let rank = 0;
  for (let i = 0; i < size; i++) rank += rng.below(2);
  const complement = 2 * rank > size;
  const columns = complement ? size - rank : rank;
  const padded = 4 * Math.ceil(size / 4);
  const matrix = new Float64Array(padded * size);
  if (columns === 0) return { matrix, size, complement };
  const basis = new Float64Array(padded * columns);
  basis.set(yield* haarOrthogonalInParts(size, columns, rng));
  const dots = new Float64Array(8);
  for (let i = 0; i < size; i += 2) {
    for (let j = 0; j < size; j += 4) {
      eightDots(basis, i * columns, basis, j * columns, columns, dots);
      for (let k = 0; k < 8; k++) {
        const [row, column] = [i + (k >> 2), j + (k & 3)];
        if (column < size) matrix[row * size + column] = dots[k];
      }
    }
    yield;
  }
  return { matrix, size, complement };
}

/** The taps that a step lengthens: `count` lines of `length` taps each, of every channel. */
interface Lines {
  short: number;
  taps: number;
  length: number;
  count: number;
  /** From a tap to the next of its line, and from a line to the next. */
  step: number;
  between: number;
}

/** Vectors that meet the projection together, so that it is read from memory less often. */
const together = 8;

/** Every line one tap longer, in place: (P, I - P) along it. The taps it grows into are 0 before. */
function* lengthen(
  vectors: Float64Array,
  { short, taps, length, count, step, between }: Lines,
  { matrix, size, complement }: Projection,
): Parts<void> {
  const given = new Float64Array(together * size);
  const projected = new Float64Array(together * size);
  const dots = new Float64Array(8);
  for (let channel = 0; channel < short; channel += together) {
    const rows = Math.min(together, short - channel);
    for (let line = 0; line < count; line++)
      // From the end: what a tap hands on falls on one that has handed on its own.
      for (let tap = length - 1; tap >= 0; tap--) {
        const at = (channel * taps + line * between + tap * step) * size;
        for (let r = 0; r < rows; r++) {
          const from = at + r * taps * size;
          given.set(vectors.subarray(from, from + size), r * size);
        }
        for (let column = 0; column < size; column += 4)
          for (let r = 0; r < rows; r += 2) {
            eightDots(given, r * size, matrix, column * size, size, dots);
            for (let k = 0; k < 4 && column + k < size; k++) {
              projected[r * size + column + k] = dots[k];
              projected[(r + 1) * size + column + k] = dots[4 + k];
            }
          }
        for (let r = 0; r < rows; r++)
          for (let k = 0, to = at + r * taps * size; k < size; k++, to++) {
            const rest = given[r * size + k] - projected[r * size + k];
            vectors[to] = complement ? rest : projected[r * size + k];
            vectors[to + step * size] += complement ? projected[r * size + k] : rest;
          }
        yield;
      }
  }
}
