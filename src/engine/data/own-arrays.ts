/** Loads pairs of .npy files: small ones into memory, larger ones to be read when their examples are needed. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { openFile } from '../../formats/byte-source';
import { openArrays } from '../../formats/own-arrays';
import type { ArrayWords } from '../../formats/own-arrays';
import { turnsOf } from '../turns';
import type { DataSet } from './data-set';
import type { LoadOptions } from './load';
import { examplesOf } from './resident';

const chunkBytes = 16 << 20;

/** Adds a file's bytes to a hash. */
async function hashFile(path: string, hash: Hash, turn: () => Promise<void>): Promise<void> {
  const file = await openFile(path);
  try {
    for (let at = 0; at < file.size; at += chunkBytes) {
      await turn();
      hash.update(await file.read(at, Math.min(chunkBytes, file.size - at)));
    }
  } finally {
    await file.close();
  }
}

/** @throws SparseError `npy.*`, `data.*`, `file.*`; RpcCancelled */
export async function loadArrays(data: ArrayWords, options: LoadOptions): Promise<DataSet> {
  const { train, test, classes } = await openArrays(data, options.configFolders);
  const turn = turnsOf(options);
  const hash = createHash('sha256');
  for (const part of [train, test]) for (const path of part?.paths ?? []) await hashFile(path, hash, turn);
  const { picture, records } = train;
  return {
    source: 'npy',
    inputs: records.inputs,
    ...(picture && { picture }),
    classes,
    train: await examplesOf(train.labels, train.records),
    ...(test && { test: await examplesOf(test.labels, test.records) }),
    sha256: hash.digest('hex'),
  };
}
