/** The folder of a sweep: its config, its record, and a run folder for each trial. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { configTooLarge } from '../config/invalid';
import { maxConfigBytes } from '../config/format';
import { isSparseError } from '../core/errors';
import type { PlainValue } from '../core/plain-value';
import { writeTextAtomically } from '../formats/atomic-file';
import { readText } from '../formats/text-file';
import { sweepRecordVersion } from '../protocol/sweep';
import type { SweepRecord, SweepTrialRecord } from '../protocol/sweep';
import * as errors from './errors';
import { RunFolder } from './folder';
import { acquireLock, isLocked } from './lock';
import type { Lock } from './lock';
import { makeExactly, makeNumbered } from './new-folder';
import { makeProjectDirectory, slug, sweepsDirectory } from './project';
import { Invalid, list, object, oneOf, optional, text, whole } from './validate';
import type { Check } from './validate';

const maxRecordBytes = 1 << 24;

/** Values are shown, nothing is done with them: whatever JSON has is right. */
const anyValue: Check<PlainValue> = (value) => value as PlainValue;

const checkRecord = object<SweepRecord>({
  version: oneOf(sweepRecordVersion),
  name: text(255),
  configPath: text(4096),
  configSha256: text(64),
  state: oneOf('running', 'completed', 'failed', 'interrupted'),
  createdAt: text(40),
  endedAt: optional(text(40)),
  backend: text(40) as Check<SweepRecord['backend']>,
  jobs: whole,
  keys: list(text(4096), 1000),
  trials: list(object<SweepTrialRecord>({ id: text(20), values: list(anyValue, 1000) }), 1 << 16),
});

/** What is told of a sweep where its trials are told by themselves. */
export function withoutTrials(record: SweepRecord): Omit<SweepRecord, 'trials'> {
  const about: Partial<SweepRecord> = { ...record };
  delete about.trials;
  return about as Omit<SweepRecord, 'trials'>;
}

const hashOf = (config: string): string => createHash('sha256').update(config).digest('hex');

export class SweepFolder {
  /** Absolute. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  get id(): string {
    return basename(this.directory);
  }
  /** The config as it was swept, verbatim. */
  get configFile(): string {
    return join(this.directory, 'config.yaml');
  }
  get recordFile(): string {
    return join(this.directory, 'sweep.json');
  }
  get reportFile(): string {
    return join(this.directory, 'report.html');
  }
  get tableFile(): string {
    return join(this.directory, 'trials.csv');
  }

  trial(id: string): RunFolder {
    return new RunFolder(join(this.directory, 'trials', id));
  }

  /**
   * Makes `ROOT/.sparsescope/sweeps/NAME-N`, or exactly `directory`, with the config and the record in it.
   * @throws SparseError `runs.folder-not-empty`, `file.*`
   */
  static async create(
    options: { root: string; directory?: string | undefined; configText: string },
    record: Omit<SweepRecord, 'version' | 'configSha256'>,
  ): Promise<SweepFolder> {
    const { root, directory, configText } = options;
    if (directory === undefined) await makeProjectDirectory(root);
    const path = directory ?? (await makeNumbered(sweepsDirectory(root), slug(record.name)));
    const folder = new SweepFolder(directory === undefined ? path : await makeExactly(path));
    try {
      await writeTextAtomically(folder.configFile, configText);
      await folder.writeRecord({ version: sweepRecordVersion, ...record, configSha256: hashOf(configText) });
      return folder;
    } catch (error) {
      await rm(folder.directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** At most one process runs the trials. @throws as `RunFolder.lock` */
  lock(): Promise<Lock> {
    return acquireLock(this.directory);
  }

  /** @throws SparseError `file.*` */
  async writeRecord(record: SweepRecord): Promise<void> {
    await writeTextAtomically(this.recordFile, `${JSON.stringify(record, null, 2)}\n`);
  }

  /**
   * One that says it is running, while no living process holds the lock, was interrupted.
   * @throws SparseError `runs.no-sweep`, `runs.record-invalid`, `runs.record-version`, `file.*`
   */
  async readRecord(): Promise<SweepRecord> {
    const json = await readText(this.recordFile, maxRecordBytes, errors.recordTooLarge).catch((error: unknown) => {
      throw isSparseError(error) && error.code === 'file.not-found' ? errors.noSweep(this.directory) : error;
    });
    const record = this.parse(json);
    const over = record.state === 'running' && !(await isLocked(this.directory));
    return over ? { ...record, state: 'interrupted' } : record;
  }

  private parse(json: string): SweepRecord {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw errors.recordInvalid(this.recordFile, 'the text', 'JSON');
    }
    const version = (value as { version?: unknown } | null)?.version;
    if (typeof version === 'number' && version !== sweepRecordVersion)
      throw errors.recordVersion(this.recordFile, String(version), sweepRecordVersion);
    try {
      return checkRecord(value, '');
    } catch (error) {
      if (error instanceof Invalid) throw errors.recordInvalid(this.recordFile, error.where, error.expected);
      throw error;
    }
  }

  /** The config that its trials come from. @throws SparseError `runs.sweep-config-changed`, `file.*` */
  async readConfig({ configSha256 }: SweepRecord): Promise<string> {
    const config = await readText(this.configFile, maxConfigBytes, configTooLarge);
    if (hashOf(config) !== configSha256) throw errors.sweepConfigChanged(this.configFile);
    return config;
  }
}
