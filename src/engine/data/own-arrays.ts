/** Loads pairs of .npy files: small ones into memory, larger ones to be read when their examples are needed. */
import { createHash } from 'node:crypto';
import { openFile } from '../../formats/byte-source';
import { openArrays } from '../../formats/own-arrays';
import type { ArrayWords } from '../../formats/own-arrays';
import { hashFile } from '../../formats/sha256';
import { turnsOf } from '../turns';
import type { DataSet } from './data-set';
import type { LoadOptions } from './load-options';
import { examplesOf } from './resident';

/** @throws SparseError `npy.*`, `data.*`, `file.*`; RpcCancelled */
export async function loadArrays(data: ArrayWords, options: LoadOptions): Promise<DataSet> {
  const { train, test, classes } = await openArrays(data, options.configFolders);
  const turn = turnsOf(options);
  const hash = createHash('sha256');
  for (const path of [train, test].flatMap((part) => part?.paths ?? [])) {
    const file = await openFile(path);
    await hashFile(hash, file, turn).finally(() => file.close());
  }
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
