/** Folders that nobody else has: for a run, for a sweep. */
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cannotRead, cannotWrite, systemCode } from '../formats/errors';
import { makeFolder } from '../formats/make-folder';
import { folderNotEmpty } from './errors';

/** Absolute. @throws SparseError `runs.folder-not-empty`, `file.*` */
export async function makeExactly(path: string): Promise<string> {
  const directory = resolve(path);
  await makeFolder(directory);
  const found = await readdir(directory).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  if (found.length > 0) throw folderNotEmpty(path);
  return directory;
}

/** `NAME-N` in `parent`, with the number after the highest there is. @throws SparseError `file.*` */
export async function makeNumbered(parent: string, name: string): Promise<string> {
  await makeFolder(parent);
  const numbers = (await readdir(parent))
    .filter((other) => other.startsWith(`${name}-`))
    .map((other) => other.slice(name.length + 1))
    .filter((rest) => /^[1-9]\d{0,8}$/.test(rest))
    .map(Number);
  for (let next = Math.max(0, ...numbers) + 1; ; next++) {
    const directory = join(parent, `${name}-${next}`);
    try {
      // Not recursive: it fails when another process took the number first, and the next one is tried.
      await mkdir(directory);
      return directory;
    } catch (cause) {
      if (systemCode(cause) !== 'EEXIST') throw cannotWrite(directory, cause);
    }
  }
}
