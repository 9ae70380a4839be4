/** The sentences about shared weights. */
import { quote, SparseError } from '../errors';
import { count, plural } from '../figure';

/** Four significant digits, rounded down: an upper bound printed this way may be typed back and is accepted. */
const atMost = (value: number): number => {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 3);
  return Number((Math.floor(value / unit + 1e-9) * unit).toPrecision(4));
};

/** Weights that cannot be shared as it is asked for: by a config, whose remedy it tells, or by what a file says. */
export class CannotShare extends SparseError {
  constructor(
    code: string,
    /** A sentence without its full stop. */
    readonly what: string,
    remedy: string,
    details?: Record<string, unknown>,
  ) {
    super(code, `${what}. ${remedy}`, details);
  }
}

export const nothingShared = (): CannotShare =>
  new CannotShare(
    'rps.nothing-shared',
    'No layer shares its weights',
    'Widen the names of `include` or lower its minSize.',
  );

export const duplicateLayer = (name: string): CannotShare =>
  new CannotShare(
    'rps.duplicate-layer',
    `Layer ${quote(name)} is listed twice; weights used twice are shared once`,
    'Give each layer a name of its own, and list tied layers once.',
  );

export const badLayer = (name: string, rows: number, columns: number): CannotShare =>
  new CannotShare(
    'rps.bad-layer',
    `Layer ${quote(name)} has ${rows} x ${columns} weights; positive whole numbers of rows and columns were expected`,
    'Give it inputs and outputs, or leave it out.',
  );

export const badDeviation = (name: string, deviation: number): CannotShare =>
  new CannotShare(
    'rps.bad-deviation',
    `Layer ${quote(name)}: the standard deviation of its initial weights is ${deviation}; shared weights, which are float32, need one from 1.18e-38 to 3.4e38`,
    'Use another initialisation, or leave the layer out.',
    { layer: name },
  );

export const tooManyWeights = (n: number, most: number): CannotShare =>
  new CannotShare(
    'rps.too-many-weights',
    `${count(n)} shared weights are more than ${count(most)}, the most that are counted`,
    'Leave layers out.',
  );

export const compressionTooLow = (compression: number): CannotShare =>
  new CannotShare(
    'rps.compression-too-low',
    `A compression is virtual weights over stored ones, 1 or more; ${compression} is not`,
    'Use for example 10.',
    { nearest: 1 },
  );

export const compressionTooHigh = (compression: number, n: number): CannotShare =>
  new CannotShare(
    'rps.compression-too-high',
    `Compression ${compression} leaves no location for ${count(n)} ${plural(n, 'weight')}`,
    `Use at most ${n}.`,
    { nearest: n },
  );

export const badTile = (tile: readonly number[], most: number): CannotShare =>
  new CannotShare(
    'rps.bad-tile',
    `A tile is [rows, columns], whole numbers from 1 to ${count(most)}; [${tile.join(', ')}] is not`,
    'Use for example [32, 32].',
  );

export const badChunk = (chunk: number, most: number): CannotShare =>
  new CannotShare(
    'rps.bad-chunk',
    `A chunk is a whole number of weights from 1 to ${count(most)}; ${chunk} is not`,
    'Use for example 32.',
  );

/** `most`: the largest compression at which every layer's piece fits its memory. */
export const pieceTooLarge = (p: {
  piece: 'tile' | 'chunk';
  name: string;
  size: number;
  length: number;
  most: number;
}): CannotShare => {
  const nearest = atMost(p.most);
  return new CannotShare(
    `rps.${p.piece}-too-large`,
    `A ${p.piece} of layer ${quote(p.name)} has ${count(p.size)} ${plural(p.size, 'weight')}, and the memory it lies in only ${count(p.length)} ${plural(p.length, 'location')}`,
    `Use a compression of at most ${nearest}, or a smaller ${p.piece}.`,
    { nearest, layer: p.name },
  );
};

export const badSeed = (seed: number): CannotShare =>
  new CannotShare(
    'rps.bad-seed',
    `The seed of a mapping is a whole number from 0 to 2^53 - 1; ${seed} is not`,
    'Use 1.',
  );

/** The same of a file: nothing of a config can be changed about it. */
export const badSharing = ({ what }: CannotShare): SparseError =>
  badMetadata(what.charAt(0).toLowerCase() + what.slice(1));

export const badInitStd = (value: number): SparseError =>
  new SparseError(
    'rps.bad-init-std',
    `The standard deviation of the memory, which is float32, is from 1.18e-38 to 3.4e38; ${value} is not. Use for example 0.04.`,
  );

export const sizeMismatch = (what: string, got: number, expected: number): SparseError =>
  new SparseError('rps.size-mismatch', `The ${what} number ${count(got)}; ${count(expected)} expected.`);

export const locationOutOfRange = (location: number, m: number): SparseError =>
  new SparseError(
    'rps.location-out-of-range',
    `There is no location ${location}; use ${m === 1 ? '0, the only one' : `a whole number from 0 to ${m - 1}`}.`,
  );

export const nonFinite = (name: string, index: number, value: number): SparseError =>
  new SparseError(
    'rps.non-finite',
    `Layer "${name}" has ${value} at flat index ${index}; weights are put into a memory only where all are finite.`,
    { layer: name, index },
  );

/** `what`: with its place in that text, and what was expected there. */
export const badMetadata = (what: string): SparseError =>
  new SparseError(
    'rps.bad-metadata',
    `What the file says of its shared weights ("sharing" in its metadata) cannot be used: ${what}. Use another copy, or write it again from the run.`,
  );

export const rowsWithoutBias = (name: string, rows: number, biases: number): SparseError =>
  badMetadata(
    `layer ${quote(name)} has ${count(rows)} ${plural(rows, 'row')}, and its bias in the file ${count(biases)} ${plural(biases, 'value')}`,
  );
