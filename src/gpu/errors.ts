/** Every sentence of installing GPU engines, with its code. */
import { SparseError } from '../core/errors';

const error = (code: string, message: string, details?: Record<string, unknown>): SparseError =>
  new SparseError(`gpu.${code}`, message, details);

export const otherSystem = (packageName: string, system: string, systems: readonly string[]): SparseError =>
  error('other-system', `${packageName} is not made for this system (${system}), only for ${systems.join(', ')}.`);

/** What a person names a Node with. */
export type NodeAsked = 'the setting sparsescope.node' | 'the option --node';

export const noNode = (asked: NodeAsked): SparseError =>
  error('no-node', `No Node.js was found on the PATH. Install Node.js with npm, or name its program in ${asked}.`);

export const nodeMissing = (path: string, asked: NodeAsked): SparseError =>
  error('node-missing', `There is no program ${path}, which ${asked} names. Give the path of a node that has npm.`);

/** `asked`: undefined where it was found. */
export const notNode = (path: string, asked: NodeAsked | undefined): SparseError =>
  error(
    'not-node',
    asked === undefined
      ? `${path}, the first on the PATH, is no Node.js that starts here. Mend the PATH, or install Node.js with npm.`
      : `${path}, which ${asked} names, is no Node.js that starts here. Give the path of a node that has npm.`,
  );

/** `places`: where npm would be beside `node`. */
export const noNpm = (node: string, places: readonly string[], asked: NodeAsked): SparseError =>
  error(
    'no-npm',
    `The Node.js ${node} has no npm: neither ${places.join(' nor ')} is there, nor npm on the PATH. ` +
      `Install npm, or name another Node in ${asked}.`,
  );

/** `pid`: of the process that installs it, into `folder`. */
export const installing = (packageName: string, pid: number, folder: string): SparseError =>
  error(
    'installing',
    `${packageName} is being installed already, by process ${pid} into ${folder}. Wait until that has ended, or cancel it.`,
  );

/** `why`: a clause that names the remedy, `log`: the last lines that npm said. */
export const notFetched = (packageName: string, why: string, log: string): SparseError =>
  error('not-fetched', `${packageName} could not be installed: ${why}. Nothing is left of it.`, { log });

/** `problem`: of src/gpu/words.ts, with its full stop. */
export const notWorking = (packageName: string, problem: string): SparseError =>
  error('not-working', `${packageName} was fetched, but does not work here: ${problem} It has been removed again.`, {
    problem,
  });

export const inUse = (folder: string, cause: string): SparseError =>
  error(
    'in-use',
    `${folder} cannot be replaced (${cause}). Close what computes with it, restart the engine, and try again.`,
  );

export const cannotWrite = (folder: string, cause: string): SparseError =>
  error('cannot-write', `${folder} cannot be written (${cause}). Free some space there, or change its permissions.`);

const causes: readonly (readonly [RegExp, string | ((found: RegExpExecArray) => string)])[] = [
  [/ENOSPC/, 'the disk is full; free some gigabytes and try again'],
  [
    /(?:getaddrinfo|connect) \w+ (\S+)/,
    ([, host]) => `there is no connection to ${host}; check the network and its proxy, and try again`,
  ],
  [
    /ETIMEDOUT|ECONNRESET|EAI_AGAIN|socket hang up/,
    'the connection broke off; check the network and its proxy, and try again',
  ],
  [/E404|404 Not Found/, 'the package registry does not have it; check the registry that npm is set to'],
  [
    /TAR_BAD_ARCHIVE|zlib|unexpected end of file|Unexpected EOF|tar_/i,
    'its TensorFlow library was not fetched whole; try again, and check the proxy if it stays so',
  ],
  [
    /gyp ERR!|node-pre-gyp/,
    'its native part could be neither fetched nor compiled; check the network, or install a C++ compiler, make and Python',
  ],
  [/EACCES|EPERM/, 'npm may not write there; check the permissions of the folder and of the cache of npm'],
];

/** What npm's output says was wrong, as a clause. */
export function causeIn(log: string, end: string): string {
  for (const [pattern, clause] of causes) {
    const found = pattern.exec(log);
    if (found) return typeof clause === 'string' ? clause : clause(found);
  }
  return `npm ended with ${end}; its last words are in the log`;
}

/** What is being done, for the progress. */
export const doing = {
  fetching: (packageName: string) => `npm fetches ${packageName}, some hundred megabytes`,
  native: 'fetching its native part',
  trying: 'trying a real operation; a new card may take minutes the first time',
} as const;

/** Of an installation that was cut off, by a crash or the end of its program. */
export const leftoversRemoved = (count: number): string =>
  `${count === 1 ? 'An earlier installation or removal of a GPU engine was' : `${count} earlier installations or removals of GPU engines were`} ` +
  'cut off half way; what was left has been removed.';
