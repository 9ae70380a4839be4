/** A look at every byte of the files of a published data set that a run would read, without holding them in memory. */
import type { NamedSource } from '../core/data-sets';
import type { SparseError } from '../core/errors';
import { openFile } from './byte-source';
import { unpackedChunks } from './chunks';
import { badCifarLabel, cifarRecords } from './cifar';
import type { CifarSet } from './cifar';
import { fileTooLarge } from './data-errors';
import {
  checkIdxLabels,
  checkIdxPair,
  dataFiles,
  dataFolders,
  findFile,
  noFile,
  maxFileBytes,
  partsRead,
} from './data-files';
import type { PartName } from './data-files';
import { idxHeaderBytes, idxShape, mostIdxHeader } from './idx';

export interface PublishedWords {
  source: NamedSource;
  path: string;
  /** 0: the test examples validate. */
  validation: number;
}

/** Between two pieces of work: may throw to end it. */
export type Turn = () => Promise<void>;

type Look = (paths: readonly string[], turn: Turn) => Promise<number>;

/** Tells each stretch of the unpacked file and where it begins; answers the bytes of all. */
async function along(path: string, turn: Turn, tell: (bytes: Uint8Array, at: number) => void): Promise<number> {
  const file = await openFile(path);
  try {
    if (file.size > maxFileBytes) throw fileTooLarge(path, file.size, maxFileBytes);
    let at = 0;
    for await (const bytes of unpackedChunks(file, maxFileBytes)) {
      tell(bytes, at);
      at += bytes.byteLength;
      await turn();
    }
    return at;
  } finally {
    await file.close();
  }
}

async function idx(path: string, turn: Turn, tell?: (bytes: Uint8Array, at: number) => void): Promise<number[]> {
  const head = new Uint8Array(mostIdxHeader);
  let known = 0;
  const size = await along(path, turn, (bytes, at) => {
    if (at < head.length) {
      const begin = bytes.subarray(0, head.length - at);
      head.set(begin, at);
      known = at + begin.length;
    }
    tell?.(bytes, at);
  });
  return idxShape(head.subarray(0, known), size, path);
}

/** Examples of a pair of IDX files. */
const idxPairs =
  (source: NamedSource): Look =>
  async ([images, labels], turn) => {
    const shape = await idx(images, turn);
    const list: Uint8Array[] = [];
    const labelShape = await idx(labels, turn, (bytes) => list.push(bytes));
    checkIdxPair(source, { path: images, shape }, { path: labels, shape: labelShape });
    checkIdxLabels(source, labels, Buffer.concat(list).subarray(idxHeaderBytes(1)));
    return shape[0];
  };

const cifar =
  (set: CifarSet): Look =>
  async (paths, turn) => {
    let examples = 0;
    for (const path of paths) {
      let wrong: SparseError | undefined;
      const size = await along(path, turn, (bytes, at) => (wrong ??= badCifarLabel(set, path, at, bytes)));
      // Of another set's file every label looks wrong: its size says more.
      examples += cifarRecords(set, path, size);
      if (wrong) throw wrong;
    }
    return examples;
  };

const looks: Record<NamedSource, Look> = {
  'synthetic-digits': idxPairs('synthetic-digits'),
  'synthetic-images': idxPairs('synthetic-images'),
  mnist: idxPairs('mnist'),
  'cifar-10': cifar('CIFAR-10'),
  'cifar-100': cifar('CIFAR-100'),
};

/**
 * Examples of each part that a run would read: headers, sizes, counts and every label are looked at.
 * @throws SparseError `data.*`, `file.*`, `idx.*`, `cifar.*`, `gzip.*`; what `turn` throws
 */
export async function examplesPublished(
  { source, path, validation }: PublishedWords,
  from: readonly string[],
  turn: Turn,
): Promise<Map<PartName, number>> {
  const files = dataFiles[source];
  const folders = dataFolders(source, path, from);
  const parts = partsRead(validation).map((part) => {
    const paths = files.names(part).map((each) => {
      const found = findFile(folders, each);
      if (found === undefined) throw noFile(source, folders, each);
      return found;
    });
    return { part, paths };
  });
  const examples = new Map<PartName, number>();
  for (const { part, paths } of parts) examples.set(part, await looks[source](paths, turn));
  return examples;
}
