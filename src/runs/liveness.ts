/** Whether a process is still the one it was: process ids are given out again. */
import { readFileSync } from 'node:fs';
import { systemCode } from '../formats/errors';

/**
 * State and start time of a process on Linux, the latter in clock ticks since the machine started: fields 3 and 22 of
 * /proc/PID/stat (proc(5)). Undefined elsewhere, and for a process that is gone.
 */
const linuxStat = (pid: number): { state: string; startTime: string } | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startTime: fields[19] };
  } catch {
    return undefined;
  }
};

/** What tells a process from an earlier or later one of its id; null where the system does not say. */
export const startTimeOf = (pid: number): string | null => linuxStat(pid)?.startTime ?? null;

/**
 * Whether a process of this id exists on this machine, be it somebody else's; with a start time, whether it is the one
 * that started then.
 */
export const processLives = (pid: number, startTime: string | null = null): boolean => {
  // 0 and negative ids address groups of processes, which always "live".
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (systemCode(cause) !== 'EPERM') return false;
  }
  const stat = linuxStat(pid);
  if (!stat) return true;
  // A zombie has ended and only waits for its parent to look.
  return stat.state !== 'Z' && stat.state !== 'X' && (startTime === null || startTime === stat.startTime);
};
