/** `sparsescope sweep CONFIG|FOLDER`: the trials of a grid, in engine processes of their own, and what they came to. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { BackendChoice } from '../../protocol/engine';
import type { TrialResult } from '../../protocol/sweep';
import { stopOf } from '../../runs/interruption';
import { SweepFolder, withoutTrials } from '../../runs/sweep-folder';
import { planAgain, planSweep } from '../../sweep/plan';
import type { SweepPlan } from '../../sweep/plan';
import { runSweep } from '../../sweep/run-sweep';
import type { SweepListener, SweepOutcome } from '../../sweep/run-sweep';
import { readConfig } from '../config-file';
import * as errors from '../errors';
import { exitCode, exitCodeOfCode, issueLine, RefusedConfig, warningLine } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { reportMaker } from '../report';
import {
  failureText,
  groupTable,
  progressText,
  runningText,
  sweepHeading,
  sweepPlaces,
  TrialLines,
  trialWarnings,
} from '../sweep-words';

export interface SweepOptions {
  json?: boolean;
  jobs?: string;
  backend?: BackendChoice;
  output?: string;
  retryFailed?: boolean;
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Reading it as a config says what is wrong.
    return false;
  }
};

const jobsOf = (text: string | undefined): number => {
  if (text === undefined) return availableParallelism();
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256) throw errors.badJobs(text);
  return jobs;
};

async function planNew(name: string, options: SweepOptions, jobs: number, output: Output): Promise<SweepPlan> {
  const { path, text, issues, checked, sweep } = await readConfig(name, { published: true });
  if (!checked) throw new RefusedConfig(name, issues);
  if (!sweep) throw errors.noSweepInConfig(name);
  for (const issue of issues) output.err(issueLine(name, issue));
  return planSweep({
    path,
    text,
    name: checked.config.name,
    sweep,
    root: dirname(path),
    directory: options.output,
    backend: options.backend ?? 'auto',
    jobs,
  });
}

/** Code of a sweep: that of the worst trial. */
const codeOf = (results: readonly TrialResult[]): ExitCode => {
  const codes = results.flatMap(({ state, error }) =>
    state === 'completed' ? [] : [exitCodeOfCode(error?.code ?? '')],
  );
  return codes.includes(exitCode.program) ? exitCode.program : codes.length > 0 ? exitCode.input : exitCode.ok;
};

export async function sweep(name: string, options: SweepOptions, output: Output): Promise<ExitCode> {
  const jobs = jobsOf(options.jobs);
  const again = isFolder(name);
  if (again && options.output !== undefined) throw errors.sweepIsThere(name);
  const plan = again
    ? await planAgain(new SweepFolder(name), { jobs, backend: options.backend })
    : await planNew(name, options, jobs, output);
  return interruptible(output, async (signal) => {
    const told = new Told(plan, options.json ?? false, output);
    try {
      const outcome = await runSweep(plan, {
        modulePath: join(__dirname, 'engine.js'),
        retryFailed: options.retryFailed ?? false,
        maker: reportMaker,
        describe: errors.describe,
        listener: told,
        signal,
      });
      told.end();
      return conclude(outcome, { options, output, signal });
    } finally {
      told.end();
    }
  });
}

/** Tells each trial as it ends, and between them what runs. */
class Told implements SweepListener {
  private readonly lines: TrialLines;
  private readonly count: number;
  private timer: ReturnType<typeof setInterval> | undefined;
  private ended = 0;

  constructor(
    { record }: SweepPlan,
    private readonly json: boolean,
    private readonly output: Output,
  ) {
    this.lines = new TrialLines(record.keys, record.trials);
    this.count = record.trials.length;
  }

  begun({ folder, before, processes, running }: Parameters<SweepListener['begun']>[0]): void {
    const { count, output } = this;
    this.ended = before;
    if (!this.json) output.out(sweepHeading(folder.id, count, before, processes) + this.lines.heading());
    this.timer = setInterval(() => {
      const now = running.entries().map(([id, step]) => runningText(id, step));
      output.progress(progressText(this.ended, count, now));
    }, 500);
  }

  left(trial: TrialResult, ended: number): void {
    this.ended = ended;
    if (!this.json) this.output.out(this.lines.of(trial, ended));
  }

  /** Takes the line of progress away. */
  end(): void {
    clearInterval(this.timer);
    this.output.progress(undefined);
  }
}

/** All of them, at the end. */
function conclude(
  { folder, record, results, groups, reportError }: SweepOutcome,
  { options, output, signal }: { options: SweepOptions; output: Output; signal: AbortSignal },
): ExitCode {
  if (reportError !== undefined) output.err(warningLine(errors.describe(reportError).message));
  const report = reportError === undefined ? folder.reportFile : null;
  const csv = reportError === undefined ? folder.tableFile : null;
  const failed = results.filter(({ state }) => state === 'failed').length;
  const done = results.filter(({ state }) => state === 'completed').length + failed;
  if (options.json) {
    const { directory, id } = folder;
    printJson(output, 'sweep', {
      ok: record.state === 'completed',
      state: record.state,
      sweep: { id, directory, ...withoutTrials(record) },
      trials: results.map((result) => ({ ...result, directory: resolve(folder.trial(result.id).directory) })),
      ...groups,
      report,
      csv,
    });
  } else
    output.out(
      `\n${groupTable(groups)}${failureText(results)}${trialWarnings(results)}${sweepPlaces(folder.directory, report, csv)}`,
    );
  // What cannot be had would fail again.
  const again = results.filter(({ state, error }) => state === 'failed' && !error?.code.startsWith('config.'));
  if (again.length > 0) {
    const ids = again.map(({ id }) => id);
    output.err(errors.failedTrialsLine(ids, folder.directory));
  }
  if (!(signal.aborted && done < results.length)) {
    if (done < results.length) output.err(errors.heldTrialsLine(results.length - done, folder.directory));
    return codeOf(results);
  }
  output.err(errors.stoppedSweepLine(stopOf(signal), done, results.length, folder.directory));
  return exitCode.cancelled;
}
