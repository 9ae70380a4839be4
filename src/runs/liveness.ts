/** Whether the process that writes a run folder is still there. */
import { isEnded } from '../protocol/run';
import type { RunRecord } from '../protocol/run';
import { systemCode } from '../formats/errors';
import { interrupted } from './errors';

/** Whether a process of this id exists on this machine, be it somebody else's. */
export const processLives = (pid: number): boolean => {
  // 0 and negative ids address groups of processes, which always "live".
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return systemCode(cause) === 'EPERM';
  }
};

/** The record as it stands: one that says it runs, but whose process is gone, was interrupted. */
export const asFound = (record: RunRecord): RunRecord => {
  if (isEnded(record.state) || processLives(record.pid)) return record;
  const { code, message } = interrupted();
  return { ...record, state: 'interrupted', error: { code, message } };
};
