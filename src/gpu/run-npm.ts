/** npm as a process that can be ended with all it has started. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { delimiter, dirname } from 'node:path';
import type { Npm } from './node';

/** Lines kept of what npm says: enough to tell why it failed. */
const keptLines = 200;

export interface NpmEnd {
  ok: boolean;
  /** `code 1`, `SIGKILL`. */
  how: string;
  log: string;
}

/** Never rejects; `signal` ends it, and the end of this process. `said`: each line of its output. */
export async function runNpm(
  { node, cli }: Npm,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
  said: (line: string) => void,
): Promise<NpmEnd> {
  const windows = process.platform === 'win32';
  const child = spawn(node, [cli, ...args], {
    cwd,
    // The scripts of packages call `node`, which is to be this one.
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: npm does not end what it has started.
    detached: !windows,
    windowsHide: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      if (line.trim() !== '') said(line.trim());
    });
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (windows) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    else process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', end);
  process.on('exit', end);
  if (signal.aborted) end();
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, by) => resolve(by ?? `code ${String(code)}`));
  });
  signal.removeEventListener('abort', end);
  process.off('exit', end);
  return { ok: how === 'code 0', how, log: lines.join('\n') };
}
