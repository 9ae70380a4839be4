/** Loads pairs of .npy files: small ones into memory, larger ones to be read when their examples are needed. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { openFile } from '../../formats/byte-source';
import { openArrays } from '../../formats/own-arrays';
import type { ArrayPart, ArrayWords } from '../../formats/own-arrays';
import { bytesPerValue } from '../../formats/npy';
import { RecordReader } from '../../formats/records';
import { turnsOf } from '../turns';
import type { DataSet, Examples } from './data-set';
import type { LoadOptions } from './load';
import { openStore } from './store';

/** Examples that together take no more are kept in memory. */
export const residentBytes = 256 << 20;

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

async function examplesOf({ count, labels, records }: ArrayPart, turn: () => Promise<void>): Promise<Examples> {
  // Numbers other than bytes are kept as float32.
  const perValue = records.dtype === 'U8' ? 1 : 4;
  if (count * records.inputs * Math.max(perValue, bytesPerValue(records)) > residentBytes)
    return { count, labels, values: openStore(records) };
  const reader = new RecordReader(records);
  try {
    await turn();
    return { count, labels, values: await reader.read(Uint32Array.from({ length: count }, (_, i) => i)) };
  } finally {
    await reader.close();
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
    train: await examplesOf(train, turn),
    ...(test && { test: await examplesOf(test, turn) }),
    sha256: hash.digest('hex'),
  };
}
