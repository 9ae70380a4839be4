/** Reads a data set from its files: MNIST's IDX, CIFAR's binary files, what the project draws itself, a person's own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/types';
import { dataSets, isDrawn, isNamed } from '../../core/data-sets';
import type { NamedSource } from '../../core/data-sets';
import type { SparseError } from '../../core/errors';
import { openFile } from '../../formats/byte-source';
import { readCifar } from '../../formats/cifar';
import type { CifarSet } from '../../formats/cifar';
import { maybeGunzip } from '../../formats/gzip';
import { idxAxes, readIdx } from '../../formats/idx';
import { RpcCancelled } from '../../protocol/rpc';
import type { Progress } from '../../protocol/rpc';
import { dataCounts, dataFileMissing, dataLabel, dataPathMissing, dataShape, dataTooLarge } from '../errors';
import type { DataSet, Examples } from './data-set';
import { loadArrays } from './own-arrays';
import { loadPictures } from './own-pictures';
import { ensureDrawn } from './synthetic';

/** No file of these data sets is larger, packed or not. */
const maxFileBytes = 512 << 20;

export interface LoadOptions {
  /** Folder that holds `.sparsescope`, where what is drawn is kept. */
  root: string;
  /** Folder of the config, which a relative `data.path` starts from; more of them when it may have been moved. */
  configFolders: readonly string[];
  signal?: AbortSignal;
  progress?(value: Progress): void;
}

/** What of a config says which examples are read. */
type Wanted = Omit<Config['data'], 'augment'>;
type NamedWanted = Pick<Wanted, 'path' | 'validation'> & { source: NamedSource };

const byName = (data: Wanted): data is Wanted & NamedWanted => isNamed(data.source);

type PartName = 'train' | 'test';

interface FileBytes {
  path: string;
  bytes: Uint8Array;
}

/** How a data set lies in its folder. */
interface Layout {
  /** The folder that its archive unpacks into. */
  unpacked?: string;
  /** The files of a part in order, each by the names it may have. */
  names(part: PartName): readonly (readonly string[])[];
  /** What they hold; `files` are as many as there are names. */
  read(files: readonly FileBytes[]): Examples;
}

const idxNames = (part: string, what: string): string[] => {
  const name = `${part}-${what}-ubyte`;
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
};

/** Two IDX files a part, under the names of MNIST's. */
function idxPairs(source: NamedSource): Layout {
  const { classes, shape: picture } = dataSets[source];
  const axes = idxAxes(picture);
  return {
    names: (part) => {
      const prefix = part === 'train' ? 'train' : 't10k';
      return [idxNames(prefix, `images-idx${1 + axes.length}`), idxNames(prefix, 'labels-idx1')];
    },
    read: ([images, labels]) => {
      const { shape, data } = readIdx(images.bytes, images.path);
      if (shape.length !== 1 + axes.length || axes.some((length, axis) => shape[1 + axis] !== length))
        throw dataShape(images.path, `(n, ${axes.join(', ')})`, `(${shape.join(', ')})`);
      const list = readIdx(labels.bytes, labels.path);
      if (list.shape.length !== 1) throw dataShape(labels.path, '(n)', `(${list.shape.join(', ')})`);
      if (list.shape[0] !== shape[0]) throw dataCounts(images.path, shape[0], labels.path, list.shape[0]);
      const wrong = list.data.find((label) => label >= classes);
      if (wrong !== undefined) throw dataLabel(labels.path, wrong, classes);
      return { count: shape[0], values: data, labels: list.data };
    },
  };
}

/** `parts`: names without `.bin`. */
const cifar = (set: CifarSet, unpacked: string, parts: Record<PartName, readonly string[]>): Layout => ({
  unpacked,
  names: (part) => parts[part].map((name) => [`${name}.bin`, `${name}.bin.gz`]),
  read: (files) => {
    const { images, labels } = readCifar(set, files);
    return { count: labels.length, values: images, labels };
  },
});

const layouts: Record<NamedSource, Layout> = {
  'synthetic-digits': idxPairs('synthetic-digits'),
  'synthetic-images': idxPairs('synthetic-images'),
  mnist: idxPairs('mnist'),
  'cifar-10': cifar('CIFAR-10', 'cifar-10-batches-bin', {
    train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`),
    test: ['test_batch'],
  }),
  'cifar-100': cifar('CIFAR-100', 'cifar-100-binary', { train: ['train'], test: ['test'] }),
};

/** The first of these names that is there, in the first of these folders that has one. */
const find = (folders: readonly string[], names: readonly string[]): string | undefined =>
  folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));

/** Folders in which the files of a data set may be. */
const foldersOf = ({ unpacked }: Layout, path: string, configFolders: readonly string[]): string[] => {
  const folders = [...new Set(configFolders.map((folder) => resolve(folder, path)))];
  return unpacked === undefined ? folders : folders.flatMap((at) => [at, join(at, unpacked)]);
};

/** Reads files one after the other and hashes them on the way. */
class FileReader {
  readonly hash = createHash('sha256');

  constructor(
    private readonly source: NamedSource,
    private readonly folders: readonly string[],
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws SparseError `engine.data-*`, `file.*`, `idx.*`, `cifar.*`, `gzip.*`; RpcCancelled */
  async part(name: PartName): Promise<Examples> {
    const layout = layouts[this.source];
    const files: FileBytes[] = [];
    for (const names of layout.names(name)) files.push(await this.read(names));
    return layout.read(files);
  }

  /** The first of these names that is there, unpacked. */
  private async read(names: readonly string[]): Promise<FileBytes> {
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

/** Which parts are read: the test part only when validation asks for it. */
const partsOf = ({ validation }: Pick<Wanted, 'validation'>): PartName[] =>
  validation === 0 ? ['train', 'test'] : ['train'];

/** What `loadData` would say of a published file that is not there, without reading any; undefined when all are. */
export function missingData(data: Wanted, configFolder: string): SparseError | undefined {
  if (!byName(data)) return undefined;
  const { source, path } = data;
  if (isDrawn(source)) return undefined;
  if (path === undefined) return dataPathMissing(source);
  const layout = layouts[source];
  const folders = foldersOf(layout, path, [configFolder]);
  const wanted = partsOf(data).flatMap((part) => layout.names(part));
  const names = wanted.find((each) => find(folders, each) === undefined);
  return names && dataFileMissing(source, folders[0], names);
}

/**
 * The examples that `data` names, in memory unless they are a person's own and many.
 * @throws SparseError `engine.data-*`, `data.*`, `file.*`, `idx.*`, `cifar.*`, `gzip.*`, `npy.*`, `picture.*`; RpcCancelled
 */
export function loadData(data: Wanted, options: LoadOptions): Promise<DataSet> {
  if (byName(data)) return loadNamed(data, options);
  return data.source === 'npy' ? loadArrays(data, options) : loadPictures(data, options);
}

/** Whole in memory as bytes. */
async function loadNamed(data: NamedWanted, options: LoadOptions): Promise<DataSet> {
  const { source, path } = data;
  const folders = async (): Promise<string[]> => {
    if (isDrawn(source)) return [await ensureDrawn(source, options.root, options.signal)];
    if (path === undefined) throw dataPathMissing(source);
    return foldersOf(layouts[source], path, options.configFolders);
  };
  const files = new FileReader(source, await folders(), options.signal);
  const { inputs, shape: picture, classes } = dataSets[source];
  const train = await files.part('train');
  const test = partsOf(data).includes('test') ? await files.part('test') : undefined;
  return { source, inputs, picture, classes, train, ...(test && { test }), sha256: files.hash.digest('hex') };
}
