/** Whether a process is still the one it was: process ids are given out again. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from '../formats/errors';

interface Stat {
  /** `Z` and `X` have ended. */
  state: string;
  /** Different for an earlier or later process of the same id. */
  startTime: string;
}

/** What a system tells of a process; undefined when it is gone or the system does not say. */
export type ProcessTable = (pid: number) => Promise<Stat | undefined>;

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); the start time is in clock ticks since the machine started. */
export const procfs: ProcessTable = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Promise.resolve({ state: fields[0], startTime: fields[19] });
  } catch {
    return Promise.resolve(undefined);
  }
};

/** macOS and the BSDs: `ps` tells the same, the start to the second. The same words whatever the language and zone. */
export const ps: ProcessTable = async (pid) => {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { env });
    const found = /^\s*(\S)\S*\s+(\S.*\S)\s*$/.exec(stdout);
    return found ? { state: found[1], startTime: found[2].replace(/\s+/g, ' ') } : undefined;
  } catch {
    // It exits with 1 for a process that is gone.
    return undefined;
  }
};

/** Windows has no such program that answers in less than half a second: there a process is told by its id alone. */
const silent: ProcessTable = () => Promise.resolve(undefined);

const ofThisSystem: ProcessTable = process.platform === 'linux' ? procfs : process.platform === 'win32' ? silent : ps;

/** What tells a process from an earlier or later one of its id; null where the system does not say. */
export const startTimeOf = async (pid: number, table: ProcessTable = ofThisSystem): Promise<string | null> =>
  (await table(pid))?.startTime ?? null;

/**
 * Whether a process of this id exists on this machine, be it somebody else's; with a start time, whether it is the one
 * that started then.
 */
export const processLives = async (
  pid: number,
  startTime: string | null = null,
  table: ProcessTable = ofThisSystem,
): Promise<boolean> => {
  // 0 and negative ids address groups of processes, which always "live".
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (systemCode(cause) !== 'EPERM') return false;
  }
  const stat = await table(pid);
  if (!stat) return true;
  // A zombie has ended and only waits for its parent to look.
  return stat.state !== 'Z' && stat.state !== 'X' && (startTime === null || startTime === stat.startTime);
};
