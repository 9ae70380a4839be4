/** Any orthogonal matrix of a safetensors file as a sequence of rotations. */
import { replayDouble } from '../core/givens';
import { factorOrthogonalInParts } from '../core/factor';
import type { Factored } from '../core/factor';
import type { Parts } from '../core/parts';
import { matrixShape } from '../formats/matrix-tiles';
import type { SafetensorsFile, TensorEntry } from '../formats/safetensors';
import * as errors from './errors';

/** Axes of the largest matrix that is factored: its rotations are up to so many for each of the shorter dimension. */
const mostAxes = 4096;

/** How far from orthonormal the rounding of a dtype may bring a matrix. */
const tolerances: Readonly<Partial<Record<string, number>>> = { F64: 1e-10, F32: 1e-5, F16: 5e-3, BF16: 5e-2 };

export interface FactoredTensor extends Factored {
  /** Largest |difference| between the replay, in double precision, and what was factored. */
  difference: number;
}

/** By its header alone. Throws `runs.factor-*` for what is not factored. */
function toleranceOf({ name, dtype, shape }: TensorEntry, most: number): number {
  if (shape.length < 2) throw errors.factorNotAMatrix(name, shape);
  const tolerance = tolerances[dtype];
  if (tolerance === undefined) throw errors.factorDtype(name, dtype, Object.keys(tolerances));
  const { rows, columns } = matrixShape(shape);
  if (Math.max(rows, columns) > most) throw errors.factorTooLarge(name, rows, columns, most);
  return tolerance;
}

/** sigma_w as the metadata of a file of weights has it. */
function gainOf({ metadata }: SafetensorsFile): number {
  const gain = metadata['format'] === 'sparsescope' ? Number(metadata['gain'] ?? 1) : 1;
  return gain > 0 && gain < Infinity ? gain : 1;
}

/**
 * Reads the tensor as a matrix, its first axis by all others, and divides it by `gain`, by default the one that a file of
 * this program tells. `most`: rows and columns.
 * @throws SparseError `runs.factor-*`, `file.*`
 */
export async function readForFactoring(
  file: SafetensorsFile,
  name: string,
  { gain = gainOf(file), most = mostAxes }: { gain?: number | undefined; most?: number } = {},
): Promise<{ weights: Float64Array; rows: number; columns: number; tolerance: number }> {
  const entry = file.get(name);
  if (!entry) {
    const matrices = file.tensors.filter(({ shape }) => shape.length > 1).map((tensor) => tensor.name);
    throw errors.factorNoTensor(name, matrices);
  }
  const tolerance = toleranceOf(entry, most);
  const values = await file.readFloat64(entry);
  return {
    ...matrixShape(entry.shape),
    weights: gain === 1 ? values : values.map((value) => value / gain),
    tolerance,
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
