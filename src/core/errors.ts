/** The coded error that every layer below the screen throws, and the sentences of the core. */

/** An error a person can act on: `code` is stable (`area.kebab-name`), `message` is one sentence or two, complete. */
export class SparseError extends Error {
  override readonly name = 'SparseError';
  constructor(
    readonly code: string,
    message: string,
    /** The facts behind the sentence, for fixes and for `--json`. */
    readonly details?: Record<string, unknown>,
  ) {
    super(message);
  }
}

export const isSparseError = (error: unknown): error is SparseError => error instanceof SparseError;

/** What was thrown, in its own words: a library may throw anything. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A name from a file that may be hostile, made safe to print: escaped, on one line, at most 80 characters. */
export const quote = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);

/** A layer by name and how many more there are like it. */
export const withOthers = (name: string, others: number): string => (others > 0 ? `${name} and ${others} more` : name);

/** Four significant digits, rounded up: a lower bound printed this way may be typed back and is accepted. */
export const atLeast = (value: number): string => {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 3);
  return String(Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(4)));
};

export const badSeed = (seed: number): SparseError =>
  new SparseError(
    'rng.bad-seed',
    `A seed is a whole number between -2^53 and 2^53; ${seed} is not. Use for example 1.`,
  );

export const badBound = (bound: number): SparseError =>
  new SparseError('rng.bad-bound', `A random index needs a bound that is a whole number from 1 to 2^32; got ${bound}.`);

export const badShape = (rows: number, columns: number): SparseError =>
  new SparseError(
    'shape.invalid',
    `A matrix needs a positive whole number of rows and columns; got ${rows} x ${columns}.`,
  );

export const tooLarge = (rows: number, columns: number, limit: number): SparseError =>
  new SparseError(
    'shape.too-large',
    `A ${rows} x ${columns} matrix has more than ${limit} elements, the most that is handled. Use a smaller layer.`,
  );

export const densityTooLow = (rows: number, columns: number, density: number): SparseError => {
  const axes = Math.max(rows, columns);
  const nearest = atLeast(1 / axes);
  return new SparseError(
    'eoi.density-too-low',
    `An exactly orthogonal ${rows} x ${columns} matrix has a density of at least 1/${axes}: ` +
      `${density} is too low, the nearest possible density is ${nearest}.`,
    { nearest: Number(nearest) },
  );
};

export const densityOutOfRange = (density: number): SparseError =>
  new SparseError(
    'density.out-of-range',
    `A density is a share of weights kept, above 0 and at most 1; ${density} is not.`,
  );

export const noLayers = (): SparseError =>
  new SparseError(
    'density.no-layers',
    'There is no layer with weights to distribute a density over. Add a linear layer.',
  );

export const degenerateAngle = (degrees: number): SparseError =>
  new SparseError(
    'eoi.degenerate-angle',
    `A rotation by ${degrees} degrees only swaps or negates axes, so the density would never rise. ` +
      'Use an angle that is not a multiple of 90, for example 45.',
  );

export const badAngles = (reason: string): SparseError =>
  new SparseError(
    'eoi.bad-angles',
    `${reason} Angles are "uniform", { fixed: 80 }, { range: [0, 90] } or { list: [30, 60] }, in degrees.`,
  );

export const noEnd = (rows: number, columns: number, density: number, rotations: number): SparseError =>
  new SparseError(
    'eoi.no-end',
    `${rotations} rotations did not bring a ${rows} x ${columns} matrix to density ${density}. Use another seed, and please report this.`,
  );

export const badSequence = (reason: string): SparseError =>
  new SparseError('rotations.invalid', `The rotation sequence cannot be replayed: ${reason}.`);

export const stepOutOfRange = (step: number, total: number): SparseError =>
  new SparseError(
    'rotations.step-out-of-range',
    `There is no rotation step ${step}; use a whole number from 0 to ${total}.`,
  );

export const maskSize = (rows: number, columns: number, length: number, expected: number): SparseError =>
  new SparseError('mask.size-mismatch', `A ${rows} x ${columns} mask needs ${expected} values; got ${length}.`);

export const maskCount = (count: number, elements: number): SparseError =>
  new SparseError(
    'mask.count-out-of-range',
    `Cannot keep ${count} of ${elements} weights; use a whole number from 0 to ${elements}.`,
  );

export const tileOutOfRange = (range: string, rows: number, columns: number): SparseError =>
  new SparseError('mask.tile-out-of-range', `The tile ${range} is not inside the ${rows} x ${columns} matrix.`);

export const matrixEmpty = (rows: number, columns: number): SparseError =>
  new SparseError('linalg.empty', `A ${rows} x ${columns} matrix is empty and has no singular values.`);

export const matrixNonFinite = (row: number, column: number, value: number): SparseError =>
  new SparseError(
    'linalg.non-finite',
    `The matrix holds ${value} at row ${row}, column ${column}; singular values need finite numbers. ` +
      'If these are trained weights, the training has diverged: try a lower learning rate.',
  );

export const productNonFinite = (index: number, value: number): SparseError =>
  new SparseError(
    'linalg.product-non-finite',
    `A product with a matrix gave ${value} at place ${index}; its eigenvalues need finite numbers. ` +
      'If these are trained weights, the training has diverged: try a lower learning rate.',
  );

export const matrixSize = (rows: number, columns: number, length: number): SparseError =>
  new SparseError(
    'linalg.size-mismatch',
    `A ${rows} x ${columns} matrix needs ${rows * columns} values; got ${length}.`,
  );

export const noConvergence = (rows: number, columns: number): SparseError =>
  new SparseError(
    'linalg.no-convergence',
    `The singular values of a ${rows} x ${columns} matrix did not converge. Please report this with the matrix.`,
  );

export const noValues = (): SparseError =>
  new SparseError('spectrum.empty', 'There are no singular values to summarise. Give at least one.');

export const badBins = (bins: number): SparseError =>
  new SparseError('stats.bad-bins', `A histogram needs a positive whole number of bins; got ${bins}.`);

export const gridTooSmall = (name: string, grid: readonly number[], kernel: readonly number[]): SparseError =>
  new SparseError(
    'linalg.grid-too-small',
    `Layer "${name}": a ${kernel.join(' x ')} kernel goes around a circle of ${grid.join(' x ')} places more than once. ` +
      `Give whole numbers of at least ${kernel.join(' and ')} places.`,
  );
