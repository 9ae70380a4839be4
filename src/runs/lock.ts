/**
 * `writer.lock`: at most one process writes a run folder, also when two windows resume it in the same moment, and a
 * process that was killed locks nobody out.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { SparseError } from '../core/errors';
import { cannotWrite, systemCode } from '../formats/errors';
import { folderNotWritable, inUseElsewhere, lockDamaged, stillRunning } from './errors';
import { openIfThere } from './journal-lines';
import { processLives, startTimeOf } from './liveness';
import { object, text, whole } from './validate';
import type { Check } from './validate';

/** Name of the lock in a run folder; `writer.lock.TOKEN` are the takeovers from the lock of that token. */
export const lockName = 'writer.lock';

interface Owner {
  pid: number;
  host: string;
  /** `startTimeOf` the process. */
  startTime: string | null;
  /** Different for every lock there ever was. */
  token: string;
}

const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, where) =>
    value === null ? null : check(value, where);
const checkOwner = object<Owner>({ pid: whole, host: text(255), startTime: orNull(text(40)), token: text(40) });
const maxLockBytes = 4096;

/** Tokens of locks that this process let go of where they were no more: they went away with a folder that was moved. */
const letGo = new Set<string>();

/** Another machine's processes cannot be seen from here: its lock counts. */
const lives = async ({ pid, host, startTime, token }: Owner): Promise<boolean> =>
  host !== hostname() || (!letGo.has(token) && processLives(pid, startTime));

const refuse = (directory: string, { pid, host }: Owner): SparseError =>
  host === hostname() ? stillRunning(directory, pid) : inUseElsewhere(directory, pid, host, join(directory, lockName));

/** The owner told by a lock file; undefined when there is none. @throws SparseError `runs.lock-damaged`, `file.*` */
const readOwner = async (file: string): Promise<Owner | undefined> => {
  const source = await openIfThere(file);
  if (!source) return undefined;
  try {
    const json = new TextDecoder().decode(await source.read(0, Math.min(source.size, maxLockBytes)));
    const owner = checkOwner(JSON.parse(json), '');
    // It becomes part of a file name.
    if (/^[0-9a-f]{32}$/.test(owner.token)) return owner;
  } catch {
    // Said below.
  } finally {
    await source.close();
  }
  throw lockDamaged(file);
};

/**
 * Who holds the folder, dead or alive, and whose takeover would come next: a takeover that died half-way has left its
 * claim, so the last of the chain counts.
 */
const lastOwner = async (directory: string): Promise<Owner | undefined> => {
  let last = await readOwner(join(directory, lockName));
  for (let next = last; next; next = await readOwner(claimOn(directory, next))) last = next;
  return last;
};

const claimOn = (directory: string, { token }: Owner): string => join(directory, `${lockName}.${token}`);

/** Whether a living process writes the folder; a damaged lock holds nothing up where only looking is meant. */
export async function isLocked(directory: string): Promise<boolean> {
  const owner = await lastOwner(directory).catch(() => undefined);
  return owner !== undefined && (await lives(owner));
}

/** The names of locks and their temporary files are nobody's concern where it is the folder that refuses. */
const cannotLock = (directory: string, cause: unknown): SparseError =>
  folderNotWritable(directory, cause) ?? cannotWrite(join(directory, lockName), cause);

/** Gives `file` the further name `name` in its folder unless that is taken; false when it is. */
const nameExclusively = async (file: string, name: string): Promise<boolean> => {
  try {
    await link(file, name).catch((cause: unknown) => {
      if (systemCode(cause) === 'EEXIST') throw cause;
      // Some disks (exFAT, network shares) have no second names.
      return copyFile(file, name, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false;
    throw cannotLock(dirname(name), cause);
  }
};

export class Lock {
  /** Use `acquireLock`. */
  constructor(
    private readonly file: string,
    private readonly token: string,
  ) {}

  /** Whether the folder at the path has this lock; undefined where that has none, or none that can be read. */
  async isThere(): Promise<boolean | undefined> {
    const owner = await readOwner(this.file).catch(() => undefined);
    return owner && owner.token === this.token;
  }

  /** Lets others write. What cannot be removed ends to count with this process. */
  async release(): Promise<void> {
    const owner = await readOwner(this.file).catch(() => undefined);
    // Somebody may have removed our lock by hand and started another run.
    if (owner?.token === this.token) await rm(this.file, { force: true }).catch(() => undefined);
    else letGo.add(this.token);
  }
}

/**
 * Takes the folder for this process, also from a process that is gone.
 *
 * A lock is written whole under a name of its own and then named `writer.lock`, which only one can do. Of those that
 * take over a dead one's lock with token T only one can name its own `writer.lock.T`, and only who still finds T's lock
 * in place after that goes on, by renaming its own over it. Nobody else changes T's lock in between: its owner is dead,
 * and the claim on it is taken.
 * @throws SparseError `runs.still-running`, `runs.in-use-elsewhere`, `runs.lock-damaged`, `file.*`
 */
export async function acquireLock(directory: string): Promise<Lock> {
  const own: Owner = {
    pid: process.pid,
    host: hostname(),
    startTime: await startTimeOf(process.pid),
    token: randomBytes(16).toString('hex'),
  };
  const file = join(directory, lockName);
  // The name of temporary files, so that one of a killed process is cleared like those.
  const temporary = join(directory, `.${lockName}.${own.token.slice(0, 12)}.tmp`);
  const lock = new Lock(file, own.token);
  try {
    await writeWhole(temporary, `${JSON.stringify(own)}\n`);
    for (;;) {
      if (await nameExclusively(temporary, file)) return lock;
      const owner = await lastOwner(directory);
      // Released in this moment.
      if (!owner) continue;
      if (await lives(owner)) throw refuse(directory, owner);
      if (await takeOver(directory, owner, own, temporary)) return lock;
    }
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Whether `own` now holds the lock that the dead `owner` held; not when somebody was faster. */
const takeOver = async (directory: string, owner: Owner, own: Owner, temporary: string): Promise<boolean> => {
  const claim = claimOn(directory, owner);
  if (!(await nameExclusively(temporary, claim))) return false;
  // Dead takeovers on the way from the lock to our claim.
  const passed: string[] = [];
  let last = await readOwner(join(directory, lockName));
  while (last && last.token !== own.token) {
    passed.push(claimOn(directory, last));
    last = await readOwner(claimOn(directory, last));
  }
  if (!last) {
    await rm(claim, { force: true });
    return false;
  }
  try {
    await rename(claim, join(directory, lockName));
  } catch (cause) {
    await rm(claim, { force: true }).catch(() => undefined);
    throw cannotLock(directory, cause);
  }
  for (const left of passed) await rm(left, { force: true }).catch(() => undefined);
  return true;
};

const writeWhole = async (file: string, content: string): Promise<void> => {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(content);
      // A power cut must not leave an empty lock.
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cannotLock(dirname(file), cause);
  }
};
