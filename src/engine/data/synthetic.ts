/**
 * The data sets the project makes itself, kept as real IDX files so that they are read like MNIST. `SHA256SUMS` beside
 * them is what `sha256sum -c` reads.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { dataSets } from '../../core/data-sets';
import type { DrawnSource } from '../../core/data-sets';
import { renderDigits } from '../../core/digits';
import type { DrawnSet } from '../../core/drawn-set';
import type { Parts } from '../../core/parts';
import { renderPictures } from '../../core/synthetic-images';
import { clearAbandoned, writeAtomically, writeTextAtomically } from '../../formats/atomic-file';
import { openFile } from '../../formats/byte-source';
import { fileTooLarge } from '../../formats/data-errors';
import { dataFiles } from '../../formats/data-files';
import type { PartName } from '../../formats/data-files';
import { idxAxes, idxHeaderBytes, writeIdx } from '../../formats/idx';
import { makeFolder } from '../../formats/make-folder';
import { hashFile } from '../../formats/sha256';
import { readText } from '../../formats/text-file';
import { RpcCancelled } from '../../protocol/rpc';
import { inTurns } from '../../runs/turns';
import { turnsOf } from '../turns';
import { findOrKeep, mayNotBeWritten } from './kept';
import type { KeptIn } from './kept';

/** Of the data, not of a run: every config trains on the same pictures. */
const dataSeed = 0;

type Render = (p: { count: number; seed: number; split: string }) => Parts<DrawnSet>;
const renderers: Record<DrawnSource, Render> = { 'synthetic-digits': renderDigits, 'synthetic-images': renderPictures };

const maxSumsBytes = 1 << 16;

/** SHA-256 by name; none where they cannot be read. */
async function readSums(folder: string): Promise<Map<string, string>> {
  const path = sumsFile(folder);
  try {
    const text = await readText(path, maxSumsBytes, () => fileTooLarge(path, 0, maxSumsBytes));
    return new Map(text.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
  } catch {
    return new Map();
  }
}

const sumsFile = (folder: string): string => join(folder, 'SHA256SUMS');

const parts = ['train', 'test'] as const satisfies readonly PartName[];

interface IdxFile {
  name: string;
  shape: number[];
}

/** Pictures and labels of a part. */
function filesOf(source: DrawnSource, part: PartName): [images: IdxFile, labels: IdxFile] {
  const { examples, tests, shape } = dataSets[source];
  const count = part === 'train' ? examples : tests;
  const [images, labels] = dataFiles[source].names(part).map(([plain]) => plain);
  return [
    { name: images, shape: [count, ...idxAxes(shape)] },
    { name: labels, shape: [count] },
  ];
}

const allFiles = (source: DrawnSource): IdxFile[] => parts.flatMap((part) => filesOf(source, part));

const bytesOf = ({ shape }: IdxFile): number => idxHeaderBytes(shape.length) + shape.reduce((a, b) => a * b);

/** Whether a file is as it was written. `sum`: its checksum; undefined where that is lost. */
async function isWhole(
  path: string,
  size: number,
  sum: string | undefined,
  turn: () => Promise<void>,
): Promise<boolean> {
  const file = await openFile(path).catch(() => undefined);
  if (!file) return false;
  try {
    if (sum === undefined || file.size !== size) return false;
    const hash = createHash('sha256');
    await hashFile(hash, file, turn);
    return hash.digest('hex') === sum;
  } catch (error) {
    if (error instanceof RpcCancelled) throw error;
    return false;
  } finally {
    await file.close();
  }
}

/** Whether all files are there as they were written. @throws RpcCancelled */
async function isKept(folder: string, source: DrawnSource, turn: () => Promise<void>): Promise<boolean> {
  const sums = await readSums(folder);
  for (const file of allFiles(source))
    if (!(await isWhole(join(folder, file.name), bytesOf(file), sums.get(file.name), turn))) return false;
  return true;
}

async function drawAll(source: DrawnSource, turn: () => Promise<void>): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const part of parts) for (const [name, bytes] of await draw(source, part, turn)) files.set(name, bytes);
  return files;
}

async function draw(source: DrawnSource, part: PartName, turn: () => Promise<void>): Promise<[string, Uint8Array][]> {
  await turn();
  const [images, labels] = filesOf(source, part);
  const drawn = await inTurns(renderers[source]({ count: labels.shape[0], seed: dataSeed, split: part }), turn);
  return [
    [images.name, writeIdx(images.shape, drawn.images)],
    [labels.name, writeIdx(labels.shape, drawn.labels)],
  ];
}

/**
 * The folder with the pictures of `source`, after writing them where a file is missing, cut off or changed, or
 * there is no checksum to tell by; the files themselves by their names where no folder may be written.
 * @throws SparseError `file.*`; RpcCancelled
 */
export async function ensureDrawn(
  source: DrawnSource,
  { signal, ...places }: KeptIn & { signal?: AbortSignal },
): Promise<string | ReadonlyMap<string, Uint8Array>> {
  const folderIn = (data: string): string => join(data, `${source}-v1-seed${dataSeed}`);
  const turn = turnsOf({ signal });
  let files: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  const drawn = (): Promise<ReadonlyMap<string, Uint8Array>> => (files ??= drawAll(source, turn));
  await turn();
  try {
    return await findOrKeep(places, {
      look: async (data) => {
        const folder = folderIn(data);
        await clearAbandoned(folder);
        return (await isKept(folder, source, turn)) ? folder : undefined;
      },
      make: async (data) => {
        // Before anything is drawn: where the project refuses, it may lie in the spare folder already.
        await makeFolder(folderIn(data));
        return write(folderIn(data), await drawn());
      },
    });
  } catch (error) {
    if (mayNotBeWritten(error)) return drawn();
    throw error;
  }
}

async function write(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  let sums = '';
  for (const [name, bytes] of files) {
    await writeAtomically(join(folder, name), [bytes]);
    sums += `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
  }
  // Last: until all are there, none is taken for whole.
  await writeTextAtomically(sumsFile(folder), sums);
  return folder;
}
