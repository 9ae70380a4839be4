/** Runs the trials of a sweep that have not ended, a few at once, each in an engine process. */
import { setTimeout as delay } from 'node:timers/promises';
import { checkConfig } from '../config/check';
import type { ConfigFormat } from '../config/format';
import { parseConfig } from '../config/parse';
import type { SweepTrial } from '../config/sweep';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import type { EngineInfo } from '../protocol/engine';
import { isEnded } from '../protocol/run';
import type { RunEvent, RunRecord } from '../protocol/run';
import type { RunFolder } from '../runs/folder';
import type { SweepFolder } from '../runs/sweep-folder';
import type { EngineWorker } from './engine-worker';
import type { Describe } from './errors';
import { clearTrial, recordFailure, recordIfThere } from './trial-record';

export interface Trials {
  folder: SweepFolder;
  /** Absolute path of the config, and the folder of the project. */
  configPath: string;
  root: string;
  format: ConfigFormat;
  info: EngineInfo;
  /** Failed ones begin anew. */
  retryFailed: boolean;
  describe: Describe;
}

/** An engine whose sweep was killed ends its run after the step it is in. */
const longestEnd = 15_000;
const look = 200;

/** The record, once no other process writes it any more; an earlier sweep's engines may still be about to. */
async function settledRecord(folder: RunFolder): ReturnType<typeof recordIfThere> {
  for (let waited = 0; ; waited += look) {
    const record = await recordIfThere(folder);
    if (!record || isSparseError(record) || isEnded(record.state) || waited >= longestEnd) return record;
    await delay(look);
  }
}

/** Whether there is something left to do for a trial. */
export function isOpen(record: RunRecord | SparseError | undefined, retryFailed: boolean): boolean {
  const state = isSparseError(record) ? 'failed' : record?.state;
  return state !== 'completed' && (state !== 'failed' || retryFailed);
}

/** Runs one trial to its end, whatever that is: it is in its record. @throws SparseError `file.*`, `runs.*` */
export async function runTrial(
  worker: EngineWorker,
  trial: SweepTrial,
  trials: Trials,
  signal: AbortSignal,
): Promise<void> {
  const { configPath, root, format, info, describe } = trials;
  const folder = trials.folder.trial(trial.id);
  const { directory } = folder;
  const before = await settledRecord(folder);
  const goOn = before !== undefined && !isSparseError(before) && before.state !== 'failed';
  if (!goOn) await clearTrial(folder);
  const fail = async (
    error: { code: string; message: string },
    state: 'failed' | 'interrupted' = 'failed',
  ): Promise<void> => {
    const { config } = parseConfig(trial.text, format);
    const { name = folder.id, seed = 0, data } = config ?? {};
    const about = { configPath, configText: trial.text, name, seed, source: data?.source ?? '', state };
    await recordFailure(folder, info, { ...about, error: { code: error.code, message: error.message } });
  };
  // The engine would name a line of the trial's own text, which nobody has written.
  const mistake = checkConfig(trial.text, format).issues.find(({ severity }) => severity === 'error');
  if (mistake) {
    await fail(mistake);
    return;
  }
  try {
    await worker.run(directory, (api) =>
      goOn ? api.resumeRun({ directory }) : api.startRun({ configPath, configText: trial.text, root, directory }),
    );
  } catch (error) {
    // Its process was ended with the sweep.
    if (signal.aborted) return;
    const said = describe(error);
    // Files that are away come back: begun anew, a trial would lose what it has.
    await fail(said, goOn && /^(?:data|file)\./.test(said.code) ? 'interrupted' : 'failed');
  }
}

/** What runs at the moment. */
export class Running {
  private readonly steps = new Map<string, number | undefined>();

  begin(id: string): void {
    this.steps.set(id, undefined);
  }
  hear(id: string, event: RunEvent): void {
    if (event.type === 'step' && this.steps.has(id)) this.steps.set(id, event.step);
  }
  end(id: string): void {
    this.steps.delete(id);
  }
  entries(): [id: string, step: number | undefined][] {
    return [...this.steps];
  }
}

/** Runs the trials in order, as many at once as there are workers; `ended` hears of each. */
export async function runTrials(
  queue: readonly SweepTrial[],
  workers: readonly EngineWorker[],
  run: (worker: EngineWorker, trial: SweepTrial) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...queue];
  await Promise.all(
    workers.map(async (worker) => {
      for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) await run(worker, next);
    }),
  );
}
