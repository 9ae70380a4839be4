/** `sparsescope sweep CONFIG|FOLDER`: the trials of a grid, in engine processes of their own, and what they came to. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { checkConfig } from '../../config/check';
import type { ConfigFormat } from '../../config/format';
import { configFormat } from '../../config/format';
import type { SweepTrial } from '../../config/sweep';
import type { BackendChoice, EngineInfo } from '../../protocol/engine';
import type { SweepRecord, SweepState, SweepTrialRecord, TrialResult } from '../../protocol/sweep';
import { writeSweepReport } from '../../runs/report/sweep';
import { SweepFolder, withoutTrials } from '../../runs/sweep-folder';
import { groupTrials, trialResult } from '../../runs/sweep-results';
import { readConfig } from '../config-file';
import * as errors from '../errors';
import { exitCode, exitCodeOfCode, issueLine, RefusedConfig, warningLine } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { reportMaker } from '../report';
import { EngineWorker } from '../sweep/engine-worker';
import { isOpen, Running, runTrial, runTrials } from '../sweep/run-trials';
import { recordIfThere } from '../sweep/trial-record';
import {
  failureText,
  groupTable,
  progressText,
  runningText,
  sweepHeading,
  sweepPlaces,
  TrialLines,
} from '../sweep/words';

export interface SweepOptions {
  json?: boolean;
  jobs?: string;
  backend?: BackendChoice;
  output?: string;
  retryFailed?: boolean;
}

/** A sweep that has its folder, or will have it once an engine has answered. */
interface Planned {
  format: ConfigFormat;
  trials: SweepTrial[];
  record: SweepRecord;
  open: () => Promise<SweepFolder>;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const jobsOf = (text: string | undefined): number => {
  if (text === undefined) return availableParallelism();
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256) throw errors.badJobs(text);
  return jobs;
};

const listed = (keys: readonly string[], trials: readonly SweepTrial[]): SweepTrialRecord[] =>
  trials.map(({ id, values }) => ({ id, values: keys.map((key) => values[key]) }));

async function planNew(name: string, options: SweepOptions, jobs: number, output: Output): Promise<Planned> {
  const { path, text, issues, checked, sweep } = await readConfig(name, { published: true });
  if (!checked) throw new RefusedConfig(name, issues);
  if (!sweep) throw errors.noSweepInConfig(name);
  for (const issue of issues) output.err(issueLine(name, issue));
  const trials = sweep.trials();
  const about = {
    name: checked.config.name,
    configPath: path,
    state: 'running' as const,
    createdAt: new Date().toISOString(),
    backend: options.backend ?? 'auto',
    jobs,
    keys: sweep.keys,
    trials: listed(sweep.keys, trials),
  };
  const place = {
    root: dirname(path),
    configText: text,
    ...(options.output !== undefined && { directory: options.output }),
  };
  return {
    format: configFormat(path),
    trials,
    record: { version: 1, configSha256: '', ...about },
    open: () => SweepFolder.create(place, about),
  };
}

async function planAgain(name: string, options: SweepOptions, jobs: number): Promise<Planned> {
  if (options.output !== undefined) throw errors.sweepIsThere(name);
  const folder = new SweepFolder(name);
  const record = await folder.readRecord();
  const text = await folder.readConfig(record);
  const format = configFormat(record.configPath);
  const { sweep, issues } = checkConfig(text, format);
  if (!sweep) throw new RefusedConfig(folder.configFile, issues);
  return {
    format,
    trials: sweep.trials(),
    record: { ...record, jobs, backend: options.backend ?? record.backend },
    open: () => Promise.resolve(folder),
  };
}

/** Code of a sweep: that of the worst trial. */
const codeOf = (results: readonly TrialResult[]): ExitCode => {
  const codes = results.flatMap(({ state, error }) =>
    state === 'completed' ? [] : [exitCodeOfCode(error?.code ?? '')],
  );
  return codes.includes(exitCode.program) ? exitCode.program : codes.length > 0 ? exitCode.input : exitCode.ok;
};

const stateOf = (results: readonly TrialResult[]): SweepState => {
  if (results.every(({ state }) => state === 'completed')) return 'completed';
  return results.every(({ state }) => state === 'completed' || state === 'failed') ? 'failed' : 'interrupted';
};

export async function sweep(name: string, options: SweepOptions, output: Output): Promise<ExitCode> {
  const jobs = jobsOf(options.jobs);
  const plan = isFolder(name) ? await planAgain(name, options, jobs) : await planNew(name, options, jobs, output);
  const modulePath = join(__dirname, 'engine.js');
  const running = new Running();
  const hear = (directory: string, event: Parameters<Running['hear']>[1]): void =>
    running.hear(basename(directory), event);
  const workers = Array.from(
    { length: Math.min(jobs, plan.trials.length) },
    () => new EngineWorker(modulePath, plan.record.backend, hear),
  );
  const killAll = (): void => {
    for (const worker of workers) worker.kill();
  };
  process.once('exit', killAll);
  try {
    return await interruptible(output, async (signal) => {
      const stop = (): void => void Promise.all(workers.map((worker) => worker.stop()));
      signal.addEventListener('abort', stop);
      // An engine that cannot start is one sentence, not a folder of failures.
      const info = await workers[0].greeted();
      const folder = await plan.open();
      const lock = await folder.lock();
      try {
        return await follow({ ...plan, folder, info, workers, running, options, output, signal });
      } finally {
        await lock.release();
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    process.off('exit', killAll);
  }
}

interface Following extends Planned {
  folder: SweepFolder;
  info: EngineInfo;
  workers: readonly EngineWorker[];
  running: Running;
  options: SweepOptions;
  output: Output;
  signal: AbortSignal;
}

/** Runs what is open, tells each trial as it ends, and all of them at the end. */
async function follow(sweep: Following): Promise<ExitCode> {
  const { folder, format, trials, options, output, signal, workers, running } = sweep;
  const { keys } = sweep.record;
  const json = options.json ?? false;
  const record: SweepRecord = { ...(await folder.readRecord()), state: 'running', jobs: sweep.record.jobs };
  delete record.endedAt;
  await folder.writeRecord(record);
  const resultOf = ({ id, values }: SweepTrial): Promise<TrialResult> =>
    trialResult(folder.trial(id), { id, values: keys.map((key) => values[key]) });
  const open: SweepTrial[] = [];
  for (const trial of trials)
    if (isOpen(await recordIfThere(folder.trial(trial.id)), options.retryFailed ?? false)) open.push(trial);
  let ended = trials.length - open.length;
  const lines = new TrialLines(keys, record.trials);
  if (!json) output.out(sweepHeading(folder.id, trials.length, ended, workers.length) + lines.heading());
  const progress = (): void => {
    const now = running.entries().map(([id, step]) => runningText(id, step));
    output.progress(progressText(ended, trials.length, now));
  };
  const timer = setInterval(progress, 500);
  try {
    const about = {
      folder,
      configPath: record.configPath,
      root: dirname(record.configPath),
      format,
      info: sweep.info,
      retryFailed: options.retryFailed ?? false,
    };
    await runTrials(
      open,
      workers,
      async (worker, trial) => {
        running.begin(trial.id);
        await runTrial(worker, trial, about, signal);
        running.end(trial.id);
        const result = await resultOf(trial);
        if (result.state === 'completed' || result.state === 'failed') ended++;
        if (!json) output.out(lines.of(result, ended));
      },
      signal,
    );
  } finally {
    clearInterval(timer);
    output.progress(undefined);
  }
  const results: TrialResult[] = [];
  for (const trial of trials) results.push(await resultOf(trial));
  const state = stateOf(results);
  const last: SweepRecord = { ...record, state, endedAt: new Date().toISOString() };
  await folder.writeRecord(last);
  return conclude(folder, last, results, sweep);
}

async function conclude(
  folder: SweepFolder,
  record: SweepRecord,
  results: TrialResult[],
  { options, output, signal }: Following,
): Promise<ExitCode> {
  const groups = groupTrials(record.keys, results);
  const written = await writeSweepReport(folder, record, results, groups, reportMaker).then(
    () => ({ report: folder.reportFile, csv: folder.tableFile }),
    (error: unknown) => {
      // The trials are safe on disk: a report that cannot be written is worth a warning only.
      output.err(warningLine(errors.describe(error).message));
      return { report: null, csv: null };
    },
  );
  const failed = results.filter(({ state }) => state === 'failed').length;
  const done = results.filter(({ state }) => state === 'completed').length + failed;
  const cancelled = signal.aborted && done < results.length;
  if (options.json) {
    const { directory, id } = folder;
    printJson(output, 'sweep', {
      ok: record.state === 'completed',
      state: record.state,
      sweep: { id, directory, ...withoutTrials(record) },
      trials: results.map((result) => ({ ...result, directory: resolve(folder.trial(result.id).directory) })),
      ...groups,
      ...written,
    });
  } else
    output.out(
      `\n${groupTable(groups)}${failureText(results)}${sweepPlaces(folder.directory, written.report, written.csv)}`,
    );
  // What cannot be had would fail again.
  const again = results.filter(({ state, error }) => state === 'failed' && !error?.code.startsWith('config.')).length;
  if (again > 0) output.err(errors.failedTrialsLine(again, folder.directory));
  if (!cancelled) return codeOf(results);
  output.err(errors.interruptedSweepLine(done, results.length, folder.directory));
  return exitCode.cancelled;
}
