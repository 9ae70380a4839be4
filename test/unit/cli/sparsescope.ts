/** Runs the built command line as a person or a script does. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Finished {
  code: number | null;
  out: string;
  err: string;
}

export interface Started {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** So far. */
  output: { out: string; err: string };
  finished: Promise<Finished>;
}

/** `cli`: path of the bundle. Neither stream is a terminal. */
export function start(cli: string, args: readonly string[], cwd: string): Started {
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += String(chunk)));
  child.stderr.on('data', (chunk) => (output.err += String(chunk)));
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, output, finished };
}

export const sparsescope = (cli: string, args: readonly string[], cwd: string): Promise<Finished> =>
  start(cli, args, cwd).finished;

/** The JSON object of `--json`. */
export const answer = ({ out }: Finished): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

/** Resolves when the text was printed on stdout. */
export const printed = (started: Started, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      if (started.output.out.includes(text)) resolve();
    };
    started.child.stdout.on('data', look);
    started.child.once('close', () => reject(new Error(`It ended without printing ${text}: ${started.output.err}`)));
    look();
  });
