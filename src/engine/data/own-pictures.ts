/**
 * Loads folders of pictures. They are decoded once, into records of bytes below `.sparsescope`, so that every mistake
 * is found before a run begins, no epoch decodes anything again, and examples are read in any order like those of an
 * array.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSparseError } from '../../core/errors';
import type { PictureSize } from '../../core/network';
import { clearAbandoned, writeAtomically, writeTextAtomically } from '../../formats/atomic-file';
import { openFile } from '../../formats/byte-source';
import { chunkBytes } from '../../formats/chunks';
import { allSkipped, fileTooLarge, picturesUnkept, sizesDiffer } from '../../formats/data-errors';
import { cannotRead } from '../../formats/errors';
import { warningsOf } from '../../formats/own-data';
import { listPictures } from '../../formats/image-folder';
import type { FolderPart, FolderWords } from '../../formats/image-folder';
import { makeFolder } from '../../formats/make-folder';
import { readPicture, sizeText } from '../../formats/pictures/picture';
import type { RecordFile } from '../../formats/records';
import { readText } from '../../formats/text-file';
import { RpcCancelled } from '../../protocol/rpc';
import { turnsOf } from '../turns';
import type { DataSet, Examples } from './data-set';
import type { LoadOptions } from './load-options';
import { findOrKeep, mayNotBeWritten } from './kept';
import { projectDirectory } from '../../runs/project';
import { forgetOldPictures, markUsed, picturesFolder } from './picture-caches';
import { examplesOf } from './resident';

/** Raised when pictures come out differently. */
const version = 1;

/** What was decoded: written last, so that it is there only with all the rest. */
interface About {
  picture: PictureSize;
  /** Places, in the order of the list, of those that could not be read. */
  skipped: number[];
  /** Of labels and values of all pictures in order. */
  sha256: string;
}

interface Decoding {
  words: FolderWords;
  options: LoadOptions;
  turn: () => Promise<void>;
}

/** Of the files by name, size and time, and of how they are read: another folder of records for anything else. */
async function keyOf({ folder, files, labels }: FolderPart, { words, turn }: Decoding): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([version, words.channels, words.size, words.onCorrupt]));
  for (const [index, file] of files.entries()) {
    const { size, mtimeMs } = await stat(join(folder, file)).catch((cause: unknown) => {
      throw cannotRead(join(folder, file), cause);
    });
    hash.update(JSON.stringify([file, labels[index], size, mtimeMs]));
    await turn();
  }
  return hash.digest('hex').slice(0, 16);
}

const maxAboutBytes = 64 << 20;
const valuesIn = ([channels, height, width]: PictureSize): number => channels * height * width;

/** Adds a picture with its label to the checksum of all. */
const addTo = (hash: Hash, label: number, values: Uint8Array): Hash =>
  hash.update(Uint8Array.of(label & 255, label >> 8)).update(values);

/** What is known of records that are there; nothing when they are not, or not as they were written. */
async function known(home: string, part: FolderPart, decoding: Decoding): Promise<About | undefined> {
  try {
    const path = join(home, 'about.json');
    const text = await readText(path, maxAboutBytes, () => fileTooLarge(path, 0, maxAboutBytes));
    const about = JSON.parse(text) as About;
    return (await sumOf(recordsIn(home, about), readable(part, about), decoding)) === about.sha256 ? about : undefined;
  } catch (error) {
    if (error instanceof RpcCancelled) throw error;
    // Whatever is wrong with them, they are made anew.
    return undefined;
  }
}

const recordsFile = (home: string): string => join(home, 'records.bin');

const recordsIn = (home: string, { picture }: About) =>
  ({ path: recordsFile(home), offset: 0, dtype: 'U8', inputs: valuesIn(picture) }) as const satisfies RecordFile;

/** Without those that could not be read. */
function readable({ folder, files, labels }: FolderPart, { skipped }: About): FolderPart {
  const left = new Set(skipped);
  const isThere = (_: unknown, index: number): boolean => !left.has(index);
  return { folder, files: files.filter(isThere), labels: labels.filter(isThere) };
}

/** Of records as they lie in the file; nothing when they are not as many as the pictures. */
async function sumOf(
  { path, inputs }: RecordFile,
  { files, labels }: FolderPart,
  { options, turn }: Decoding,
): Promise<string | undefined> {
  const file = await openFile(path);
  try {
    if (file.size !== inputs * labels.length) return undefined;
    const hash = createHash('sha256');
    const most = Math.max(1, Math.floor(chunkBytes / inputs));
    for (let first = 0; first < labels.length; first += most) {
      options.progress?.({ done: first, total: labels.length, message: files[first] });
      const some = labels.subarray(first, first + most);
      const values = await file.read(first * inputs, some.length * inputs);
      some.forEach((label, at) => addTo(hash, label, values.subarray(at * inputs, (at + 1) * inputs)));
      await turn();
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

const inPixels = ([, height, width]: PictureSize): string => sizeText({ width, height });

/** @throws SparseError `picture.corrupt`, `data.sizes-differ`, `data.all-skipped`, `file.*`; RpcCancelled */
async function decode({ folder, files, labels }: FolderPart, home: string, decoding: Decoding): Promise<About> {
  const { words, options, turn } = decoding;
  await makeFolder(home);
  const hash = createHash('sha256');
  const skipped: number[] = [];
  let first: { file: string; size: PictureSize } | undefined;
  const records = async function* (): AsyncGenerator<Uint8Array> {
    for (const [index, name] of files.entries()) {
      await turn();
      if (index % 64 === 0) options.progress?.({ done: index, total: files.length, message: name });
      const file = join(folder, name);
      const picture = await readPicture(file, words).catch((error: unknown) => {
        if (!isSparseError(error) || error.code !== 'picture.corrupt' || words.onCorrupt === 'fail') throw error;
      });
      if (!picture) {
        skipped.push(index);
        continue;
      }
      const { size, values } = picture;
      first ??= { file, size };
      if (first.size.join() !== size.join()) throw sizesDiffer(first.file, inPixels(first.size), file, inPixels(size));
      addTo(hash, labels[index], values);
      yield values;
    }
    if (!first) throw allSkipped(folder);
  };
  await writeAtomically(recordsFile(home), records());
  // `records` has thrown where there is none.
  const about: About = { picture: first!.size, skipped, sha256: hash.digest('hex') };
  await writeTextAtomically(join(home, 'about.json'), `${JSON.stringify(about)}\n`);
  return about;
}

interface Records {
  /** The folder they are in. */
  home: string;
  about: About;
}

interface LoadedPart {
  examples: Examples;
  about: About;
  /** The first picture that was read. */
  first: string;
  /** Paths. */
  skipped: string[];
}

async function loadPart(part: FolderPart, decoding: Decoding): Promise<LoadedPart> {
  const key = await keyOf(part, decoding);
  const look = async (data: string): Promise<Records | undefined> => {
    const home = picturesFolder(data, key);
    await clearAbandoned(home);
    const about = await known(home, part, decoding);
    if (about) await markUsed(home);
    return about && { home, about };
  };
  const make = async (data: string): Promise<Records> => {
    const home = picturesFolder(data, key);
    const about = await decode(part, home, decoding);
    await forgetOldPictures(data);
    return { home, about };
  };
  const { home, about } = await findOrKeep(decoding.options, { look, make }).catch((cause: unknown) => {
    throw mayNotBeWritten(cause) ? picturesUnkept(projectDirectory(decoding.options.root), cause) : cause;
  });
  const { files, labels } = readable(part, about);
  const pathOf = (file: string): string => join(part.folder, file);
  const examples = await examplesOf(labels, recordsIn(home, about));
  const skipped = about.skipped.map((index) => pathOf(part.files[index]));
  return { examples, about, first: pathOf(files[0]), skipped };
}

/** @throws SparseError `picture.*`, `data.*`, `file.*`; RpcCancelled */
export async function loadPictures(words: FolderWords, options: LoadOptions): Promise<DataSet> {
  const parts = await listPictures(words, options.configFolders);
  const { train, test, classes } = parts;
  const decoding: Decoding = { words, options, turn: turnsOf(options) };
  const trained = await loadPart(train, decoding);
  const tested = test && (await loadPart(test, decoding));
  const { picture } = trained.about;
  if (tested && tested.about.picture.join() !== picture.join())
    throw sizesDiffer(trained.first, inPixels(picture), tested.first, inPixels(tested.about.picture));
  const loaded = [trained, ...(tested ? [tested] : [])];
  const skipped = loaded.flatMap((part) => part.skipped);
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const { about } of loaded) hash.update(about.sha256);
  return {
    source: 'image-folder',
    inputs: valuesIn(picture),
    picture,
    classes: classes.length,
    names: classes,
    train: trained.examples,
    ...(tested && { test: tested.examples }),
    sha256: hash.digest('hex'),
    warnings: warningsOf(parts, skipped),
  };
}
