/** A sweep from its start to its report: the trials that are left, in engine processes of their own. */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { SweepTrial } from '../config/sweep';
import { mostThreads } from '../core/kernels/work';
import type { EngineInfo } from '../protocol/engine';
import { RpcCancelled } from '../protocol/rpc';
import type { SweepRecord, TrialGroup, TrialResult } from '../protocol/sweep';
import { stopOf } from '../runs/interruption';
import { writeSweepReport } from '../runs/report/sweep';
import type { ReportMaker } from '../runs/report/write';
import type { SweepFolder } from '../runs/sweep-folder';
import { groupTrials, trialResult } from '../runs/sweep-results';
import { EngineWorker } from './engine-worker';
import type { Describe } from './errors';
import type { SweepPlan } from './plan';
import { readResults, stateOf } from './results';
import { isOpen, Running, runTrial, runTrials } from './run-trials';
import { recordIfThere } from './trial-record';

/** What is told while it goes on. */
export interface SweepListener {
  /** It has its folder; `before`: trials that had ended already. */
  begun: (sweep: { folder: SweepFolder; before: number; processes: number; running: Running }) => void;
  /** `ended`: trials that have ended so far, this one included when it has. */
  left: (trial: TrialResult, ended: number) => void;
}

export interface SweepOptions {
  /** dist/engine.js */
  modulePath: string;
  /** The program of Node that runs the trials; by default the one this runs in. */
  node?: string;
  /** Trials that failed begin anew. */
  retryFailed: boolean;
  maker: ReportMaker;
  describe: Describe;
  listener: SweepListener;
  /** Ends the trials after the step that they are in: cancelled, unless its reason is `interruption`. */
  signal: AbortSignal;
}

export interface SweepOutcome {
  folder: SweepFolder;
  record: SweepRecord;
  results: TrialResult[];
  groups: { keys: string[]; groups: TrialGroup[] };
  /** Why there is no report: the trials are safe on disk all the same. */
  reportError?: unknown;
}

/**
 * @throws RpcCancelled when the signal came before there was a folder; SparseError `sweep.engine-died` when no engine
 *   starts, `runs.*` (`runs.still-running`: another process runs it), `file.*`
 */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepOutcome> {
  const { modulePath, node, describe, signal } = options;
  const running = new Running();
  const count = Math.min(plan.record.jobs, plan.trials.length);
  const asked = { backend: plan.record.backend, threads: threadsOfEach(count) };
  const workers = Array.from(
    { length: count },
    () =>
      new EngineWorker(
        modulePath,
        asked,
        describe,
        (directory, event) => running.hear(basename(directory), event),
        node,
      ),
  );
  const killAll = (): void => {
    for (const worker of workers) worker.kill();
  };
  const stopAll = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop(stopOf(signal))));
  };
  const stop = (): void => void stopAll();
  process.once('exit', killAll);
  signal.addEventListener('abort', stop);
  try {
    // An engine that cannot start is one sentence, not a folder of failures.
    const info = await workers[0].greeted();
    const folder = await plan.open();
    const lock = await folder.lock();
    try {
      return await runIn(folder, { plan, info, workers, running, options });
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw signal.aborted ? new RpcCancelled() : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await stopAll();
    process.off('exit', killAll);
  }
}

/** So that the engines of a pool together have no more threads than there are cores. */
export const threadsOfEach = (engines: number, cores = availableParallelism()): number =>
  Math.max(1, Math.min(mostThreads, Math.floor(cores / engines)));

interface Pool {
  plan: SweepPlan;
  info: EngineInfo;
  workers: readonly EngineWorker[];
  running: Running;
  options: SweepOptions;
}

async function runIn(folder: SweepFolder, { plan, info, workers, running, options }: Pool): Promise<SweepOutcome> {
  const { format, root, trials } = plan;
  const { retryFailed, describe, listener, signal, maker } = options;
  const { jobs, backend } = plan.record;
  const record: SweepRecord = { ...(await folder.readRecord()), state: 'running', jobs, backend };
  delete record.endedAt;
  await folder.writeRecord(record);
  const own = new Map(record.trials.map((trial) => [trial.id, trial]));
  const open: SweepTrial[] = [];
  for (const trial of trials) if (isOpen(await recordIfThere(folder.trial(trial.id)), retryFailed)) open.push(trial);
  let ended = trials.length - open.length;
  listener.begun({ folder, before: ended, processes: workers.length, running });
  const about = { folder, configPath: record.configPath, root, format, info, retryFailed, describe };
  await runTrials(
    open,
    workers,
    async (worker, trial) => {
      running.begin(trial.id);
      await runTrial(worker, trial, about, signal);
      running.end(trial.id);
      const result = await trialResult(folder.trial(trial.id), own.get(trial.id)!);
      if (result.state === 'completed' || result.state === 'failed') ended++;
      listener.left(result, ended);
    },
    signal,
  );
  const results = await readResults(folder, record);
  const last: SweepRecord = {
    ...record,
    state: stateOf(results, signal.aborted ? stopOf(signal) : undefined),
    endedAt: new Date().toISOString(),
  };
  await folder.writeRecord(last);
  const groups = groupTrials(record.keys, results);
  const outcome = { folder, record: last, results, groups };
  try {
    await writeSweepReport(folder, last, results, groups, maker);
    return outcome;
  } catch (reportError) {
    return { ...outcome, reportError };
  }
}
