import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotWrite, fileInTheWay, systemCode } from './errors';

/** What stood in the way of a folder; undefined when it is there, be it before or now. */
const attempt = async (path: string): Promise<unknown> => {
  try {
    await mkdir(path);
    return undefined;
  } catch (cause) {
    // Looked at whatever the error was: some systems tell of a read-only disk before they see that the folder is there.
    const found = await stat(path).catch(() => undefined);
    return found?.isDirectory() === true ? undefined : cause;
  }
};

/**
 * Makes a folder and those above it, unless they are there. Not by `mkdir`'s own `recursive`: on a read-only disk that
 * says "no such file" (Node 20), and the person would look for a folder that nobody could make.
 * @throws SparseError `file.*`
 */
export async function makeFolder(path: string): Promise<void> {
  let cause = await attempt(path);
  // ENOTDIR: one of those above is a file, and the way up finds which.
  if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '') && dirname(path) !== path) {
    await makeFolder(dirname(path));
    cause = await attempt(path);
  }
  if (systemCode(cause) === 'EEXIST') throw fileInTheWay(path);
  if (cause !== undefined) throw cannotWrite(path, cause);
}
