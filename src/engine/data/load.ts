/**
 * Reads a data set from its files: MNIST's IDX, CIFAR's binary files, what the project draws itself, a person's own.
 */
import { createHash } from 'node:crypto';
import type { Config } from '../../config/types';
import { dataSets, isDrawn, isNamed } from '../../core/data-sets';
import type { NamedSource } from '../../core/data-sets';
import { openFile } from '../../formats/byte-source';
import { readCifar } from '../../formats/cifar';
import type { CifarSet } from '../../formats/cifar';
import { fileTooLarge } from '../../formats/data-errors';
import {
  checkIdxLabels,
  checkIdxPair,
  dataFiles,
  dataFolders,
  findFile,
  noFile,
  maxFileBytes,
  partsRead,
} from '../../formats/data-files';
import type { PartName } from '../../formats/data-files';
import { maybeGunzip } from '../../formats/gzip';
import { readIdx } from '../../formats/idx';
import { RpcCancelled } from '../../protocol/rpc';
import { dataPathMissing } from '../errors';
import type { DataSet, Examples } from './data-set';
import type { LoadOptions } from './load-options';
import { loadArrays } from './own-arrays';
import { loadPictures } from './own-pictures';
import { ensureDrawn } from './synthetic';

/** What of a config says which examples are read. */
type Wanted = Omit<Config['data'], 'augment'>;
type NamedWanted = Pick<Wanted, 'path' | 'validation'> & { source: NamedSource };

const byName = (data: Wanted): data is Wanted & NamedWanted => isNamed(data.source);

interface FileBytes {
  path: string;
  bytes: Uint8Array;
}

/** What the files of a part hold; they are as many as `dataFiles` has names. */
type ReadPart = (files: readonly FileBytes[]) => Examples;

/** Pictures and labels in IDX files, as MNIST's are. */
const idxPairs =
  (source: NamedSource): ReadPart =>
  ([images, labels]) => {
    const { shape, data } = readIdx(images.bytes, images.path);
    const list = readIdx(labels.bytes, labels.path);
    checkIdxPair(source, { ...images, shape }, { ...labels, shape: list.shape });
    checkIdxLabels(source, labels.path, list.data);
    return { count: shape[0], values: data, labels: list.data };
  };

const cifar =
  (set: CifarSet): ReadPart =>
  (files) => {
    const { images, labels } = readCifar(set, files);
    return { count: labels.length, values: images, labels };
  };

const readers: Record<NamedSource, ReadPart> = {
  'synthetic-digits': idxPairs('synthetic-digits'),
  'synthetic-images': idxPairs('synthetic-images'),
  mnist: idxPairs('mnist'),
  'cifar-10': cifar('CIFAR-10'),
  'cifar-100': cifar('CIFAR-100'),
};

/** The first of these names that is there, unpacked. */
type FindBytes = (names: readonly string[]) => Promise<FileBytes>;

const inFolders =
  (source: NamedSource, folders: readonly string[]): FindBytes =>
  async (names) => {
    const path = findFile(folders, names);
    if (path === undefined) throw noFile(source, folders, names);
    const file = await openFile(path);
    try {
      if (file.size > maxFileBytes) throw fileTooLarge(path, file.size, maxFileBytes);
      return { path, bytes: await maybeGunzip(await file.read(0, file.size), maxFileBytes, path) };
    } finally {
      await file.close();
    }
  };

const inMemory =
  (files: ReadonlyMap<string, Uint8Array>): FindBytes =>
  ([path]) =>
    Promise.resolve({ path, bytes: files.get(path)! });

/** Reads files one after the other and hashes them on the way. */
class FileReader {
  readonly hash = createHash('sha256');

  constructor(
    private readonly source: NamedSource,
    private readonly find: FindBytes,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws SparseError `engine.data-*`, `data.file-missing`, `file.*`, `idx.*`, `cifar.*`, `gzip.*`; RpcCancelled */
  async part(name: PartName): Promise<Examples> {
    const files: FileBytes[] = [];
    for (const names of dataFiles[this.source].names(name)) {
      if (this.signal?.aborted) throw new RpcCancelled();
      const file = await this.find(names);
      this.hash.update(file.bytes);
      files.push(file);
    }
    return readers[this.source](files);
  }
}

/**
 * The examples that `data` names, in memory unless they are a person's own and many.
 * @throws SparseError `engine.data-*`, `data.*`, `file.*`, `idx.*`, `cifar.*`, `gzip.*`, `npy.*`, `picture.*`;
 * RpcCancelled
 */
export function loadData(data: Wanted, options: LoadOptions): Promise<DataSet> {
  if (byName(data)) return loadNamed(data, options);
  return data.source === 'npy' ? loadArrays(data, options) : loadPictures(data, options);
}

/** Whole in memory as bytes. */
async function loadNamed(data: NamedWanted, options: LoadOptions): Promise<DataSet> {
  const { source, path } = data;
  const find = async (): Promise<FindBytes> => {
    if (isDrawn(source)) {
      const drawn = await ensureDrawn(source, options);
      return typeof drawn === 'string' ? inFolders(source, [drawn]) : inMemory(drawn);
    }
    if (path === undefined) throw dataPathMissing(source);
    return inFolders(source, dataFolders(source, path, options.configFolders));
  };
  const files = new FileReader(source, await find(), options.signal);
  const { inputs, shape: picture, classes } = dataSets[source];
  const train = await files.part('train');
  const test = partsRead(data.validation).includes('test') ? await files.part('test') : undefined;
  return { source, inputs, picture, classes, train, ...(test && { test }), sha256: files.hash.digest('hex') };
}
