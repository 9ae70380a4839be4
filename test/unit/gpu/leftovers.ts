/** What installations leave that were cut off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnedFolder } from '../../../src/runs/owned-folder';

/** The folder of an installation of a process that has ended, as it told of itself but for `change`. */
export async function leaveUnfinished(root: string, change: { machine?: string; pid?: number } = {}): Promise<string> {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  await mkdir(root, { recursive: true });
  const folder = await makeOwnedFolder(root, '.tfjs-node-gpu.partial-');
  const file = join(folder, 'owner.json');
  const owner = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...owner, pid: gone.pid, ...change }));
  return folder;
}
