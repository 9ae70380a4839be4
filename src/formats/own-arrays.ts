/** A pair of .npy files, inputs and labels: what their headers and labels tell, and where the examples lie. */
import { join, resolve } from 'node:path';
import type { DataFacts } from '../core/data-sets';
import type { PictureSize } from '../core/network';
import { openFile } from './byte-source';
import type { ByteSource } from './byte-source';
import * as errors from './data-errors';
import { bytesPerValue, npyNumbers, readNpyHeader } from './npy';
import type { NpyHeader } from './npy';
import type { RecordFile } from './records';

export interface ArrayWords {
  path?: string | undefined;
  /** 0: the test examples validate. */
  validation: number;
  files: { inputs: string; labels: string; testInputs: string; testLabels: string };
  layout: 'channels-first' | 'channels-last';
}

/** Examples of one pair of files; the labels are in memory, of the inputs only the place. */
export interface ArrayPart {
  count: number;
  labels: Uint16Array;
  records: RecordFile;
  picture?: PictureSize;
  /** Whether the inputs are integers. */
  whole?: true;
  /** Both files, inputs first. */
  paths: [string, string];
}

/** Values of one example: 1 GiB for a batch of 256 float32. */
const maxInputs = 1 << 20;
const maxClasses = 1 << 16;

const withFile = async <T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> => {
  const file = await openFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
};

const isWhole = ({ descr }: NpyHeader): boolean => /[iu]\d$/.test(descr);

/** Channels, height and width of an example; nothing of values that are no picture. */
function pictureOf([, ...axes]: readonly number[], layout: ArrayWords['layout']): PictureSize | undefined {
  if (axes.length === 2) return [1, axes[0], axes[1]];
  if (axes.length !== 3) return undefined;
  return layout === 'channels-first' ? [axes[0], axes[1], axes[2]] : [axes[2], axes[0], axes[1]];
}

function recordsOf(path: string, header: NpyHeader, layout: ArrayWords['layout']): Omit<ArrayPart, 'labels' | 'paths'> {
  const { shape, dtype, offset } = header;
  if (shape.length < 2 || shape.length > 4 || shape.includes(0)) throw errors.npyInputShape(path, shape);
  const inputs = shape.slice(1).reduce((product, axis) => product * axis, 1);
  if (inputs > maxInputs) throw errors.npyTooLarge(path, inputs, maxInputs);
  const picture = pictureOf(shape, layout);
  const last = shape.length === 4 && layout === 'channels-last' && picture && picture[0] > 1;
  const records: RecordFile = {
    path,
    offset,
    dtype,
    inputs,
    ...(last && { transpose: { places: picture[1] * picture[2], channels: picture[0] } }),
  };
  return { count: shape[0], records, ...(isWhole(header) && { whole: true }), ...(picture && { picture }) };
}

/** @throws SparseError `npy.*`, `file.*` */
const readLabels = (path: string): Promise<Uint16Array> =>
  withFile(path, async (file) => {
    const header = await readNpyHeader(file);
    if (!isWhole(header)) throw errors.npyDtype(path, header.descr, 'whole numbers', ".astype('<i8')");
    if (header.shape.length !== 1) throw errors.npyLabelShape(path, header.shape);
    const numbers = npyNumbers(header, await file.read(header.offset, header.shape[0] * bytesPerValue(header)));
    const wrong = numbers.findIndex((label) => label < 0 || label >= maxClasses);
    if (wrong >= 0) throw errors.npyLabel(path, wrong, numbers[wrong], maxClasses - 1);
    return Uint16Array.from(numbers);
  });

async function partOf(inputs: string, labels: string, layout: ArrayWords['layout']): Promise<ArrayPart> {
  const header = await withFile(inputs, readNpyHeader);
  const part = recordsOf(inputs, header, layout);
  const list = await readLabels(labels);
  if (list.length !== part.count) throw errors.countsDiffer(inputs, part.count, labels, list.length);
  return { ...part, labels: list, paths: [inputs, labels] };
}

const largest = (labels: Uint16Array): number => labels.reduce((most, label) => Math.max(most, label), 0);

export interface ArrayParts {
  train: ArrayPart;
  test?: ArrayPart;
  classes: number;
}

/**
 * Opens the files that a config names, the test pair only when it is validated with.
 * @throws SparseError `npy.*`, `data.*`, `file.*`
 */
export async function openArrays(words: ArrayWords, folders: readonly string[]): Promise<ArrayParts> {
  const { path, files, layout, validation } = words;
  if (path === undefined) throw errors.noPath('npy');
  const open = async (inputs: string, labels: string): Promise<ArrayPart> => {
    const [first, ...others] = folders.map((folder) => resolve(folder, path));
    let failed: unknown;
    for (const folder of [first, ...others])
      try {
        return await partOf(join(folder, inputs), join(folder, labels), layout);
      } catch (error) {
        // Of several places the first is the one to tell about.
        failed ??= error;
      }
    throw failed;
  };
  const train = await open(files.inputs, files.labels);
  const classes = largest(train.labels) + 1;
  if (classes < 2) throw errors.oneClass(train.paths[1]);
  if (validation > 0) return { train, classes };
  const test = await open(files.testInputs, files.testLabels);
  const beyond = test.labels.findIndex((label) => label >= classes);
  if (beyond >= 0) throw errors.labelBeyond(test.paths[1], beyond, test.labels[beyond], classes);
  const [wanted, found] = [shapeOf(train), shapeOf(test)];
  if (wanted.join() !== found.join()) throw errors.shapesDiffer(test.paths[0], found, train.paths[0], wanted);
  return { train, test, classes };
}

const shapeOf = ({ picture, records }: ArrayPart): readonly number[] => picture ?? [records.inputs];

export const factsOfArrays = ({ train, test, classes }: ArrayParts): DataFacts => ({
  inputs: train.records.inputs,
  ...(train.whole && { whole: true }),
  ...(train.picture && { picture: train.picture }),
  classes,
  examples: train.count,
  tests: test?.count ?? 0,
});
