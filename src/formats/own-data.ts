/** A look at the files of data: enough to check a config and to plan a network, without reading the examples. */
import { join } from 'node:path';
import { isDrawn, isNamed, knownFacts } from '../core/data-sets';
import type { DataFacts, DataSource } from '../core/data-sets';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { emptyClasses, otherCount, picturesSkipped } from './data-errors';
import { missingFile } from './data-files';
import type { PartName } from './data-files';
import { lookAtEveryPicture } from './every-picture';
import type { Tell } from './every-picture';
import { factsOfFolder, listPictures } from './image-folder';
import type { FolderParts, FolderWords } from './image-folder';
import { factsOfArrays, openArrays } from './own-arrays';
import type { ArrayWords } from './own-arrays';
import { examplesPublished } from './published-data';
import type { Turn } from './published-data';

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
  /** What a run could be begun with all the same. */
  warnings?: readonly { code: string; message: string }[];
}

/** As `lookAtData`; where the name says all, whether the published files are there. */
export async function examineData(words: OwnWords, folders: readonly string[]): Promise<Seen> {
  const { source } = words;
  if (isNamed(source)) {
    const problem = missingFile({ ...words, source }, folders);
    return problem ? { problem } : {};
  }
  return seenBy(async () => {
    const facts = await lookAtData(words, folders);
    return facts ? { facts } : {};
  });
}

async function seenBy(look: () => Promise<Seen>): Promise<Seen> {
  try {
    return await look();
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return { problem: error };
  }
}

/**
 * As `examineData`, by a look at every file that a run would read: of published data at every byte, of pictures at
 * every header and the first of each class, of arrays at what `lookAtData` reads, which is all but the inputs
 * themselves. Throws what `turn` throws.
 */
export function examineWhole(
  words: OwnWords,
  folders: readonly string[],
  going: { turn: Turn; tell: Tell },
): Promise<Seen> {
  const { source, path } = words;
  if (source === 'npy' || path === undefined) return examineData(words, folders);
  if (source === 'image-folder') return seenBy(() => wholeFolder(words, folders, going));
  if (isDrawn(source)) return Promise.resolve({});
  return seenBy(async () => {
    const known = knownFacts(source)!;
    const found = await examplesPublished({ ...words, source, path }, folders, going.turn);
    const others = (part: PartName, published: number): SparseError[] => {
      const examples = found.get(part) ?? published;
      const use = part === 'train' ? 'train' : 'validate';
      return examples === published ? [] : [otherCount(source, use, examples, published)];
    };
    return {
      facts: { ...known, examples: found.get('train') ?? known.examples, tests: found.get('test') ?? known.tests },
      warnings: [...others('train', known.examples), ...others('test', known.tests)],
    };
  });
}

/** Of a folder of pictures that can be read all the same, but for those `skipped`. */
export const warningsOf = ({ empty }: Pick<FolderParts, 'empty'>, skipped: readonly string[]): SparseError[] => [
  ...(empty.length > 0 ? [emptyClasses(empty)] : []),
  ...(skipped.length > 0 ? [picturesSkipped(skipped)] : []),
];

async function wholeFolder(
  words: OwnWords,
  folders: readonly string[],
  going: { turn: Turn; tell: Tell },
): Promise<Seen> {
  const facts = await factsOfFolder(words, folders);
  const parts = await listPictures(words, folders);
  const { train, test } = await lookAtEveryPicture(parts, words, going);
  const names = [
    ...train.map((index) => join(parts.train.folder, parts.train.files[index])),
    ...(parts.test ? test.map((index) => join(parts.test!.folder, parts.test!.files[index])) : []),
  ];
  return {
    facts: { ...facts, examples: facts.examples - train.length, tests: facts.tests - test.length },
    warnings: warningsOf(parts, names),
  };
}
