/**
 * Decoded pictures of long ago: removed when new ones need the room, so that they do not fill a disk over the years.
 */
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'pictures-';

/** Beyond this many bytes all together, folders that were not used for a while go. */
const mostBytes = 8 * 2 ** 30;
/** Milliseconds in which a folder that was used is still in use for all anybody knows: a day. */
const inUse = 24 * 3600 * 1000;

/** Folder of the records with a key, below that of a project's data. */
export const picturesFolder = (data: string, key: string): string => join(data, prefix + key);

/** The file that a folder's last use is told by. */
const used = (home: string): string => join(home, 'about.json');

/** Says that the records are used now. */
export async function markUsed(home: string): Promise<void> {
  const now = new Date();
  // On a disk that may only be read nothing can be removed either.
  await utimes(used(home), now, now).catch(() => undefined);
}

interface Cache {
  home: string;
  bytes: number;
  usedAt: number;
}

async function cacheAt(home: string): Promise<Cache> {
  const files = await Promise.all((await readdir(home)).map((name) => stat(join(home, name))));
  // Decoding that never ended has left no such file.
  const { mtimeMs } = await stat(used(home)).catch(() => stat(home));
  return { home, bytes: files.reduce((sum, { size }) => sum + size, 0), usedAt: mtimeMs };
}

/**
 * Removes the least recently used folders of pictures while all are larger than `limit` bytes together, but none of the
 * last day. Called when new ones were made: only then do they grow.
 */
export async function forgetOldPictures(data: string, limit = mostBytes, now = Date.now()): Promise<void> {
  const names = (await readdir(data)).filter((name) => name.startsWith(prefix));
  // One that another process removes meanwhile is gone, which is what was wanted.
  const found = await Promise.all(names.map((name) => cacheAt(join(data, name)).catch(() => undefined)));
  const caches = found.filter((cache) => cache !== undefined).sort((a, b) => a.usedAt - b.usedAt);
  let total = caches.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { home, bytes, usedAt } of caches) {
    if (total <= limit || now - usedAt < inUse) return;
    try {
      await rm(home, { recursive: true, force: true });
      total -= bytes;
    } catch {
      // What cannot be removed stays; the run does not need the room at once.
    }
  }
}
