/**
 * Approximate isometry: Lee, Ajanthan, Gould, Torr, "A Signal Propagation Perspective for Pruning Neural Networks at
 * Initialization" (ICLR 2020), section 4; eoi.md 2.1. The kept weights go down the gradient of || W Wᵀ - sigma_w² I
 * ||_F, the norm not squared, over the smaller Gram matrix. At a constant rate the norm does not come to rest where it
 * is small: the residual is reported as it is after the last step.
 */
import type { LayerShape } from '../density/layer-shape';
import { maximumMatching } from '../matching';
import type { Mask } from '../mask';
import type { Parts } from '../parts';
import { checkMask, partLayer } from './fan';
import { badGain, badIterations, badLearningRate, maskMismatch, notFinite } from './errors';

/** As in the config. */
const maxIterations = 1_000_000;

/** Error of an entry of the Gram matrix, by its target, below which weights are isometric as far as float32 goes. */
const rounding = 1e-6;

export interface ApproximateIsometry {
  /** Row-major float32, zero outside the mask. */
  weights: Float32Array<ArrayBuffer>;
  /** The norm before each step. */
  losses: Float64Array<ArrayBuffer>;
  /** The norm after the last. */
  residual: number;
}

export interface AiRequest {
  /** What it begins with, row-major; values outside the mask are not looked at. */
  weights: Float32Array;
  mask: Mask;
  /** sigma_w. */
  gain: number;
  iterations: number;
  learningRate: number;
}

/**
 * What no optimiser can repair: a matrix that is zero outside the mask has at most as many non-zero singular values as
 * the largest matching of its rows with its columns has pairs, so `unrepairable` of them stay 0 whatever the weights
 * are. A bound from below: at few weights a row the descent comes to rest in minima that leave more of them at 0.
 */
export function structuralRank(mask: Mask): { rank: number; unrepairable: number } {
  const rank = maximumMatching(mask).size;
  return { rank, unrepairable: Math.min(mask.rows, mask.columns) - rank };
}

/** The kept weights, gathered along the longer side: those at one place of it are beside each other. */
interface Gathered {
  /** Length of the shorter side. */
  short: number;
  /** Where the weights of each place of the longer side begin. */
  start: Uint32Array;
  /** Place on the shorter side. */
  index: Uint32Array;
  /** Flat place in the matrix. */
  flat: Uint32Array;
  values: Float64Array;
}

function gather(weights: Float32Array, mask: Mask): Gathered {
  const { rows, columns } = mask;
  const wide = rows <= columns;
  const [short, long] = wide ? [rows, columns] : [columns, rows];
  const count = mask.count();
  const start = new Uint32Array(long + 1);
  const index = new Uint32Array(count);
  const flat = new Uint32Array(count);
  const values = new Float64Array(count);
  let at = 0;
  for (let l = 0; l < long; l++) {
    start[l] = at;
    for (let s = 0; s < short; s++) {
      const [row, column] = wide ? [s, l] : [l, s];
      if (!mask.get(row, column)) continue;
      index[at] = s;
      flat[at] = row * columns + column;
      values[at] = weights[flat[at]];
      at++;
    }
  }
  start[long] = at;
  return { short, start, index, flat, values };
}

/**
 * G - sigma_w² I into `error`, symmetric; answers its Frobenius norm. Costs half the sum of squares of the counts
 * gathered.
 */
function gramError({ short, start, index, values }: Gathered, target: number, error: Float64Array): number {
  error.fill(0);
  // Places ascend, so this fills the half below the diagonal.
  for (let l = 0; l + 1 < start.length; l++)
    for (let a = start[l]; a < start[l + 1]; a++) {
      const row = index[a] * short;
      const value = values[a];
      for (let b = start[l]; b <= a; b++) error[row + index[b]] += value * values[b];
    }
  let squares = 0;
  for (let i = 0; i < short; i++) {
    for (let j = 0; j < i; j++) {
      const off = error[i * short + j];
      error[j * short + i] = off;
      squares += 2 * off * off;
    }
    error[i * short + i] -= target;
    squares += error[i * short + i] ** 2;
  }
  return Math.sqrt(squares);
}

/** The gradient of the norm is 2 E W / ||E||_F at the kept places. */
function descend(
  { short, start, index, values }: Gathered,
  error: Float64Array,
  rate: number,
  gradient: Float64Array,
): void {
  for (let l = 0; l + 1 < start.length; l++)
    for (let a = start[l]; a < start[l + 1]; a++) {
      const row = index[a] * short;
      let sum = 0;
      for (let b = start[l]; b < start[l + 1]; b++) sum += error[row + index[b]] * values[b];
      gradient[a] = sum;
    }
  for (let a = 0; a < values.length; a++) values[a] -= rate * gradient[a];
}

/**
 * A part is one iteration. The descent may also come to rest where singular values that the mask would allow are 0:
 * with random masks it often leaves some more than `unrepairable`.
 * Throws `init.bad-gain`, `init.bad-iterations`, `init.bad-learning-rate`, `init.mask-mismatch`, `init.not-finite`.
 */
export function* approximateIsometryInParts(p: AiRequest): Parts<ApproximateIsometry> {
  const { mask, gain, iterations, learningRate } = p;
  if (!(gain > 0 && gain < Infinity)) throw badGain(gain);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) throw badIterations(iterations);
  if (!(learningRate > 0 && learningRate < Infinity)) throw badLearningRate(learningRate);
  if (p.weights.length !== mask.rows * mask.columns)
    throw maskMismatch('weight', `${mask.rows} x ${mask.columns}`, String(p.weights.length));
  const kept = gather(p.weights, mask);
  const error = new Float64Array(kept.short ** 2);
  const gradient = new Float64Array(kept.values.length);
  const losses = new Float64Array(iterations);
  const nearest = rounding * gain ** 2 * Math.sqrt(kept.short);
  for (let i = 0; i < iterations; i++) {
    losses[i] = gramError(kept, gain ** 2, error);
    if (!Number.isFinite(losses[i])) throw notFinite(i, learningRate);
    // What float32 cannot bring nearer is left alone: at a constant rate a step would only lead away again.
    if (losses[i] > nearest) descend(kept, error, (2 * learningRate) / losses[i], gradient);
    yield;
  }
  const residual = gramError(kept, gain ** 2, error);
  if (!Number.isFinite(residual)) throw notFinite(iterations, learningRate);
  const weights = new Float32Array(p.weights.length);
  kept.flat.forEach((place, a) => (weights[place] = kept.values[a]));
  return { weights, losses, residual };
}

/** As `structuralRank`, of each group of a layer by itself, added up. */
export function unrepairableOf(shape: LayerShape, mask: Mask): number {
  checkMask(shape, mask);
  const { groups, outputs } = partLayer(shape);
  let unrepairable = 0;
  for (let group = 0; group < groups; group++)
    unrepairable += structuralRank(mask.rowRange(group * outputs, (group + 1) * outputs)).unrepairable;
  return unrepairable;
}

/**
 * Approximate isometry of a linear layer or a convolution, whose kernels are flattened to (out / groups, in / groups *
 * kh * kw) as in the published code. Each group descends by itself: the rows of different groups see different inputs,
 * and taken as one matrix they would be made orthogonal to each other, which no operator asks for. `residual` is the
 * norm over all groups, `initialResidual` the same before the first step: where the steps are too long the descent ends
 * above it. Throws as `approximateIsometryInParts`, and `init.bad-groups`, `init.bad-kernel`, `shape.*`.
 */
export function* approximateIsometryLayerInParts(
  p: AiRequest & { shape: LayerShape },
): Parts<Pick<ApproximateIsometry, 'weights' | 'residual'> & { initialResidual: number }> {
  const { shape, mask } = p;
  checkMask(shape, mask);
  const { groups, outputs } = partLayer(shape);
  const length = outputs * shape.columns;
  const weights = new Float32Array(p.weights.length);
  let [initialSquares, squares] = [0, 0];
  for (let group = 0; group < groups; group++) {
    const own = yield* approximateIsometryInParts({
      ...p,
      weights: p.weights.subarray(group * length, (group + 1) * length),
      mask: mask.rowRange(group * outputs, (group + 1) * outputs),
    });
    weights.set(own.weights, group * length);
    initialSquares += own.losses[0] ** 2;
    squares += own.residual ** 2;
  }
  return { weights, initialResidual: Math.sqrt(initialSquares), residual: Math.sqrt(squares) };
}
