/**
 * Where what is drawn or decoded is kept: in `.sparsescope/data` of the project, or of another folder where that may
 * not be written.
 */
import { join } from 'node:path';
import { isSparseError } from '../../core/errors';
import type { SparseError } from '../../core/errors';
import { makeFolder } from '../../formats/make-folder';
import { isOwnFolder } from '../../runs/own-folder';
import { makeProjectDirectory, projectDirectory } from '../../runs/project';

export interface KeptIn {
  /** Folder that holds `.sparsescope`. */
  root: string;
  /** Holds another one, for what `root` may not be given. */
  spare?: string | undefined;
}

/** Of a folder of data. */
export interface Keeping<T> {
  /** What is there. */
  look: (data: string) => Promise<T | undefined>;
  /** Makes it there. */
  make: (data: string) => Promise<T>;
}

const dataFolder = (root: string): string => join(projectDirectory(root), 'data');

export const mayNotBeWritten = (error: unknown): error is SparseError =>
  isSparseError(error) && ['file.not-writable', 'file.read-only'].includes(error.code);

/**
 * What is there, or is made there. The spare folder is looked into only where the project refuses.
 * @throws what `look` and `make` throw; where none may be written, SparseError `file.not-writable` or `file.read-only`
 * of the project
 */
export async function findOrKeep<T extends object | string>(
  { root, spare }: KeptIn,
  { look, make }: Keeping<T>,
): Promise<T> {
  const data = dataFolder(root);
  const found = await look(data);
  if (found !== undefined) return found;
  try {
    await makeProjectDirectory(root);
    return await make(data);
  } catch (refusal) {
    if (spare === undefined || !mayNotBeWritten(refusal)) throw refusal;
    try {
      if (await isOurs(spare)) return (await look(dataFolder(spare))) ?? (await make(dataFolder(spare)));
    } catch (error) {
      if (!mayNotBeWritten(error)) throw error;
    }
    throw refusal;
  }
}

/**
 * Whether `.sparsescope` of a spare folder, made unless it is there, is this user's: where all may write, as into /tmp,
 * it may hold what somebody else wants trained on.
 */
async function isOurs(spare: string): Promise<boolean> {
  await makeFolder(projectDirectory(spare));
  if (!(await isOwnFolder(projectDirectory(spare)))) return false;
  await makeProjectDirectory(spare);
  return true;
}
