/** Orthogonal matrices of a tensor in a safetensors file as sequences of rotations: itself, or one of each of its groups. */
import { nearest } from '../config/suggest';
import { isSparseError } from '../core/errors';
import { factorOrthogonalInParts } from '../core/factor';
import type { Factored, FactorRequest } from '../core/factor';
import { replayDoubleInParts } from '../core/givens';
import { centreTap } from '../core/init/centre-tap';
import type { Parts } from '../core/parts';
import type { RotationSequence } from '../core/rotation-sequence';
import { matrixShape } from '../formats/matrix-tiles';
import type { SafetensorsFile, TensorEntry } from '../formats/safetensors';
import { factoredDtypes, mostFactoredAxes } from '../protocol/views';
import type { FactoredDtype } from '../protocol/views';
import * as errors from './errors';
import { sequenceName } from './rotations';

/** Weights into one output that are read at once: no convolution has so many. */
const longestRow = 1 << 22;

/**
 * How far from orthonormal the rounding of a dtype may bring a matrix. Entries cut off after p bits are each off by at most
 * 2^(1-p) of themselves, so by Cauchy-Schwarz the products of unit vectors by at most twice that: p is 11 for F16, 8 for BF16.
 */
const tolerances: Readonly<Record<FactoredDtype, number>> = { F64: 1e-10, F32: 1e-5, F16: 2e-3, BF16: 1.6e-2 };

const isFactored = (dtype: string): dtype is FactoredDtype => Object.hasOwn(tolerances, dtype);

/** How the matrices of a tensor were taken from it. */
export interface Taken {
  /** Blocks of rows that are matrices of their own: groups of a convolution, or matrices stacked in a linear layer. */
  groups: number;
  /** Of a convolution, (height, width). */
  kernel?: readonly [number, number];
  /** Of a convolution: every tap but the centre of its kernels is 0, and the matrices are those of the centre. */
  centred: boolean;
}

export interface TensorMatrix extends FactorRequest {
  /** Of its sequence: the tensor's, with a number where there are groups. */
  name: string;
  taken: Taken;
}

export interface FactoredTensor {
  /** By name. */
  sequences: ReadonlyMap<string, RotationSequence>;
  /** max |G - I| of the matrices, the largest of all. */
  orthogonalityError: number;
  /** Largest |difference| between a replay, in double precision, and what was factored. */
  difference: number;
}

/** By its header alone. Throws `runs.factor-not-a-matrix`, `runs.factor-dtype`. */
function toleranceOf({ name, dtype, shape }: TensorEntry): number {
  if (shape.length < 2) throw errors.factorNotAMatrix(name, shape);
  if (!isFactored(dtype)) throw errors.factorDtype(name, dtype, factoredDtypes);
  return tolerances[dtype];
}

const isOurs = ({ metadata }: SafetensorsFile): boolean => metadata['format'] === 'sparsescope';

/** sigma_w as the metadata of a file of weights has it. */
function gainOf(file: SafetensorsFile): number {
  const gain = isOurs(file) ? Number(file.metadata['gain'] ?? 1) : 1;
  return gain > 0 && gain < Infinity ? gain : 1;
}

/** Groups of a convolution, or matrices in a stack, as the metadata of a file of weights has them; 1 where it does not tell. */
export function toldGroups(file: SafetensorsFile, { name, shape }: TensorEntry): number {
  if (!isOurs(file) || !name.endsWith('.weight')) return 1;
  const layer = name.slice(0, -'.weight'.length);
  const told = shape.length === 4 ? conv(file.metadata[`${layer}.conv`]) : file.metadata[`${layer}.stack`];
  const groups = Number(told ?? 1);
  return fits(groups, shape) ? groups : 1;
}

/** The groups of a convolution's metadata, whatever that holds. */
function conv(text = '{}'): unknown {
  try {
    return (JSON.parse(text) as { groups?: unknown } | null)?.groups;
  } catch {
    return undefined;
  }
}

const fits = (groups: number, shape: readonly number[]): boolean =>
  Number.isSafeInteger(groups) && groups >= 1 && shape[0] % groups === 0;

/** The (out, in) values at the centre of the kernels; undefined where another tap is not 0. */
async function centreOf(file: SafetensorsFile, entry: TensorEntry): Promise<Float64Array | undefined> {
  const [rows, columns, height, width] = entry.shape;
  const taps = height * width;
  const centre = centreTap({ kernel: [height, width] });
  const length = columns * taps;
  const result = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const row = await file.readFloat64(entry, r * length, (r + 1) * length);
    if (row.some((value, i) => i % taps !== centre && value !== 0)) return undefined;
    for (let c = 0; c < columns; c++) result[r * columns + c] = row[c * taps + centre];
  }
  return result;
}

interface Values {
  rows: number;
  columns: number;
  values: Float64Array;
  taken: Taken;
}

/** The whole tensor as one matrix, still to be cut into groups. Throws `runs.factor-too-large`, `file.*`. */
async function valuesOf(file: SafetensorsFile, entry: TensorEntry, groups: number): Promise<Values> {
  const { name, shape } = entry;
  const tooLarge = (rows: number, columns: number): boolean =>
    Math.max(rows / groups, columns) > mostFactoredAxes || rows * columns > mostFactoredAxes ** 2;
  const { rows, columns } = matrixShape(shape);
  const kernel = shape.length === 4 ? ([shape[2], shape[3]] as const) : undefined;
  if (kernel && columns > 0 && columns <= longestRow && !tooLarge(rows, shape[1])) {
    const centre = await centreOf(file, entry);
    if (centre) return { rows, columns: shape[1], values: centre, taken: { groups, kernel, centred: true } };
  }
  if (tooLarge(rows, columns)) throw errors.factorTooLarge(name, rows / groups, columns, mostFactoredAxes);
  const taken = { groups, ...(kernel && { kernel }), centred: false };
  return { rows, columns, values: await file.readFloat64(entry), taken };
}

/**
 * Reads the tensor as a matrix, its first axis by all others, or, where only the centre of the kernels of a convolution is
 * not 0, as the (out, in) matrix there; cuts its rows into `groups` matrices, and divides them by `gain`. Both are by default
 * what a file of this program tells, else 1.
 * @throws SparseError `runs.factor-*`, `file.*`
 */
export async function readForFactoring(
  file: SafetensorsFile,
  name: string,
  options: { gain?: number | undefined; groups?: number | undefined } = {},
): Promise<TensorMatrix[]> {
  const entry = file.get(name);
  if (!entry) {
    const matrices = file.tensors.filter(({ shape }) => shape.length > 1).map((tensor) => tensor.name);
    throw errors.factorNoTensor(name, matrices, nearest(name, matrices));
  }
  const { gain = gainOf(file), groups = toldGroups(file, entry) } = options;
  const tolerance = toleranceOf(entry);
  if (!fits(groups, entry.shape)) throw errors.factorGroups(name, groups, entry.shape);
  const { rows: all, columns, values, taken } = await valuesOf(file, entry, groups);
  const rows = all / groups;
  return Array.from({ length: groups }, (_, group) => {
    const weights = values.subarray(group * rows * columns, (group + 1) * rows * columns);
    return {
      name: sequenceName({ name, groups }, group),
      rows,
      columns,
      weights: gain === 1 ? weights : weights.map((value) => value / gain),
      tolerance,
      taken,
    };
  });
}

/** As `factorOrthogonalInParts`; of a matrix that is not orthogonal it says too what of its tensor it is. */
export function* factorTensorInParts(matrix: TensorMatrix, progress: (share: number) => void): Parts<Factored> {
  try {
    return yield* factorOrthogonalInParts({ ...matrix, progress });
  } catch (error) {
    if (!isSparseError(error) || error.code !== 'factor.not-orthogonal') throw error;
    throw errors.factorNotOrthogonal(error, matrix.name, matrix.taken);
  }
}

/** Largest |difference| between the replay and the matrix; `progress` is told the share that is done. */
function* differenceInParts(
  sequence: RotationSequence,
  { weights, rows, columns }: TensorMatrix,
  progress: (share: number) => void,
): Parts<number> {
  const replay = replayDoubleInParts(sequence);
  const parts = Math.ceil(Math.min(rows, columns) / 32);
  for (let done = 1; ; done++) {
    const part = replay.next();
    if (part.done) return part.value.reduce((worst, value, i) => Math.max(worst, Math.abs(value - weights[i])), 0);
    progress(done / parts);
    yield;
  }
}

/** Factors and replays, about as much work each; `progress` is told the share of all that is done. Throws `factor.*`. */
export function* factorAndReplayInParts(
  matrices: readonly TensorMatrix[],
  progress: (share: number) => void,
): Parts<FactoredTensor> {
  const sequences = new Map<string, RotationSequence>();
  let [orthogonalityError, difference] = [0, 0];
  for (const [index, matrix] of matrices.entries()) {
    const half = (begun: number) => (share: number) => progress((index + (begun + share) / 2) / matrices.length);
    const factored = yield* factorTensorInParts(matrix, half(0));
    sequences.set(matrix.name, factored.sequence);
    orthogonalityError = Math.max(orthogonalityError, factored.orthogonalityError);
    difference = Math.max(difference, yield* differenceInParts(factored.sequence, matrix, half(1)));
  }
  return { sequences, orthogonalityError, difference };
}
