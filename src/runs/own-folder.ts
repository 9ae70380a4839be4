/** Whose a folder is that lies where all may write, as in that for temporary files. */
import { lstat } from 'node:fs/promises';

/**
 * Whether it is a folder that this user has made, no link of somebody else's making. Windows does not tell by a number:
 * there every folder counts as one's own.
 */
export async function isOwnFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (process.geteuid === undefined || found.uid === process.geteuid());
}
