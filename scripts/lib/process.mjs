/** Programs started by the scripts: their output, their exit code, their end. Plain Node, no packages. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Everything the scripts install or write beside dist/: git-ignored, safe to delete. */
export const hostDirectory = join(root, '.host');

/** A failure that is told in one sentence, without a stack. */
export class Failure extends Error {}

/** @param {string} text */
export const say = (text) => void process.stdout.write(`${text}\n`);

/** Milliseconds between two words of something that goes on. */
const wordEvery = 10_000;

/**
 * Says what begins, and while it goes on how long it has taken by now: nobody is to wonder at a terminal that says nothing.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const announced = async (what, work) => {
  say(`  ${what}`);
  const begun = Date.now();
  const timer = setInterval(() => say(`  ${what}: ${Math.round((Date.now() - begun) / 1000)} s`), wordEvery);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

/** @param {NodeJS.Signals | null} signal @param {number | null} code Exit code as a shell gives it. */
const exitCode = (code, signal) => code ?? 128 + (signal ? constants.signals[signal] : 0);

/**
 * Runs a program to its end with its output passed through, and answers its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    // Ctrl+C in a terminal reaches the child by itself; a signal sent to this process alone has to be handed on.
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const release = () => signals.forEach((signal) => process.off(signal, forward));
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(exitCode(code, signal));
    });
  });

/**
 * Runs a program quietly, standard error joined to standard output.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number; output: string }>}
 */
export const capture = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (/** @type {Buffer} */ data) => (output += data.toString()));
    child.stderr?.on('data', (/** @type {Buffer} */ data) => (output += data.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: exitCode(code, signal), output }));
  });

/**
 * Command and arguments that run npm: the one that started us, when there is one.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export const npm = (args) => {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('.js')) return [process.execPath, [script, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
};

/**
 * Command and arguments that run an installed package's program.
 * @param {string} path Inside node_modules.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export const tool = (path, args) => [process.execPath, [join(root, 'node_modules', path), ...args]];

/** Full path of the first of these programs that PATH has. @param {string[]} names */
export const which = (names) => {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const name of names)
    for (const folder of folders)
      for (const ending of endings) {
        const path = join(folder, name + ending);
        if (existsSync(path)) return path;
      }
  return undefined;
};

/** A loopback port nobody listens on. @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** Runs a script's main function: a `Failure` is one sentence and exit code 1. @param {() => Promise<number>} main */
export const start = (main) => {
  main().then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error instanceof Failure ? error.message : (error?.stack ?? error)}\n`);
      process.exit(1);
    },
  );
};

/** Clock ticks of /proc a second, which Linux has fixed for programs. */
const ticks = 100;

/** Processor time of all programs that were started from here and have ended, with those that they waited for; only Linux tells it. */
export const childProcessorSeconds = () => {
  if (process.platform !== 'linux') return undefined;
  // What follows the name of the program, which may have blanks in it; see proc(5): cutime and cstime.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / ticks;
};
