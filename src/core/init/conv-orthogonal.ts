import { haarOrthogonalInParts } from '../linalg/haar';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import type { BaseRequest } from './base-request';
import { noSparseFan } from './errors';
import { partLayer } from './fan';

/** A kernel while it grows: at each tap, row by row of height, a matrix of the longer by the shorter of outputs and inputs. */
interface Kernel {
  height: number;
  width: number;
  taps: Float64Array[];
}

/**
 * Xiao et al., "Dynamical Isometry and a Mean Field Theory of CNNs" (ICML 2018), algorithm 1: a Haar matrix as a 1 x 1
 * kernel, convolved with one pair (P, I - P) of random orthogonal projections after another, in turn along height and
 * width, until it has its size. Each pair is an orthogonal operator on a circle of places, so the product is gain times an
 * isometry there; with zero padding it is one but for the edges. The pairs act on the longer of outputs and inputs: where
 * inputs are more, the kernel is that of the transposed operator (the paper asks for outputs >= inputs). Each group by
 * itself. Row-major float32, rows x columns. Throws `init.*`, `shape.*`.
 */
export function* convOrthogonalInParts(p: BaseRequest): Parts<Float32Array<ArrayBuffer>> {
  const { shape, gain, rng, sparseFan } = p;
  if (sparseFan) throw noSparseFan('conv-orthogonal');
  const { groups, outputs, inputs, kernel, taps } = partLayer(shape);
  const weights = new Float32Array(shape.rows * shape.columns);
  const draws = rng.split('weights');
  const [long, short] = [Math.max(outputs, inputs), Math.min(outputs, inputs)];
  for (let group = 0; group < groups; group++) {
    const grown = yield* grow(long, short, kernel, draws.split(`group/${group}`));
    const first = group * outputs * inputs * taps;
    grown.taps.forEach((matrix, tap) => {
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < inputs; i++) {
          const value = outputs >= inputs ? matrix[o * short + i] : matrix[i * short + o];
          weights[first + (o * inputs + i) * taps + tap] = gain * value;
        }
    });
  }
  return weights;
}

function* grow(long: number, short: number, [height, width]: readonly [number, number], rng: Rng): Parts<Kernel> {
  let kernel: Kernel = { height: 1, width: 1, taps: [yield* haarOrthogonalInParts(long, short, rng)] };
  while (kernel.height < height || kernel.width < width) {
    const down = kernel.height < height && (kernel.height <= kernel.width || kernel.width === width);
    kernel = yield* convolvePair(kernel, long, down, rng);
  }
  return kernel;
}

/** The kernel after a pair of projections: P times each tap, and I - P times it one place further. */
function* convolvePair({ height, width, taps }: Kernel, long: number, down: boolean, rng: Rng): Parts<Kernel> {
  const rank = Math.max(1, Math.floor(long / 2));
  const basis = yield* haarOrthogonalInParts(long, rank, rng);
  const [newHeight, newWidth] = down ? [height + 1, width] : [height, width + 1];
  const grown = Array.from({ length: newHeight * newWidth }, () => new Float64Array(taps[0].length));
  for (let tap = 0; tap < taps.length; tap++) {
    const projected = project(basis, long, rank, taps[tap]);
    const [y, x] = [Math.floor(tap / width), tap % width];
    const near = grown[y * newWidth + x];
    const far = grown[(down ? y + 1 : y) * newWidth + (down ? x : x + 1)];
    for (let k = 0; k < projected.length; k++) {
      near[k] += projected[k];
      far[k] += taps[tap][k] - projected[k];
    }
    yield;
  }
  return { height: newHeight, width: newWidth, taps: grown };
}

/** Q (Qᵀ K), K with `long` rows. */
function project(basis: Float64Array, long: number, rank: number, matrix: Float64Array): Float64Array {
  const columns = matrix.length / long;
  const inner = new Float64Array(rank * columns);
  const result = new Float64Array(matrix.length);
  for (let r = 0; r < long; r++)
    for (let q = 0; q < rank; q++) {
      const factor = basis[r * rank + q];
      for (let c = 0; c < columns; c++) inner[q * columns + c] += factor * matrix[r * columns + c];
    }
  for (let r = 0; r < long; r++)
    for (let q = 0; q < rank; q++) {
      const factor = basis[r * rank + q];
      for (let c = 0; c < columns; c++) result[r * columns + c] += factor * inner[q * columns + c];
    }
  return result;
}
