/** A look at the files of data: enough to check a config and to plan a network, without reading the examples. */
import { isNamed } from '../core/data-sets';
import type { DataFacts, DataSource } from '../core/data-sets';
import { isSparseError } from '../core/errors';
import { missingFile } from './data-files';
import { factsOfFolder } from './image-folder';
import type { FolderWords } from './image-folder';
import { factsOfArrays, openArrays } from './own-arrays';
import type { ArrayWords } from './own-arrays';

/** What of a config says where the data is and how it is read. */
export type OwnWords = ArrayWords & FolderWords & { source: DataSource };

/**
 * Nothing where the data's name says all. `folders`: those that a relative `path` may start from.
 * @throws SparseError `data.*`, `npy.*`, `file.*`, `picture.*`
 */
export async function lookAtData(words: OwnWords, folders: readonly string[]): Promise<DataFacts | undefined> {
  if (isNamed(words.source)) return undefined;
  return words.source === 'npy' ? factsOfArrays(await openArrays(words, folders)) : factsOfFolder(words, folders);
}

/** What of a look is said of a config: facts, or why they cannot be had. Neither where all is known and there. */
export interface Seen {
  facts?: DataFacts;
  problem?: { code: string; message: string };
}

/** As `lookAtData`; where the name says all, whether the published files are there. */
export async function examineData(words: OwnWords, folders: readonly string[]): Promise<Seen> {
  const { source } = words;
  if (isNamed(source)) {
    const problem = missingFile({ ...words, source }, folders);
    return problem ? { problem } : {};
  }
  try {
    const facts = await lookAtData(words, folders);
    return facts ? { facts } : {};
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return { problem: error };
  }
}
