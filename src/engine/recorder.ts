/** Writes what one run does: journal first, then the record, then word to whoever listens. */
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import type { EngineEvents } from '../protocol/engine';
import { isEnded } from '../protocol/run';
import type { RunEvent, RunRecord, RunState } from '../protocol/run';
import type { RunFolder } from '../runs/folder';
import { folderGone } from '../runs/errors';
import { Journal } from '../runs/journal';
import type { Lock } from '../runs/lock';

export type Emit = <K extends keyof EngineEvents>(event: K, value: EngineEvents[K]) => void;

/** An event without its time, which the recorder adds. */
export type Untimed<E extends RunEvent = RunEvent> = E extends RunEvent ? Omit<E, 'at'> : never;

/** Milliseconds between two looks at whether the folder is where it was: often enough not to train for nothing. */
const lookEvery = 1000;

export class Recorder {
  private lookedAt = 0;

  private constructor(
    readonly folder: RunFolder,
    private readonly lock: Lock,
    private current: RunRecord,
    private readonly journal: Journal,
    private readonly emit: Emit,
    private readonly now: () => number,
  ) {}

  /**
   * Opens the journal, dropping events after `truncateAfterStep` if given, and writes the record. `lock`: that of the
   * folder; the end of the run releases it, a failure here leaves it to the caller.
   * @throws SparseError `file.*`
   */
  static async open(
    folder: RunFolder,
    lock: Lock,
    record: RunRecord,
    emit: Emit,
    options: { truncateAfterStep?: number; now?: () => number } = {},
  ): Promise<Recorder> {
    const { truncateAfterStep, now = Date.now } = options;
    const journal = await Journal.open(folder.journalFile, { truncateAfterStep });
    const recorder = new Recorder(folder, lock, record, journal, emit, now);
    try {
      await recorder.state(record.state);
      return recorder;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  get record(): RunRecord {
    return this.current;
  }

  /**
   * Before files are written that would make a moved or deleted folder anew, half of it.
   * @throws SparseError `runs.folder-gone`
   */
  async mustBeInPlace(): Promise<RunFolder> {
    this.lookedAt = this.now();
    if (!(await this.isInPlace())) throw folderGone(this.folder.directory);
    return this.folder;
  }

  /** As `mustBeInPlace`, now and then: to be called often. */
  async look(): Promise<void> {
    if (Math.abs(this.now() - this.lookedAt) >= lookEvery) await this.mustBeInPlace();
  }

  /** Answers the event with its time. @throws SparseError `file.*` */
  event(event: Untimed): RunEvent {
    const timed = { ...event, at: Math.max(0, this.now() - Date.parse(this.current.createdAt)) };
    this.journal.append(timed);
    this.emit('runEvent', { id: this.folder.id, directory: this.folder.directory, event: timed });
    return timed;
  }

  /**
   * Tells what does not end the run: in the journal and to the log. `layer`: whose it is alone.
   * @throws SparseError `file.*`
   */
  warn({ code, message }: SparseError, step?: number, layer?: string): RunEvent {
    this.emit('log', { level: 'warn', message: `${this.folder.id}: ${message}` });
    return this.event({
      type: 'warning',
      ...(step !== undefined && { step }),
      code,
      message,
      ...(layer !== undefined && { layer }),
    });
  }

  /** The events so far are on the disk, in their place, when this resolves. @throws SparseError `runs.folder-gone`, `file.*` */
  async flush(): Promise<void> {
    await this.journal.flush();
    await this.mustBeInPlace();
  }

  /**
   * A new state, in the journal and in `run.json`, with whatever else changed.
   * @throws SparseError `runs.folder-gone`, `file.*`
   */
  async state(state: RunState, change: Partial<RunRecord> = {}): Promise<void> {
    await this.mustBeInPlace();
    this.become(state, change);
    const message = change.error?.message;
    this.event({ type: 'state', state, ...(message !== undefined && { message }) });
    await this.write();
  }

  /**
   * The last state, whatever the disk says: a full disk must not keep the others from learning that the run ended, and
   * one whose folder is gone has failed. Answers what could not be written, unless the record tells it.
   */
  async end(state: RunState, change: Partial<RunRecord> = {}): Promise<Error | undefined> {
    try {
      await this.state(state, change);
      return undefined;
    } catch (error) {
      const gone = (await this.isInPlace()) ? undefined : folderGone(this.folder.directory);
      if (gone) this.become('failed', { error: { code: gone.code, message: gone.message } });
      this.announce();
      if (gone) return undefined;
      return isSparseError(error) ? error : new Error(String(error));
    } finally {
      this.journal.close();
      await this.lock.release();
    }
  }

  /** Leaves the run as it is on disk, for another recorder to go on with. */
  async leave(): Promise<void> {
    this.journal.close();
    await this.lock.release();
  }

  /** The end of a run that was left and that nothing could go on with. @throws SparseError `file.*` */
  async giveUp(error: { code: string; message: string }): Promise<void> {
    this.current = { ...this.current, state: 'failed', endedAt: new Date(this.now()).toISOString(), error };
    await this.write();
  }

  /** Who deletes a lock by hand ends no run: then the journal tells. */
  private async isInPlace(): Promise<boolean> {
    return (await this.lock.isThere()) ?? this.journal.isInPlace();
  }

  private become(state: RunState, change: Partial<RunRecord>): void {
    const next = { ...this.current, state };
    delete next.error;
    delete next.endedAt;
    if (isEnded(state)) next.endedAt = new Date(this.now()).toISOString();
    this.current = { ...next, ...change };
  }

  private async write(): Promise<void> {
    await this.folder.writeRecord(this.current);
    this.announce();
  }

  private announce(): void {
    this.emit('runChanged', { id: this.folder.id, directory: this.folder.directory, record: this.current });
  }
}
