/** Any orthogonal matrix of a safetensors file as a sequence of rotations. */
import { nearest } from '../config/suggest';
import { factorOrthogonalInParts } from '../core/factor';
import type { Factored, FactorRequest } from '../core/factor';
import { replayDoubleInParts } from '../core/givens';
import type { Parts } from '../core/parts';
import { matrixShape } from '../formats/matrix-tiles';
import type { SafetensorsFile, TensorEntry } from '../formats/safetensors';
import { factoredDtypes } from '../protocol/views';
import type { FactoredDtype } from '../protocol/views';
import * as errors from './errors';

/** Axes of the largest matrix that is factored: its rotations are up to so many for each of the shorter dimension. */
const mostAxes = 4096;

/**
 * How far from orthonormal the rounding of a dtype may bring a matrix. Entries cut off after p bits are each off by at most
 * 2^(1-p) of themselves, so by Cauchy-Schwarz the products of unit vectors by at most twice that: p is 11 for F16, 8 for BF16.
 */
const tolerances: Readonly<Record<FactoredDtype, number>> = { F64: 1e-10, F32: 1e-5, F16: 2e-3, BF16: 1.6e-2 };

const isFactored = (dtype: string): dtype is FactoredDtype => Object.hasOwn(tolerances, dtype);

export interface FactoredTensor extends Factored {
  /** Largest |difference| between the replay, in double precision, and what was factored. */
  difference: number;
}

/** By its header alone. Throws `runs.factor-*` for what is not factored. */
function toleranceOf({ name, dtype, shape }: TensorEntry, most: number): number {
  if (shape.length < 2) throw errors.factorNotAMatrix(name, shape);
  if (!isFactored(dtype)) throw errors.factorDtype(name, dtype, factoredDtypes);
  const { rows, columns } = matrixShape(shape);
  if (Math.max(rows, columns) > most) throw errors.factorTooLarge(name, rows, columns, most);
  return tolerances[dtype];
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
): Promise<FactorRequest> {
  const entry = file.get(name);
  if (!entry) {
    const matrices = file.tensors.filter(({ shape }) => shape.length > 1).map((tensor) => tensor.name);
    throw errors.factorNoTensor(name, matrices, nearest(name, matrices));
  }
  const tolerance = toleranceOf(entry, most);
  const values = await file.readFloat64(entry);
  return {
    ...matrixShape(entry.shape),
    weights: gain === 1 ? values : values.map((value) => value / gain),
    tolerance,
  };
}

/** Factors and replays, about as much work each; `progress` is told the share of both that is done. Throws `factor.*`. */
export function* factorAndReplayInParts(
  matrix: FactorRequest,
  progress: (share: number) => void,
): Parts<FactoredTensor> {
  const factored = yield* factorOrthogonalInParts({ ...matrix, progress: (share) => progress(share / 2) });
  const { weights, rows, columns } = matrix;
  const replay = replayDoubleInParts(factored.sequence);
  const parts = Math.ceil(Math.min(rows, columns) / 32);
  for (let done = 1; ; done++) {
    const part = replay.next();
    if (part.done) {
      const far = (worst: number, value: number, i: number): number => Math.max(worst, Math.abs(value - weights[i]));
      return { ...factored, difference: part.value.reduce(far, 0) };
    }
    progress(0.5 + done / parts / 2);
    yield;
  }
}
