/**
 * Tries an engine out with a real operation in a process of its own: a driver that fails may end the process it is in,
 * or never answer. The process is the engine's bundle, started with `probeFlag`.
 */
import { fork } from 'node:child_process';
import type { GpuEngineId } from './engines';
import { failedWord, endedWord, lateWord } from './words';
import { deviceIn } from './tensorflow-log';
import type { LoggedDevice } from './tensorflow-log';

export const probeFlag = '--probe';

/** What the process says of itself before it ends. */
export type ProbeAnswer =
  | { ok: true; /** Of the library that computes. */ version: string; gpu: boolean; device?: LoggedDevice }
  | { ok: false; /** As it was thrown. */ message: string }
  | { ok: false; /** A sentence already. */ problem: string };

export interface Probed {
  /** Why it does not work; undefined where it does. */
  problem?: string;
  version?: string;
  device?: LoggedDevice;
}

export interface ProbeOptions {
  id: GpuEngineId;
  /** The folder of the package. */
  packageFolder: string;
  /** dist/engine.js */
  modulePath: string;
  /** The Node to start it with; by default the one this runs in. */
  node?: string;
  /** Milliseconds until it is given up. */
  limit: number;
  signal?: AbortSignal;
}

/** A card that is newer than the library has its programs compiled by the driver, once, which may take half an hour. */
export const patience = { start: 120_000, install: 40 * 60_000 } as const;

/**
 * Milliseconds that the process waits longer than its parent before it ends itself: who starts it is to say that it was
 * late.
 */
const margin = 5_000;

/** The last lines of what TensorFlow says are enough to tell what is missing. */
const keptBytes = 64 << 10;

/** Never rejects but by `signal`. */
export async function probe(options: ProbeOptions): Promise<Probed> {
  const { id, packageFolder, modulePath, node, limit, signal } = options;
  signal?.throwIfAborted();
  const child = fork(modulePath, [probeFlag, id, packageFolder, String(limit + margin)], {
    ...(node !== undefined && { execPath: node }),
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '0' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: Ctrl+C in a terminal reaches the parent alone, which knows that it is no fault of the driver.
    detached: process.platform !== 'win32',
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-keptBytes);
  });
  let answer: ProbeAnswer | undefined;
  child.on('message', (message) => {
    answer = message as ProbeAnswer;
  });
  const late = new AbortController();
  const kill = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    late.abort();
    kill();
  }, limit);
  signal?.addEventListener('abort', kill);
  process.on('exit', kill);
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, by) => resolve(by ?? `code ${String(code)}`));
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);
  process.off('exit', kill);
  signal?.throwIfAborted();
  if (answer?.ok) {
    const missing = id === 'tfjs-node-gpu' && !answer.gpu ? failedWord('no GPU', log) : undefined;
    const device = answer.gpu ? (answer.device ?? deviceIn(log) ?? { name: 'GPU' }) : undefined;
    return missing === undefined ? { version: answer.version, ...(device && { device }) } : { problem: missing };
  }
  if (late.signal.aborted) return { problem: lateWord(id, limit) };
  if (!answer) return { problem: endedWord(id, end) };
  return { problem: 'problem' in answer ? answer.problem : failedWord(answer.message, log) };
}

/** `probe`, once a process: keeps the answer. A try that was cancelled is none. */
export function probeOnce(): (options: ProbeOptions) => Promise<Probed> {
  let probed: Promise<Probed> | undefined;
  return async (options) => {
    for (;;) {
      probed ??= probe(options);
      const trying = probed;
      try {
        return await trying;
      } catch (error) {
        if (probed === trying) probed = undefined;
        if (options.signal?.aborted) throw error;
      }
    }
  };
}
