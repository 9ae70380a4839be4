/**
 * Orthogonal matrices of a tensor in a safetensors file as sequences of rotations: itself, or one of each of its
 * groups.
 */
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
 * How far from orthonormal the rounding of a dtype may bring a matrix. Entries cut off after p bits are each off by at
 * most 2^(1-p) of themselves, so by Cauchy-Schwarz the products of unit vectors by at most twice that: p is 11 for F16,
 * 8 for BF16.
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
  /** By what its weights were divided. */
  gain: number;
  taken: Taken;
}

export interface FactoredMatrix extends Factored {
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
function toldGain(file: SafetensorsFile): number {
  const gain = isOurs(file) ? Number(file.metadata['gain'] ?? 1) : 1;
  return gain > 0 && gain < Infinity ? gain : 1;
}

/**
 * Groups of a convolution, or matrices in a stack, as the metadata of a file of weights has them; 1 where it does not
 * tell.
 */
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

/** Whether every tap of the kernels but the centre is 0. */
async function isCentred(file: SafetensorsFile, entry: TensorEntry): Promise<boolean> {
  const [rows, columns, height, width] = entry.shape;
  const taps = height * width;
  const centre = centreTap({ kernel: [height, width] });
  const length = columns * taps;
  for (let r = 0; r < rows; r++) {
    const row = await file.readFloat64(entry, r * length, (r + 1) * length);
    if (row.some((value, i) => i % taps !== centre && value !== 0)) return false;
  }
  return true;
}

/** The (out, in) values at the centre of the kernels of rows `[from, to)`. */
async function readCentre(file: SafetensorsFile, entry: TensorEntry, from: number, to: number): Promise<Float64Array> {
  const [, columns, height, width] = entry.shape;
  const taps = height * width;
  const centre = centreTap({ kernel: [height, width] });
  const length = columns * taps;
  const result = new Float64Array((to - from) * columns);
  for (let r = from; r < to; r++) {
    const row = await file.readFloat64(entry, r * length, (r + 1) * length);
    for (let c = 0; c < columns; c++) result[(r - from) * columns + c] = row[c * taps + centre];
  }
  return result;
}

/** The matrices of a tensor, each of this shape; they are read one at a time, since all of them may be large. */
export interface TensorMatrices {
  rows: number;
  columns: number;
  taken: Taken;
  /** @throws SparseError `runs.factor-no-group`, `file.*` */
  read(group: number): Promise<TensorMatrix>;
}

/** By the header, and the taps of kernels. Throws `runs.factor-too-large`, `file.*`. */
async function takenOf(
  file: SafetensorsFile,
  entry: TensorEntry,
  groups: number,
): Promise<Omit<TensorMatrices, 'read'>> {
  const { name, shape } = entry;
  const { rows: all, columns } = matrixShape(shape);
  const rows = all / groups;
  const tooLarge = (length: number): boolean => Math.max(rows, length) > mostFactoredAxes;
  const kernel = shape.length === 4 ? ([shape[2], shape[3]] as const) : undefined;
  if (kernel && columns > 0 && columns <= longestRow && !tooLarge(shape[1]) && (await isCentred(file, entry)))
    return { rows, columns: shape[1], taken: { groups, kernel, centred: true } };
  if (tooLarge(columns)) throw errors.factorTooLarge(name, { rows, columns, groups }, mostFactoredAxes);
  return { rows, columns, taken: { groups, ...(kernel && { kernel }), centred: false } };
}

/**
 * g of W Wᵀ = g² I, or of Wᵀ W: the root mean square of the lengths of the shorter dimension's vectors. Where that is
 * the gain told, or 1, to the rounding of the dtype, these; 1 too where there is no g because all is 0 or something not
 * finite. Infinity where it is beyond the largest double.
 */
function foundGain(weights: Float64Array, entries: number, told: number, tolerance: number): number {
  // Squares of large weights overflow, those of small ones vanish. A power of two changes no digit.
  const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const unit = 2 ** Math.max(-1022, Math.min(1023, Math.floor(Math.log2(largest))));
  const found = unit * Math.sqrt(weights.reduce((sum, value) => sum + (value / unit) ** 2, 0) / entries);
  if (found === Infinity && largest < Infinity) return Infinity;
  if (!(found > 0 && found < Infinity)) return 1;
  return [told, 1].find((gain) => Math.abs((found / gain) ** 2 - 1) <= tolerance) ?? found;
}

/**
 * The tensor as a matrix, its first axis by all others, or, where only the centre of the kernels of a convolution is
 * not 0, as the (out, in) matrix there; its rows cut into `groups` matrices, by default as many as a file of this
 * program tells, else 1. Each is divided by `gain`, by default the one that makes it orthogonal, if one does.
 * @throws SparseError `runs.factor-*`, `file.*`
 */
export async function openForFactoring(
  file: SafetensorsFile,
  name: string,
  options: { gain?: number | undefined; groups?: number | undefined } = {},
): Promise<TensorMatrices> {
  const entry = file.get(name);
  if (!entry) {
    const matrices = file.tensors.filter(({ shape }) => shape.length > 1).map((tensor) => tensor.name);
    throw errors.factorNoTensor(name, matrices, nearest(name, matrices));
  }
  const { groups = toldGroups(file, entry) } = options;
  const tolerance = toleranceOf(entry);
  if (!fits(groups, entry.shape)) throw errors.factorGroups(name, groups, entry.shape);
  const what = await takenOf(file, entry, groups);
  const { rows, columns, taken } = what;
  const read = async (group: number): Promise<TensorMatrix> => {
    if (!Number.isSafeInteger(group) || group < 0 || group >= groups) throw errors.factorNoGroup(name, group, groups);
    const [from, to] = [group * rows, (group + 1) * rows];
    const weights = taken.centred
      ? await readCentre(file, entry, from, to)
      : await file.readFloat64(entry, from * columns, to * columns);
    const gain = options.gain ?? foundGain(weights, Math.min(rows, columns), toldGain(file), tolerance);
    const divided = gain === 1 ? weights : weights.map((value) => value / gain);
    const lost = (value: number, i: number): boolean => !Number.isFinite(value) && Number.isFinite(weights[i]);
    if (gain === Infinity || divided.some(lost)) throw errors.factorGain(name, gain);
    return { name: sequenceName({ name, groups }, group), rows, columns, weights: divided, gain, tolerance, taken };
  };
  return { ...what, read };
}

/** As `factorOrthogonalInParts`; of a matrix that is not orthogonal it says too what of its tensor it is. */
export function* factorTensorInParts(matrix: TensorMatrix, progress: (share: number) => void): Parts<Factored> {
  try {
    return yield* factorOrthogonalInParts({ ...matrix, progress });
  } catch (error) {
    if (!isSparseError(error) || error.code !== 'factor.not-orthogonal') throw error;
    throw errors.factorNotOrthogonal(error, matrix);
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

/**
 * Factors and replays, about as much work each; `progress` is told the share of all that is done. Throws `factor.*`.
 */
export function* factorAndReplayInParts(
  matrix: TensorMatrix,
  progress: (share: number) => void,
): Parts<FactoredMatrix> {
  const { sequence, orthogonalityError } = yield* factorTensorInParts(matrix, (share) => progress(share / 2));
  const difference = yield* differenceInParts(sequence, matrix, (share) => progress((1 + share) / 2));
  return { sequence, orthogonalityError, difference };
}
