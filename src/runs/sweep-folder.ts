/** The folder of a sweep: its config, its record, and a run folder for each trial. */
import { createHash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { configTooLarge } from '../config/invalid';
import { maxConfigBytes } from '../config/format';
import { isSparseError } from '../core/errors';
import type { PlainValue } from '../core/plain-value';
import { writeTextAtomically } from '../formats/atomic-file';
import { cannotRead, systemCode } from '../formats/errors';
import { readText } from '../formats/text-file';
import { sweepRecordVersion } from '../protocol/sweep';
import type { SweepRecord, SweepTrialRecord } from '../protocol/sweep';
import * as errors from './errors';
import { RunFolder } from './folder';
import { isLocked, lockName } from './lock';
import { LockedFolder } from './locked-folder';
import { makeExactly, makeNumbered } from './new-folder';
import { makeProjectDirectory, rootOfSweep, slug, sweepsDirectory } from './project';
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
  state: oneOf('running', 'completed', 'failed', 'cancelled', 'interrupted'),
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

/** At most one process runs its trials: the one that holds its lock. */
export class SweepFolder extends LockedFolder {
  get recordFile(): string {
    return join(this.directory, 'sweep.json');
  }
  get tableFile(): string {
    return join(this.directory, 'trials.csv');
  }

  get trials(): string {
    return join(this.directory, 'trials');
  }

  trial(id: string): RunFolder {
    return new RunFolder(join(this.trials, id));
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

  /** Ids of the trials that have begun, or were refused. @throws SparseError `file.*` */
  async begun(): Promise<Set<string>> {
    return new Set(await foldersIn(this.trials));
  }

  /**
   * Deletes the sweep with its trials: one of a project, readable or not. Its lock, and those of its trials, are to be
   * free.
   * @throws SparseError `runs.sweep-elsewhere`, `runs.not-a-folder`, `runs.still-running`, `runs.in-use-elsewhere`,
   *   `runs.lock-damaged`, `runs.remove-failed`
   */
  async remove(): Promise<void> {
    // One of `sweep -o` is a folder that the person chose, maybe with other things in it.
    if (rootOfSweep(this.directory) === undefined) throw errors.sweepElsewhere(this.directory);
    const stat = await lstat(this.directory).catch((cause: unknown) => {
      throw systemCode(cause) === 'ENOENT' ? errors.noSweep(this.directory) : cannotRead(this.directory, cause);
    });
    // Following a link would delete a folder that only looks like it is here.
    if (!stat.isDirectory()) throw errors.notAFolder(this.directory);
    const lock = await this.lock();
    try {
      // The engine of a sweep that was killed may still be writing.
      for (const id of await this.begun()) await (await this.trial(id).lock()).release();
      await rm(this.trials, { recursive: true, force: true });
      // The record goes last: a removal that fails half-way can be tried again.
      for (const inner of await readdir(this.directory))
        if (inner !== basename(this.recordFile) && inner !== lockName)
          await rm(join(this.directory, inner), { recursive: true, force: true });
      await rm(this.directory, { recursive: true, force: true });
    } catch (cause) {
      await lock.release();
      throw isSparseError(cause) ? cause : errors.removeFailed(this.directory, systemCode(cause) ?? String(cause));
    }
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

/** Names of the folders in a folder, in order; none when it is not there. @throws SparseError `file.*` */
async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return [];
    throw cannotRead(directory, cause);
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** The folders of a project's sweeps. @throws SparseError `file.*` */
export async function listSweeps(root: string): Promise<SweepFolder[]> {
  const directory = sweepsDirectory(root);
  return (await foldersIn(directory)).map((name) => new SweepFolder(join(directory, name)));
}
