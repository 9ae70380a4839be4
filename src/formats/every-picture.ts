/** A look at the header of every picture of a folder; the first of each class are decoded. */
import { join } from 'node:path';
import { isSparseError } from '../core/errors';
import { allSkipped, sizesDiffer } from './data-errors';
import type { FolderPart, FolderParts, FolderWords } from './image-folder';
import { pictureSize, readPicture, sizeText } from './pictures/picture';
import type { Turn } from './published-data';

/** Read at a time, as many as there may be open files without a thought. */
const atOnce = 32;
/** Of each part. */
const mostDecoded = 32;

export interface EveryPicture {
  /** Places in a part of the pictures that cannot be read, in order. */
  train: number[];
  test: number[];
}

/** Tells how many headers have been read, and of how many. */
export type Tell = (done: number, total: number) => void;

interface Looking {
  words: FolderWords;
  turn: Turn;
  /** Path and size of the first picture. */
  first?: { path: string; text: string };
  read: () => void;
}

/** The first of each class, then the second, until there are enough. */
function firstOfClasses({ labels }: FolderPart): number[] {
  const seen = new Map<number, number>();
  const rounds = Array.from(labels, (label, index) => {
    const round = seen.get(label) ?? 0;
    seen.set(label, round + 1);
    return { index, round };
  });
  const few = rounds.filter(({ round }) => round < mostDecoded);
  return few
    .sort((a, b) => a.round - b.round || a.index - b.index)
    .slice(0, mostDecoded)
    .map(({ index }) => index);
}

/** Throws what is wrong with a picture unless such pictures are left out. */
function fatal(error: unknown, { onCorrupt }: FolderWords): void {
  if (!isSparseError(error) || error.code !== 'picture.corrupt' || onCorrupt === 'fail') throw error;
}

async function lookAtPart({ folder, files, labels }: FolderPart, looking: Looking): Promise<number[]> {
  const { words, turn, read } = looking;
  const bad = new Set<number>();
  for (let start = 0; start < files.length; start += atOnce) {
    await turn();
    const paths = files.slice(start, start + atOnce).map((file) => join(folder, file));
    // In their order: which of several is told does not depend on which was read first.
    const sizes = await Promise.allSettled(paths.map((path) => pictureSize(path)));
    for (const [i, path] of paths.entries()) {
      read();
      const size = sizes[i];
      if (size.status === 'rejected') {
        fatal(size.reason, words);
        bad.add(start + i);
        continue;
      }
      const text = sizeText(size.value);
      looking.first ??= { path, text };
      if (words.size === undefined && looking.first.text !== text)
        throw sizesDiffer(looking.first.path, looking.first.text, path, text);
    }
  }
  for (const index of firstOfClasses({ folder, files, labels })) {
    if (bad.has(index)) continue;
    await turn();
    await readPicture(join(folder, files[index]), words).catch((error: unknown) => {
      fatal(error, words);
      bad.add(index);
    });
  }
  if (bad.size === files.length) throw allSkipped(folder);
  return [...bad].sort((a, b) => a - b);
}

/** @throws SparseError `picture.*`, `data.sizes-differ`, `data.all-skipped`, `file.*`; what `turn` throws */
export async function lookAtEveryPicture(
  { train, test }: FolderParts,
  words: FolderWords,
  { turn, tell }: { turn: Turn; tell: Tell },
): Promise<EveryPicture> {
  const total = train.files.length + (test?.files.length ?? 0);
  let done = 0;
  const looking: Looking = { words, turn, read: () => tell(++done, total) };
  return {
    train: await lookAtPart(train, looking),
    test: test ? await lookAtPart(test, looking) : [],
  };
}
