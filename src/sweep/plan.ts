/** What a sweep is to do: a new one from a config, or one of a folder again. */
import { dirname } from 'node:path';
import { checkConfig } from '../config/check';
import type { ConfigFormat } from '../config/format';
import { configFormat } from '../config/format';
import { configInvalid } from '../config/invalid';
import type { Sweep, SweepTrial } from '../config/sweep';
import type { BackendChoice } from '../protocol/engine';
import type { SweepRecord } from '../protocol/sweep';
import { rootOfSweep } from '../runs/project';
import { SweepFolder } from '../runs/sweep-folder';

/** A sweep that has its folder, or will have it once an engine has answered. */
export interface SweepPlan {
  format: ConfigFormat;
  /** The folder of the project. */
  root: string;
  trials: readonly SweepTrial[];
  record: SweepRecord;
  open: () => Promise<SweepFolder>;
}

export interface NewSweep {
  /** Absolute path of the config, its text, and what its check found. */
  path: string;
  text: string;
  name: string;
  sweep: Sweep;
  root: string;
  /** Instead of the next folder of the project. */
  directory?: string | undefined;
  backend: BackendChoice;
  jobs: number;
}

export function planSweep({ path, text, name, sweep, root, directory, backend, jobs }: NewSweep): SweepPlan {
  const trials = sweep.trials();
  const about = {
    name,
    configPath: path,
    state: 'running' as const,
    createdAt: new Date().toISOString(),
    backend,
    jobs,
    keys: sweep.keys,
    trials: trials.map(({ id, values }) => ({ id, values: sweep.keys.map((key) => values[key]) })),
  };
  return {
    format: configFormat(path),
    root,
    trials,
    record: { version: 1, configSha256: '', ...about },
    open: () => SweepFolder.create({ root, configText: text, directory }, about),
  };
}

/** The trials of a sweep as they are made of the config in its folder. */
async function trialsOf(folder: SweepFolder, record: SweepRecord): Promise<readonly SweepTrial[]> {
  const text = await folder.readConfig(record);
  // Each trial is checked again when it begins.
  const { sweep, issues } = checkConfig(text, configFormat(record.configPath), { mostTrials: 1 });
  if (!sweep) throw configInvalid(folder.configFile, issues);
  return sweep.trials();
}

/**
 * `backend`: another one than before.
 * @throws SparseError `runs.no-sweep`, `runs.record-*`, `runs.sweep-config-changed`, `file.*`, `config.invalid` when
 *   another version took the config for right
 */
export async function planAgain(
  folder: SweepFolder,
  { jobs, backend }: { jobs: number; backend?: BackendChoice | undefined },
): Promise<SweepPlan> {
  const record = await folder.readRecord();
  return {
    format: configFormat(record.configPath),
    root: rootOfSweep(folder.directory) ?? dirname(record.configPath),
    trials: await trialsOf(folder, record),
    record: { ...record, jobs, backend: backend ?? record.backend },
    open: () => Promise.resolve(folder),
  };
}
