/** A look at data of a person's own: enough to check a config and to plan a network, without reading the examples. */
import { isNamed } from '../core/data-sets';
import type { DataFacts, DataSource } from '../core/data-sets';
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
