/**
 * Where what is drawn or decoded is kept: in `.sparsescope/data` of the project, or of another folder where that may
 * not be written.
 */
import { join } from 'node:path';
import { isSparseError } from '../../core/errors';
import { makeProjectDirectory } from '../../runs/project';

export interface KeptIn {
  /** Folder that holds `.sparsescope`. */
  root: string;
  /** Holds another one, for what `root` may not be given. */
  spare?: string | undefined;
}

const rootsOf = ({ root, spare }: KeptIn): string[] => (spare === undefined ? [root] : [root, spare]);
const dataFolder = (root: string): string => join(root, '.sparsescope', 'data');

/** What `look` finds in the first folder of data where it finds something. @throws what it throws */
export async function findKept<T>(
  places: KeptIn,
  look: (data: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const root of rootsOf(places)) {
    const found = await look(dataFolder(root));
    if (found !== undefined) return found;
  }
  return undefined;
}

export const mayNotBeWritten = (error: unknown): boolean =>
  isSparseError(error) && ['file.not-writable', 'file.read-only'].includes(error.code);

/**
 * Lets `write` write into the first folder of data that may be written.
 * @throws what it throws; where none may be written, SparseError `file.not-writable` or `file.read-only` of the first
 */
export async function keep<T>(places: KeptIn, write: (data: string) => Promise<T>): Promise<T> {
  let refusal: unknown;
  for (const root of rootsOf(places))
    try {
      await makeProjectDirectory(root);
      return await write(dataFolder(root));
    } catch (error) {
      if (!mayNotBeWritten(error)) throw error;
      refusal ??= error;
    }
  throw refusal;
}
