/**
 * A temporary folder for as long as its process lives, on Linux. One whose process was killed goes with the next, if it
 * says whose it is: where the system does not tell that, or the process was killed before it had written it, it stays.
 */
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processLives, startTimeOf } from '../../../runs/liveness';
import { isOwnFolder } from '../../../runs/own-folder';
import { object, text, whole } from '../../../runs/validate';

const prefix = 'sparsescope-vulkan-';
const ownerName = 'owner.json';

interface Owner {
  machine: string;
  pid: number;
  startTime: string;
}

const checkOwner = object<Owner>({ machine: text(255), pid: whole, startTime: text(40) });

/**
 * This start of this machine, and the processes that can be seen from here: a folder for temporary files may be shared
 * with other machines and containers, whose process ids say nothing here. Undefined where the system does not tell.
 */
function machineNow(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Whether a process of here made the folder and is certainly gone; not of a folder that does not tell. */
async function isLeft(folder: string, machine: string): Promise<boolean> {
  try {
    if (!(await isOwnFolder(folder))) return false;
    const owner = checkOwner(JSON.parse(await readFile(join(folder, ownerName), 'utf8')), '');
    return owner.machine === machine && !(await processLives(owner.pid, owner.startTime));
  } catch {
    return false;
  }
}

async function clearLeft(machine: string): Promise<void> {
  const names = await readdir(tmpdir()).catch((): string[] => []);
  for (const name of names) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(prefix) || !(await isLeft(folder, machine))) continue;
    // What cannot be removed stays, and hurts nobody.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes the folder, which is removed when the process ends. */
export async function makeOwnFolder(): Promise<string> {
  const machine = machineNow();
  const startTime = await startTimeOf(process.pid);
  if (machine !== undefined) await clearLeft(machine);
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (machine !== undefined && startTime !== null)
    writeFileSync(join(folder, ownerName), JSON.stringify({ machine, pid: process.pid, startTime } satisfies Owner));
  return folder;
}
