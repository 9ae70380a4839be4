/** Reads a data set from its files: MNIST's IDX, CIFAR-10's binary batches, the project's own digits. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/types';
import { dataSets } from '../../core/data-sets';
import type { DataSource } from '../../core/data-sets';
import type { SparseError } from '../../core/errors';
import { openFile } from '../../formats/byte-source';
import { readCifar10 } from '../../formats/cifar10';
import { maybeGunzip } from '../../formats/gzip';
import { readIdx } from '../../formats/idx';
import { RpcCancelled } from '../../protocol/rpc';
import { dataCounts, dataFileMissing, dataLabel, dataPathMissing, dataShape, dataTooLarge } from '../errors';
import type { DataSet, Examples } from './data-set';
import { ensureSyntheticDigits } from './synthetic';

/** No file of these data sets is larger, packed or not. */
const maxFileBytes = 512 << 20;

export interface LoadOptions {
  /** Folder that holds `.sparsescope`, where the synthetic digits are kept. */
  root: string;
  /** Folder of the config, which a relative `data.path` starts from; more of them when it may have been moved. */
  configFolders: readonly string[];
  signal?: AbortSignal;
}

/** The first of these names that is there, in the first of these folders that has one. */
const find = (folders: readonly string[], names: readonly string[]): string | undefined =>
  folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));

/** Folders in which the files of a data set may be. */
const foldersOf = (source: DataSource, path: string, configFolders: readonly string[]): string[] => {
  const folders = [...new Set(configFolders.map((folder) => resolve(folder, path)))];
  // As the archive unpacks.
  return source === 'cifar-10' ? folders.flatMap((at) => [at, join(at, 'cifar-10-batches-bin')]) : folders;
};

/** Reads files one after the other and hashes them on the way. */
class FileReader {
  readonly hash = createHash('sha256');

  constructor(
    private readonly source: DataSource,
    private readonly folders: readonly string[],
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The first of these names that is there, unpacked. @throws SparseError `engine.data-file-missing`, `file.*`, `gzip.*` */
  async read(names: readonly string[]): Promise<{ path: string; bytes: Uint8Array }> {
    if (this.signal?.aborted) throw new RpcCancelled();
    const path = find(this.folders, names);
    if (path === undefined) throw dataFileMissing(this.source, this.folders[0], names);
    const file = await openFile(path);
    try {
      if (file.size > maxFileBytes) throw dataTooLarge(path, file.size, maxFileBytes);
      const bytes = await maybeGunzip(await file.read(0, file.size), maxFileBytes, path);
      this.hash.update(bytes);
      return { path, bytes };
    } finally {
      await file.close();
    }
  }
}

const idxNames = (part: 'train' | 't10k', what: 'images-idx3' | 'labels-idx1'): string[] => {
  const name = `${part}-${what}-ubyte`;
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
};

async function readIdxPair(source: DataSource, files: FileReader, part: 'train' | 't10k'): Promise<Examples> {
  const images = await files.read(idxNames(part, 'images-idx3'));
  const { shape, data } = readIdx(images.bytes, images.path);
  const { classes, shape: image } = dataSets[source];
  const [, height, width] = image;
  if (shape.length !== 3 || shape[1] !== height || shape[2] !== width)
    throw dataShape(images.path, `(n, ${height}, ${width})`, `(${shape.join(', ')})`);
  const labels = await files.read(idxNames(part, 'labels-idx1'));
  const list = readIdx(labels.bytes, labels.path);
  if (list.shape.length !== 1) throw dataShape(labels.path, '(n)', `(${list.shape.join(', ')})`);
  if (list.shape[0] !== shape[0]) throw dataCounts(images.path, shape[0], labels.path, list.shape[0]);
  const wrong = list.data.find((label) => label >= classes);
  if (wrong !== undefined) throw dataLabel(labels.path, wrong, classes);
  return { count: shape[0], images: data, labels: list.data };
}

const cifarNames = (batch: string): string[] => [`${batch}.bin`, `${batch}.bin.gz`];

async function readCifarBatches(files: FileReader, names: readonly string[]): Promise<Examples> {
  const parts = [];
  for (const name of names) {
    const { path, bytes } = await files.read(cifarNames(name));
    parts.push(readCifar10(bytes, path));
  }
  const labels = Buffer.concat(parts.map((part) => part.labels));
  return { count: labels.length, images: Buffer.concat(parts.map((part) => part.images)), labels };
}

const cifarBatches = { train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`), test: ['test_batch'] };
const idxPrefix = { train: 'train', test: 't10k' } as const;

/** Which files are read, each by the names it may have. The test part is read only when validation asks for it. */
const filesOf = ({ source, validation }: Config['data']): string[][] =>
  (validation === 0 ? (['train', 'test'] as const) : (['train'] as const)).flatMap((part) =>
    source === 'cifar-10'
      ? cifarBatches[part].map(cifarNames)
      : [idxNames(idxPrefix[part], 'images-idx3'), idxNames(idxPrefix[part], 'labels-idx1')],
  );

/** What `loadData` would say of a file that is not there, without reading any; undefined when all are. */
export function missingData(data: Config['data'], configFolder: string): SparseError | undefined {
  const { source, path } = data;
  if (source === 'synthetic-digits') return undefined;
  if (path === undefined) return dataPathMissing(source);
  const folders = foldersOf(source, path, [configFolder]);
  const names = filesOf(data).find((each) => find(folders, each) === undefined);
  return names && dataFileMissing(source, folders[0], names);
}

/**
 * The examples that `data` names, whole in memory as bytes.
 * @throws SparseError `engine.data-*`, `file.*`, `idx.*`, `cifar10.*`, `gzip.*`; RpcCancelled
 */
export async function loadData(data: Config['data'], options: LoadOptions): Promise<DataSet> {
  const { source, path, validation } = data;
  const folders = async (): Promise<string[]> => {
    if (source === 'synthetic-digits') return [await ensureSyntheticDigits(options.root, options.signal)];
    if (path === undefined) throw dataPathMissing(source);
    return foldersOf(source, path, options.configFolders);
  };
  const files = new FileReader(source, await folders(), options.signal);
  const read = (part: 'train' | 'test'): Promise<Examples> =>
    source === 'cifar-10' ? readCifarBatches(files, cifarBatches[part]) : readIdxPair(source, files, idxPrefix[part]);
  const train = await read('train');
  const test = validation === 0 ? await read('test') : undefined;
  const { inputs, classes } = dataSets[source];
  return { source, inputs, classes, train, ...(test && { test }), sha256: files.hash.digest('hex') };
}
