/** By which names the files of the data sets with a name lie in their folder, and which of them are not there. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataSets, isDrawn } from '../core/data-sets';
import type { NamedSource } from '../core/data-sets';
import type { SparseError } from '../core/errors';
import { countsDiffer, dataFileMissing, labelUnknown, wrongShape } from './data-errors';
import { cannotRead, systemCode } from './errors';
import { idxAxes } from './idx';

/** No file of these data sets is larger, packed or not. */
export const maxFileBytes = 512 << 20;

export type PartName = 'train' | 'test';

interface DataFiles {
  /** The folder that its archive unpacks into. */
  unpacked?: string;
  /** The page it is published on. */
  page?: string;
  /** The files of a part in order, each by the names it may have. */
  names(part: PartName): readonly (readonly string[])[];
}

const idxNames = (part: string, what: string): string[] => {
  const name = `${part}-${what}-ubyte`;
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
};

/** Two IDX files a part, under the names of MNIST's. */
const idxPairs = (source: NamedSource): DataFiles => ({
  names: (part) => {
    const prefix = part === 'train' ? 'train' : 't10k';
    const axes = 1 + idxAxes(dataSets[source].shape).length;
    return [idxNames(prefix, `images-idx${axes}`), idxNames(prefix, 'labels-idx1')];
  },
});

/** `parts`: names without `.bin`. */
const cifar = (unpacked: string, parts: Record<PartName, readonly string[]>): DataFiles => ({
  unpacked,
  page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  names: (part) => parts[part].map((name) => [`${name}.bin`, `${name}.bin.gz`]),
});

export const dataFiles: Record<NamedSource, DataFiles> = {
  'synthetic-digits': idxPairs('synthetic-digits'),
  'synthetic-images': idxPairs('synthetic-images'),
  mnist: { ...idxPairs('mnist'), page: 'https://ossci-datasets.s3.amazonaws.com/mnist/' },
  'cifar-10': cifar('cifar-10-batches-bin', {
    train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`),
    test: ['test_batch'],
  }),
  'cifar-100': cifar('cifar-100-binary', { train: ['train'], test: ['test'] }),
};

/** The first of these names that is there, in the first of these folders that has one. */
export const findFile = (folders: readonly string[], names: readonly string[]): string | undefined =>
  folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));

/** Why none of `names` was found in these folders. */
export function noFile(source: NamedSource, [folder]: readonly string[], names: readonly string[]): SparseError {
  try {
    statSync(folder);
  } catch (cause) {
    if (systemCode(cause) === 'ELOOP') return cannotRead(folder, cause);
  }
  return dataFileMissing(source, folder, names, dataFiles[source].page);
}

/** Folders in which the files of a data set may be. `from`: those that a relative `path` may start from. */
export const dataFolders = (source: NamedSource, path: string, from: readonly string[]): string[] => {
  const { unpacked } = dataFiles[source];
  const folders = [...new Set(from.map((folder) => resolve(folder, path)))];
  return unpacked === undefined ? folders : folders.flatMap((at) => [at, join(at, unpacked)]);
};

/** Parts that are read: the test part only when validation asks for it. */
export const partsRead = (validation: number): PartName[] => (validation === 0 ? ['train', 'test'] : ['train']);

/**
 * What a run would say of the first file that is not there; nothing is read. A config without `path` says so itself.
 */
export function missingFile(
  { source, path, validation }: { source: NamedSource; path?: string | undefined; validation: number },
  from: readonly string[],
): SparseError | undefined {
  if (isDrawn(source) || path === undefined) return undefined;
  const folders = dataFolders(source, path, from);
  const wanted = partsRead(validation).flatMap((part) => dataFiles[source].names(part));
  const names = wanted.find((each) => findFile(folders, each) === undefined);
  return names && noFile(source, folders, names);
}

/** What an IDX file is, for a look at it. */
interface Shaped {
  path: string;
  shape: readonly number[];
}

/**
 * That pictures and labels are those of a data set, as many of both.
 * @throws SparseError `data.shape`, `data.counts-differ`
 */
export function checkIdxPair(source: NamedSource, images: Shaped, labels: Shaped): void {
  const axes = idxAxes(dataSets[source].shape);
  const { shape } = images;
  if (shape.length !== 1 + axes.length || axes.some((length, axis) => shape[1 + axis] !== length))
    throw wrongShape(images.path, `(n, ${axes.join(', ')})`, `(${shape.join(', ')})`);
  if (labels.shape.length !== 1) throw wrongShape(labels.path, '(n)', `(${labels.shape.join(', ')})`);
  if (labels.shape[0] !== shape[0]) throw countsDiffer(images.path, shape[0], labels.path, labels.shape[0]);
}

/** @throws SparseError `data.label-out-of-range` */
export function checkIdxLabels(source: NamedSource, path: string, labels: Uint8Array): void {
  const { classes } = dataSets[source];
  const wrong = labels.find((label) => label >= classes);
  if (wrong !== undefined) throw labelUnknown(path, wrong, classes);
}
