/** A temporary folder for as long as its process lives. One whose process was killed goes with the next. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { clearLeft, makeOwnedFolder } from '../../../runs/owned-folder';

const prefix = 'sparsescope-vulkan-';

/** Makes the folder, which is removed when the process ends. */
export async function makeOwnFolder(): Promise<string> {
  await clearLeft(tmpdir(), new RegExp(`^${prefix}`));
  const folder = await makeOwnedFolder(tmpdir(), prefix);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
