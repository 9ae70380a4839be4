/** What a person without permission meets. */
import { chmod } from 'node:fs/promises';

/**
 * Does `work` while nothing may be written into `folder`. Permissions do not bind root, whom CI often is: it becomes nobody
 * meanwhile. Not for Windows, where folders have no such permission.
 */
export async function whereNothingMayBeWritten(folder: string, work: () => Promise<void>): Promise<void> {
  await chmod(folder, 0o555);
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.('nobody');
  try {
    await work();
  } finally {
    if (root) process.seteuid?.(0);
    await chmod(folder, 0o755);
  }
}
