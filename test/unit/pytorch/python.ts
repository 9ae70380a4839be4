/** The python that has torch, where there is one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Debian's python3-torch belongs to the system's python, not to one a version manager puts first in the path.
const python = ['/usr/bin/python3', 'python3'].find((name) => name === 'python3' || existsSync(name))!;
interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}
export const run = (...args: string[]): Outcome => runWith('', ...args);
export const runWith = (input: string, ...args: string[]): Outcome =>
  spawnSync(python, args, {
    encoding: 'utf8',
    input,
    timeout: 120_000,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
/** Why there is no torch to compare with; undefined when there is. */
export const missing = (() => {
  const { status, stderr } = run('-c', 'import torch');
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? 'python3 does not run');
})();
