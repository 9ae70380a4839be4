/**
 * Folders that are their process's for as long as it lives, kept where other machines and containers may keep theirs:
 * each says whose it is, so that those of processes that were killed can be told from those in use.
 */
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { processLives, startTimeOf } from './liveness';
import { isOwnFolder } from './own-folder';
import { object, orNull, text, whole } from './validate';

const ownerName = 'owner.json';

interface Owner {
  machine: string;
  pid: number;
  startTime: string | null;
}

const checkOwner = object<Owner>({ machine: text(255), pid: whole, startTime: orNull(text(40)) });

/**
 * The processes that can be seen from here. On Linux this start of this machine and its namespace of processes:
 * containers and machines may share a folder, and a name too, but the process ids of one say nothing in another.
 * Undefined where the system does not tell.
 */
function machineNow(): string | undefined {
  if (process.platform !== 'linux') return hostname();
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Makes a folder with a name of its own in `parent`, which is there. */
export async function makeOwnedFolder(parent: string, prefix: string): Promise<string> {
  const machine = machineNow();
  const startTime = await startTimeOf(process.pid);
  const folder = mkdtempSync(join(parent, prefix));
  try {
    if (machine !== undefined)
      writeFileSync(join(folder, ownerName), JSON.stringify({ machine, pid: process.pid, startTime } satisfies Owner));
  } catch (error) {
    // Nobody could tell whose it is.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** Undefined where the folder does not say whose it is, or a process made it that cannot be seen from here. */
async function ownerOf(folder: string): Promise<{ pid: number; lives: boolean } | undefined> {
  try {
    const { machine, pid, startTime } = checkOwner(JSON.parse(await readFile(join(folder, ownerName), 'utf8')), '');
    return machine === machineNow() ? { pid, lives: await processLives(pid, startTime) } : undefined;
  } catch {
    return undefined;
  }
}

const ownFolders = async (parent: string, name: RegExp): Promise<string[]> => {
  const folders: string[] = [];
  for (const found of await readdir(parent).catch((): string[] => []))
    if (name.test(found) && (await isOwnFolder(join(parent, found)))) folders.push(join(parent, found));
  return folders;
};

/**
 * Removes those folders of this user in `parent` whose process is certainly gone, and answers of how many.
 * @param longest milliseconds since a folder was last written in, after which it goes whoever made it; by default it
 * stays where its process cannot be told
 */
export async function clearLeft(parent: string, name: RegExp, longest = Infinity): Promise<number> {
  let removed = 0;
  for (const folder of await ownFolders(parent, name)) {
    try {
      const age = Date.now() - (await lstat(folder)).mtimeMs;
      if (age <= longest && (await ownerOf(folder))?.lives !== false) continue;
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      removed++;
    } catch {
      // What cannot be removed stays, and hurts nobody.
    }
  }
  return removed;
}

/** Those in `parent` whose process certainly lives. */
export async function livingOwners(parent: string, name: RegExp): Promise<{ folder: string; pid: number }[]> {
  const living: { folder: string; pid: number }[] = [];
  for (const folder of await ownFolders(parent, name)) {
    const owner = await ownerOf(folder);
    if (owner?.lives) living.push({ folder, pid: owner.pid });
  }
  return living;
}
