/** Where a project keeps its runs: `ROOT/.sparsescope/runs/NAME-N`. */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { cannotWrite, systemCode } from '../formats/errors';
import { makeFolder } from '../formats/make-folder';

/** What a project keeps of its own: `ROOT/.sparsescope`. */
export const projectDirectory = (root: string): string => join(root, '.sparsescope');

/** Where the runs of a project are: `ROOT/.sparsescope/runs`. */
export const runsDirectory = (root: string): string => join(projectDirectory(root), 'runs');

/** Where the sweeps of a project are: `ROOT/.sparsescope/sweeps`. */
export const sweepsDirectory = (root: string): string => join(projectDirectory(root), 'sweeps');

/** The project that a folder is a run of by its place; undefined when it is elsewhere, as one of `run -o` may be. */
export const rootOfRun = (directory: string): string | undefined => {
  const runs = dirname(directory);
  const root = dirname(dirname(runs));
  return runsDirectory(root) === runs ? root : undefined;
};

/** The project that a folder is a sweep of, as `rootOfRun`. */
export const rootOfSweep = (directory: string): string | undefined => {
  const sweeps = dirname(directory);
  const root = dirname(dirname(sweeps));
  return sweepsDirectory(root) === sweeps ? root : undefined;
};

/** The folder of the sweep that a run is a trial of, by its place in a project. */
export const sweepOfTrial = (directory: string): string | undefined => {
  const sweep = sweepFolderOf(directory);
  return sweep !== undefined && rootOfSweep(sweep) !== undefined ? sweep : undefined;
};

const sweepFolderOf = (directory: string): string | undefined =>
  basename(dirname(directory)) === 'trials' ? dirname(dirname(directory)) : undefined;

/** The folder that a run's lies in, of a trial the one that its sweep's lies in. */
export const besideRun = (directory: string): string => dirname(sweepFolderOf(directory) ?? directory);

const liesIn = (root: string, folder: string): boolean => {
  const way = relative(root, folder);
  // Absolute on another drive.
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
};

/**
 * Where data may be kept for what is written into `folder`, when the project refuses it: there, unless it lies in the
 * project, as its runs do, among which there is to be no other `.sparsescope`.
 */
export const spareFor = (root: string, folder: string): string | undefined =>
  liesIn(root, folder) ? undefined : folder;

/**
 * Makes `ROOT/.sparsescope` unless it is there, with a `.gitignore` that keeps it out of people's commits: whoever
 * wants runs committed empties that file, and it stays as they left it.
 * @throws SparseError `file.*`
 */
export async function makeProjectDirectory(root: string): Promise<void> {
  const directory = projectDirectory(root);
  await makeFolder(directory);
  const file = join(directory, '.gitignore');
  await writeFile(file, '*\n', { flag: 'wx' }).catch((cause: unknown) => {
    if (systemCode(cause) !== 'EEXIST') throw cannotWrite(file, cause);
  });
}

/** A run's name as part of a folder name: letters, digits, `.`, `_`, `-`, at most 64, never a path. */
export const slug = (name: string): string => {
  const safe = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 64)
    .replace(/[-.]+$/, '');
  if (safe === '') return 'run';
  // Windows keeps these names for devices, whatever comes after a dot.
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe) ? `run-${safe}` : safe;
};
