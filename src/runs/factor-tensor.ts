/** Any orthogonal matrix of a safetensors file as a sequence of rotations. */
import { replayDouble } from '../core/givens';
import { factorOrthogonalInParts } from '../core/factor';
import type { Factored } from '../core/factor';
import type { Parts } from '../core/parts';
import { matrixShape } from '../formats/matrix-tiles';
import type { SafetensorsFile, TensorEntry } from '../formats/safetensors';
import * as errors from './errors';

/** Axes of the largest matrix that is factored: its rotations are up to so many for each of the shorter dimension. */
export const mostFactoredAxes = 4096;

/** How far from orthonormal the rounding of a dtype may bring a matrix. */
const tolerances: Readonly<Record<string, number>> = { F64: 1e-10, F32: 1e-5, F16: 5e-3, BF16: 5e-2 };

export interface FactoredTensor extends Factored {
  /** Largest |difference| between the replay, in double precision, and what was factored. */
  difference: number;
}

/** Why a tensor is not factored, from its header alone. */
export function factorObstacle({ name, dtype, shape }: TensorEntry): Error | undefined {
  if (shape.length < 2) return errors.factorNotAMatrix(name, shape);
  if (tolerances[dtype] === undefined) return errors.factorDtype(name, dtype, Object.keys(tolerances));
  const { rows, columns } = matrixShape(shape);
  return Math.max(rows, columns) > mostFactoredAxes
    ? errors.factorTooLarge(name, rows, columns, mostFactoredAxes)
    : undefined;
}

/**
 * Reads the tensor as a matrix, its first axis by all others, and divides it by `gain`.
 * @throws SparseError `runs.factor-*`, `file.*`
 */
export async function readForFactoring(
  file: SafetensorsFile,
  name: string,
  gain: number,
): Promise<{ weights: Float64Array; rows: number; columns: number; tolerance: number }> {
  const entry = file.get(name);
  if (!entry) {
    const matrices = file.tensors.filter(({ shape }) => shape.length > 1).map((tensor) => tensor.name);
    throw errors.factorNoTensor(name, matrices);
  }
  const obstacle = factorObstacle(entry);
  if (obstacle) throw obstacle;
  const values = await file.readFloat64(entry);
  return {
    ...matrixShape(entry.shape),
    weights: gain === 1 ? values : values.map((value) => value / gain),
    tolerance: tolerances[entry.dtype],
  };
}

/** Throws `factor.*`. */
export function* factorInParts(matrix: {
  weights: Float64Array;
  rows: number;
  columns: number;
  tolerance: number;
}): Parts<FactoredTensor> {
  const factored = yield* factorOrthogonalInParts(matrix);
  const made = replayDouble(factored.sequence);
  const difference = made.reduce((worst, value, i) => Math.max(worst, Math.abs(value - matrix.weights[i])), 0);
  return { ...factored, difference };
}
