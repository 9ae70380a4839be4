/** Examples, in memory or where they are read from, and the parts they are trained and validated in. */
import type { DataSource, NamedSource } from '../../core/data-sets';
import { isNamed } from '../../core/data-sets';
import type { SparseError } from '../../core/errors';
import type { PictureSize } from '../../core/network';
import { Rng } from '../../core/rng';
import type { Values } from '../../formats/records';
import { tooFewExamples } from '../errors';

/** The class of each example. */
export type Labels = Uint8Array | Uint16Array;

/** Examples that are read when they are needed. */
export interface Store {
  /** (indices, inputs). @throws SparseError `file.*`, `data.not-finite`, `engine.data-reader-ended` */
  read(indices: Uint32Array): Promise<Values>;
  close(): Promise<void>;
}

export interface Examples {
  count: number;
  /** (count, inputs), row-major: pixel bytes, or numbers as they are. */
  values: Values | Store;
  labels: Labels;
}

export const isStore = (values: Examples['values']): values is Store => 'read' in values;

export interface DataSet {
  source: DataSource;
  /** Values per example. */
  inputs: number;
  /** What they are a picture of, if they are one. */
  picture?: PictureSize;
  classes: number;
  /** Rows of the table that the values are looked up in, as they are; absent where they are numbers to compute with. */
  vocabulary?: number | undefined;
  train: Examples;
  /** Read only when validation asks for it. */
  test?: Examples;
  /** Over the unpacked bytes of the files read, in order: an unpacked copy of a .gz counts as the same data. */
  sha256: string;
  /** Names of the classes in order, where they have names. */
  names?: readonly string[];
  /** What a person should know of how it was read. */
  warnings?: readonly SparseError[];
}

/** Ends what reads the examples. */
export async function closeData({ train, test }: DataSet): Promise<void> {
  for (const part of [train, test]) if (part && isStore(part.values)) await part.values.close();
}

interface Standard {
  mean: readonly number[];
  deviation: readonly number[];
}

/**
 * Mean and standard deviation of pixel / 255 by channel, with which bytes are standardised: the usual constants of
 * MNIST and CIFAR, and those of the drawn sets measured once on the training part.
 */
const standards: Record<NamedSource, Standard> = {
  'synthetic-digits': { mean: [0.115], deviation: [0.2536] },
  'synthetic-images': { mean: [0.4974, 0.4968, 0.503], deviation: [0.2239, 0.2238, 0.2229] },
  mnist: { mean: [0.1307], deviation: [0.3081] },
  'cifar-10': { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  'cifar-100': { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
};

/** Of ImageNet, as usual for photographs; grey has the means of both over the channels. */
const photographs: Standard = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const greyPhotographs: Standard = { mean: [0.449], deviation: [0.226] };

/** What bytes are standardised by; arrays of a person's own are only divided by 255. */
export function standardOf({ source, picture }: Pick<DataSet, 'source' | 'picture'>): Standard {
  if (isNamed(source)) return standards[source];
  if (source === 'npy') return { mean: [0], deviation: [1] };
  return picture?.[0] === 1 ? greyPhotographs : photographs;
}

/** Some of a set's examples, in an order. */
export interface Part {
  examples: Examples;
  indices: Uint32Array;
}

const all = (examples: Examples): Part => ({
  examples,
  indices: Uint32Array.from({ length: examples.count }, (_, i) => i),
});

/**
 * Training and validation parts. `share` of the training examples, drawn by the seed, validates; with a share of 0
 * the test examples do. @throws SparseError `engine.too-few-examples`
 */
export function split(data: DataSet, share: number, seed: number): { train: Part; validation: Part } {
  const whole = all(data.train);
  if (share === 0 && data.test) return { train: whole, validation: all(data.test) };
  Rng.fromSeed(seed).split('validation').shuffle(whole.indices);
  const held = Math.round(share * data.train.count);
  if (held < 1 || held >= data.train.count) throw tooFewExamples(data.source, data.train.count - held, held);
  // In file order: only which examples are held out is random.
  const part = (from: number, to: number): Part => ({
    examples: data.train,
    indices: whole.indices.slice(from, to).sort(),
  });
  return { train: part(held, data.train.count), validation: part(0, held) };
}
