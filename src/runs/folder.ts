/** One run's folder: where its files are, how it is made, read and removed. */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { isTemporary, writeTextAtomically } from '../formats/atomic-file';
import { makeFolder } from '../formats/make-folder';
import { cannotRead, systemCode } from '../formats/errors';
import { readText } from '../formats/text-file';
import { isEnded } from '../protocol/run';
import type { RunRecord } from '../protocol/run';
import * as errors from './errors';
import { readJournal } from './journal';
import { isLocked, lockName } from './lock';
import type { Lock } from './lock';
import { LockedFolder, sharedNames } from './locked-folder';
import { makeNumbered } from './new-folder';
import { makeProjectDirectory, rootOfRun, runsDirectory, slug } from './project';
import { formatRecord, maxRecordBytes, parseRecord } from './record';

const names = {
  ...sharedNames,
  record: 'run.json',
  journal: 'events.jsonl',
  init: 'init.safetensors',
  checkpoints: 'checkpoints',
  rotations: 'rotations',
  rewind: 'rewind.safetensors',
  updates: 'updates',
  masks: 'masks',
  sharing: 'sharing.json',
  sharingFailure: 'sharing-failure.json',
} as const;

/** What is written before the record. */
const beforeRecord: ReadonlySet<string> = new Set([names.config, names.journal, names.checkpoints, names.rotations]);

/** So is what is not there. */
const isEmpty = async (folder: string): Promise<boolean> => (await readdir(folder).catch(() => [])).length === 0;

export class RunFolder extends LockedFolder {
  get recordFile(): string {
    return join(this.directory, names.record);
  }
  get journalFile(): string {
    return join(this.directory, names.journal);
  }
  get initFile(): string {
    return join(this.directory, names.init);
  }
  get rotationsFile(): string {
    return join(this.directory, names.rotations, 'givens.safetensors');
  }
  /** Weights that later levels of lottery-ticket rewinding go back to. */
  get rewindFile(): string {
    return join(this.directory, names.rewind);
  }
  /** What each change of the masks dropped and grew. */
  get updates(): string {
    return join(this.directory, names.updates);
  }
  /** All masks, in the beginning and after each change. */
  get masks(): string {
    return join(this.directory, names.masks);
  }
  /** What was told of shared weights before the first step. */
  get sharingFile(): string {
    return join(this.directory, names.sharing);
  }
  /** The steps before a run that shares weights failed. */
  get sharingFailureFile(): string {
    return join(this.directory, names.sharingFailure);
  }
  get checkpoints(): string {
    return join(this.directory, names.checkpoints);
  }

  /**
   * Makes a new folder `NAME-N` with the next free number under `root`, or exactly `directory`, which must not be
   * there, be empty, or be what a process left that was killed before its run had a record; locks it and writes the
   * config into it.
   * @throws SparseError `runs.folder-not-empty`, `runs.still-running`, `runs.in-use-elsewhere`, `file.*`
   */
  static async create(options: {
    root: string;
    name: string;
    configText: string;
    directory?: string | undefined;
  }): Promise<{ folder: RunFolder; lock: Lock }> {
    const { root, name, configText, directory } = options;
    const folder = directory === undefined ? await makeNext(root, slug(name)) : new RunFolder(directory);
    if (directory !== undefined) await makeFolder(folder.directory);
    if (!(await folder.isUnused())) throw errors.folderNotEmpty(directory ?? folder.directory);
    const lock = await folder.lock().catch(async (error: unknown) => {
      // Empty, unless another process is beginning there.
      await rmdir(folder.directory).catch(() => undefined);
      throw error;
    });
    // Until the lock was ours another process may have begun there.
    if (!(await folder.isUnused())) {
      await lock.release();
      throw errors.folderNotEmpty(directory ?? folder.directory);
    }
    try {
      // The lock's own files are of whoever wants it.
      for (const left of await folder.names())
        if (!left.includes(lockName)) await rm(join(folder.directory, left), { recursive: true });
      for (const inner of [folder.checkpoints, dirname(folder.rotationsFile)]) await makeFolder(inner);
      await writeTextAtomically(folder.configFile, configText);
      return { folder, lock };
    } catch (error) {
      // It was empty before, and nothing of this run is to stay.
      await rm(folder.directory, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * The record as it stands: one that says it goes on, while no living process holds the lock, was interrupted. Its id
   * is the folder's name, also when the folder was renamed.
   * @throws SparseError `runs.no-record`, `runs.record-*`, `file.*`
   */
  async readRecord(): Promise<RunRecord> {
    const record = await this.readRecordAsWritten();
    if (isEnded(record.state) || (await isLocked(this.directory))) return record;
    // The run may have ended between the two looks: a writer writes its last record before it lets go of the lock.
    const settled = await this.readRecordAsWritten();
    if (isEnded(settled.state)) return settled;
    const { code, message } = errors.interrupted();
    return { ...settled, state: 'interrupted', error: { code, message } };
  }

  /** @throws SparseError `file.*` */
  writeRecord(record: RunRecord): Promise<void> {
    return writeTextAtomically(this.recordFile, formatRecord(record));
  }

  /**
   * Deletes the run. A folder among the project's runs goes whole; one that the person chose loses only what a run
   * writes, and stays when something else is in it.
   * @throws SparseError `runs.no-record`, `runs.record-*` (it is not a run folder), `runs.still-running`,
   *   `runs.in-use-elsewhere`, `runs.lock-damaged`, `runs.not-a-folder`, `runs.remove-failed`
   */
  async remove(): Promise<void> {
    const stat = await lstat(this.directory).catch((cause: unknown) => {
      throw systemCode(cause) === 'ENOENT' ? errors.noRecord(this.directory) : cannotRead(this.directory, cause);
    });
    // Following a link would delete a folder that only looks like it is here.
    if (!stat.isDirectory()) throw errors.notAFolder(this.directory);
    await this.readRecordAsWritten();
    // Nobody may resume what is being deleted.
    const lock = await this.lock();
    try {
      const own = rootOfRun(this.directory) !== undefined;
      const doomed = own ? await readdir(this.directory) : Object.values(names);
      // The record goes last: a removal that fails half-way can be tried again.
      for (const inner of doomed)
        if (inner !== names.record && inner !== lockName)
          await rm(join(this.directory, inner), { recursive: true, force: true });
      await rm(this.recordFile, { force: true });
      await rm(join(this.directory, lockName), { force: true });
      await rmdir(this.directory).catch((cause: unknown) => {
        if (own || !['ENOTEMPTY', 'EEXIST'].includes(systemCode(cause) ?? '')) throw cause;
      });
    } catch (cause) {
      await lock.release();
      throw errors.removeFailed(this.directory, systemCode(cause) ?? String(cause));
    }
  }

  /** @throws SparseError `file.*` */
  private async names(): Promise<string[]> {
    return readdir(this.directory).catch((cause: unknown) => {
      throw cannotRead(this.directory, cause);
    });
  }

  /**
   * Whether there is no run in it: nothing at all, or what a process writes before the record, with its lock, by which
   * it is told from a folder of somebody's own. The lock may be that of a living process.
   */
  private async isUnused(): Promise<boolean> {
    const found = (await this.names()).filter((name) => !isTemporary(name) && !name.startsWith(lockName));
    if (found.length === 0) return true;
    if (!(await this.names()).includes(lockName) || !found.every((name) => beforeRecord.has(name))) return false;
    for (const folder of [this.checkpoints, dirname(this.rotationsFile)]) if (!(await isEmpty(folder))) return false;
    return (await readJournal(this.journalFile)).every(({ type }) => type === 'state');
  }

  private async readRecordAsWritten(): Promise<RunRecord> {
    const json = await readText(this.recordFile, maxRecordBytes, errors.recordTooLarge).catch((error: unknown) => {
      throw isSparseError(error) && error.code === 'file.not-found' ? errors.noRecord(this.directory) : error;
    });
    return { ...parseRecord(json, this.recordFile), id: this.id };
  }
}

const makeNext = async (root: string, name: string): Promise<RunFolder> => {
  await makeProjectDirectory(root);
  return new RunFolder(await makeNumbered(runsDirectory(root), name));
};

/** A folder among the project's runs: its record, or why that cannot be read. */
export type ListedRun = { directory: string; record: RunRecord } | { directory: string; error: SparseError };

/** The project's runs, newest first, unreadable ones last. None when there is no such folder. */
export async function listRuns(root: string): Promise<ListedRun[]> {
  const runs = runsDirectory(root);
  const entries = await readdir(runs, { withFileTypes: true }).catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return [];
    throw cannotRead(runs, cause);
  });
  const listed: ListedRun[] = [];
  // One after the other: thousands of runs must not be thousands of open files.
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const directory = join(runs, entry.name);
    try {
      listed.push({ directory, record: await new RunFolder(directory).readRecord() });
    } catch (error) {
      listed.push({ directory, error: cannotRead(directory, error) });
    }
  }
  const created = (run: ListedRun): string => ('record' in run ? run.record.createdAt : '');
  const byNumber = new Intl.Collator('en', { numeric: true });
  return listed.sort(
    (a, b) =>
      (created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : 0) || byNumber.compare(b.directory, a.directory),
  );
}
