/** What the system says of processes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process that has ended but is not yet waited for counts as ended. */
export async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
