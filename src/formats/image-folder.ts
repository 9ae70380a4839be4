/**
 * Pictures in a folder for each class, as torchvision's ImageFolder has them: in the folder itself or in its `train`,
 * those to test with in `val` or `test`. Also as Tiny ImageNet has them: classes with a folder `images`, a `val` with a
 * list of labels.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DataFacts } from '../core/data-sets';
import type { PictureSize } from '../core/network';
import { systemCode } from './errors';
import * as errors from './data-errors';
import { pictureSize } from './pictures/picture';
import type { Shaping } from './pictures/picture';
import { readText } from './text-file';

export interface FolderWords extends Shaping {
  path?: string | undefined;
  validation: number;
  onCorrupt: 'fail' | 'skip';
}

/** Pictures in the order of their classes and names. */
export interface FolderPart {
  folder: string;
  /** From `folder`. */
  files: string[];
  labels: Uint16Array;
}

export interface FolderParts {
  train: FolderPart;
  test?: FolderPart;
  /** Names of the classes. */
  classes: string[];
  /** Paths of folders beside those of the classes, without pictures. */
  empty: string[];
}

/** What the folders of parts may be called. */
const testParts = ['val', 'test'];
const parts = ['train', ...testParts];

const pictureName = /\.(?:png|jpe?g)$/i;
const maxPictures = 10_000_000;
const maxListBytes = 64 << 20;

/** By code unit: the same in every country. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names in a folder, sorted, without hidden ones; nothing where there is no folder. */
async function namesIn(folder: string): Promise<{ folders: string[]; pictures: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return [];
    throw errors.cannotList(folder, cause);
  });
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  const named = (keep: (entry: (typeof shown)[number]) => boolean): string[] =>
    shown
      .filter(keep)
      .map(({ name }) => name)
      .sort(byName);
  return {
    folders: named((entry) => entry.isDirectory() || entry.isSymbolicLink()),
    pictures: named((entry) => !entry.isDirectory() && pictureName.test(entry.name)),
  };
}

interface ByClass {
  /** Of each folder that has some, by its name. */
  pictures: Map<string, string[]>;
  /** Names of the others. */
  empty: string[];
}

async function byClass(folder: string): Promise<ByClass> {
  const found = new Map<string, string[]>();
  const empty: string[] = [];
  let count = 0;
  for (const name of (await namesIn(folder)).folders) {
    const own = (await namesIn(join(folder, name))).pictures.map((picture) => join(name, picture));
    const inner = (await namesIn(join(folder, name, 'images'))).pictures.map((picture) =>
      join(name, 'images', picture),
    );
    const pictures = [...own, ...inner];
    count += pictures.length;
    if (count > maxPictures) throw errors.tooManyPictures(folder, maxPictures);
    if (pictures.length > 0) found.set(name, pictures);
    else empty.push(name);
  }
  return { pictures: found, empty };
}

const annotations = 'val_annotations.txt';

/** Tiny ImageNet's validation part: all pictures in `images`, and a list of their classes. */
async function annotated(folder: string): Promise<Map<string, string[]> | undefined> {
  const { pictures } = await namesIn(join(folder, 'images'));
  if (pictures.length === 0) return undefined;
  const file = join(folder, annotations);
  const text = await readText(file, maxListBytes, () => errors.listTooLarge(file, maxListBytes));
  const there = new Set(pictures);
  const found = new Map<string, string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [name, label] = line.split('\t').map((word) => word.trim());
    if (name === '' || !label) throw errors.badAnnotation(file, index + 1);
    if (!there.has(name)) continue;
    const known = found.get(label);
    if (known) known.push(join('images', name));
    else found.set(label, [join('images', name)]);
  }
  return found;
}

function partOf(folder: string, classes: readonly string[], pictures: ReadonlyMap<string, string[]>): FolderPart {
  const strange = [...pictures.keys()].find((name) => !classes.includes(name));
  if (strange !== undefined) throw errors.strangeClass(folder, strange);
  const files = classes.flatMap((name) => [...(pictures.get(name) ?? [])].sort(byName));
  const labels = classes.flatMap((name, label) => (pictures.get(name) ?? []).map(() => label));
  return { folder, files, labels: Uint16Array.from(labels) };
}

/** The part that validates with `validation: 0`. */
async function testPart(folder: string, classes: readonly string[]): Promise<FolderPart> {
  for (const name of testParts) {
    const own = join(folder, name);
    const list = await annotated(own);
    const pictures = list ?? (await byClass(own)).pictures;
    if (pictures.size > 0) return partOf(own, classes, pictures);
  }
  throw errors.noTestPictures(folder);
}

/** Lists the pictures without reading any. @throws SparseError `data.*`, `file.*` */
export async function listPictures(words: FolderWords, folders: readonly string[]): Promise<FolderParts> {
  if (words.path === undefined) throw errors.noPath('image-folder');
  const places = folders.map((folder) => resolve(folder, words.path!));
  for (const place of places) {
    const inner = join(place, 'train');
    const within = await byClass(inner);
    const parted = within.pictures.size > 0;
    const { pictures, empty } = parted ? within : await byClass(place);
    if (pictures.size === 0) continue;
    const classes = [...pictures.keys()].sort(byName);
    if (classes.length < 2) throw errors.oneClass(place);
    const folder = parted ? inner : place;
    const train = partOf(folder, classes, pictures);
    // Beside classes without a `train` the other parts may lie.
    const missed = parted ? empty : empty.filter((name) => !parts.includes(name));
    const found = { train, classes, empty: missed.map((name) => join(folder, name)) };
    return { ...found, ...(words.validation === 0 && { test: await testPart(place, classes) }) };
  }
  throw errors.noClasses(places[0]);
}

/** By the first picture that can be read. @throws SparseError `picture.corrupt`, `data.all-skipped`, `file.*` */
async function sizeOf(part: FolderPart, { channels, size, onCorrupt }: FolderWords): Promise<PictureSize> {
  if (size !== undefined) return [channels, size, size];
  for (const file of part.files)
    try {
      const { width, height } = await pictureSize(join(part.folder, file));
      return [channels, height, width];
    } catch (error) {
      if (onCorrupt === 'fail') throw error;
    }
  throw errors.allSkipped(part.folder);
}

/** @throws SparseError `data.*`, `picture.corrupt`, `file.*` */
export async function factsOfFolder(words: FolderWords, folders: readonly string[]): Promise<DataFacts> {
  const { train, test, classes } = await listPictures(words, folders);
  const picture = await sizeOf(train, words);
  return {
    inputs: picture[0] * picture[1] * picture[2],
    picture,
    classes: classes.length,
    examples: train.files.length,
    tests: test?.files.length ?? 0,
  };
}
