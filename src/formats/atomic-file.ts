/** A file is either its old self or its new self, never half of one: temporary name, flush, rename. */
import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cannotWrite, notReplaceable, systemCode } from './errors';

/** The rename itself lasts through a power cut only when the folder is flushed too; some systems refuse that. */
const flushFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network disks cannot open or flush a folder; the file is complete all the same.
  }
};

/** Whether this is the name of a file that is being written, or that a killed process has left half written. */
export const isTemporary = (name: string): boolean => /^\..*\.[0-9a-f]{12}\.tmp$/.test(name);

/**
 * The file that `path` means: a link to a file stays one, and its file is replaced.
 * @throws SparseError when anything but a regular file is there: a rename would put a file in a device's place
 */
const fileMeant = async (path: string): Promise<string> => {
  const absent = (cause: unknown): undefined => {
    if (systemCode(cause) !== 'ENOENT') throw cannotWrite(path, cause);
  };
  const found = await lstat(path).catch(absent);
  if (found === undefined || found.isFile()) return path;
  const meant = found.isSymbolicLink() ? await stat(path).catch(absent) : found;
  if (meant?.isFile() !== true)
    throw meant?.isDirectory() === true ? cannotWrite(path, { code: 'EISDIR' }) : notReplaceable(path);
  return realpath(path);
};

/**
 * Replaces `path` by the chunks' bytes in one step. On any failure, that of `chunks` included, `path` is as it was
 * and nothing else is left behind. Through a link its file is replaced; devices, pipes and links to nowhere are
 * refused.
 * @throws SparseError `file.disk-full`, `file.read-only`, `file.not-writable`, `file.no-folder`, `file.in-the-way`,
 *   `file.not-replaceable`, `file.link-loop`, `file.name-too-long`, `file.write-failed`; what `chunks` throws, unchanged
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const target = await fileMeant(path);
  const folder = dirname(target);
  // The name is cut so that one of the longest possible length still has room for the suffix.
  const temporary = join(folder, `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  const attempt = <T>(action: Promise<T>): Promise<T> =>
    action.catch((cause: unknown) => Promise.reject(cannotWrite(path, cause)));
  const handle = await attempt(open(temporary, 'wx'));
  try {
    try {
      for await (const chunk of chunks) {
        let written = 0;
        while (written < chunk.byteLength)
          written += (await attempt(handle.write(chunk, written, chunk.byteLength - written))).bytesWritten;
      }
      await attempt(handle.sync());
    } finally {
      await handle.close();
    }
    await attempt(rename(temporary, target));
  } catch (error) {
    // What cannot be removed either must not hide why the writing failed.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder);
}

/** Milliseconds after which nobody writes a file any more that was not touched: an hour. */
const abandonedAfter = 3600 * 1000;

/**
 * Removes from a folder, where it is there, what killed processes have left half written. Several processes may write
 * into it, so that what one may still be writing stays. `now`: milliseconds, as `Date.now` has them.
 */
export async function clearAbandoned(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter(isTemporary)) {
    const file = join(folder, name);
    // One that another process removes meanwhile is gone, and on a disk that may only be read it stays.
    const found = await lstat(file).catch(() => undefined);
    if (found && now - found.mtimeMs > abandonedAfter) await rm(file, { force: true }).catch(() => undefined);
  }
}

/** `writeAtomically` of one text, as UTF-8. */
export const writeTextAtomically = (path: string, text: string): Promise<void> =>
  writeAtomically(path, [new TextEncoder().encode(text)]);
