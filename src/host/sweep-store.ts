/** All sweeps of the open folders, with how far their trials are: read from disk, whoever runs them. */
import type { SweepReference } from '../contributions';
import { isSparseError } from '../core/errors';
import type { SweepRecord, TrialState } from '../protocol/sweep';
import { cannotRead } from '../formats/errors';
import { isEnded } from '../protocol/run';
import { glance } from '../runs/glance';
import { listSweeps, SweepFolder } from '../runs/sweep-folder';
import { Emitter } from './emitter';
import { describeError, isForPeople } from './errors';
import { Throttle } from './throttle';
import { trialTitles } from './trees/trial-title';

/** Sweeps that go on are looked at this often, wherever they run. */
const lookInterval = 1_000;

export interface TrialEntry {
  kind: 'trial';
  /** `0001` */
  id: string;
  /** Its run folder, which need not be there. */
  directory: string;
  /** Folder of the sweep. */
  sweep: string;
  /** Its values. */
  title: string;
  state: TrialState;
  step: number;
  totalSteps: number;
  /** Of the validation examples, after the last epoch. */
  accuracy: number | undefined;
  problem: string | undefined;
}

export interface SweepEntry extends SweepReference {
  kind: 'sweep';
  /** Folder name. */
  id: string;
  /** Absent when the record cannot be read; `problem` then says why. */
  record?: SweepRecord;
  problem?: string;
  trials: TrialEntry[];
  /** Trials that completed or failed, and those that failed. */
  ended: number;
  failed: number;
  /** Of those that completed, the one with the highest accuracy. */
  best: TrialEntry | undefined;
}

export interface SweepStoreOptions {
  /** Folders that may hold `.sparsescope`. */
  roots: () => string[];
  report: (error: unknown) => void;
}

const bestOf = (trials: readonly TrialEntry[]): TrialEntry | undefined => {
  let best: TrialEntry | undefined;
  for (const trial of trials)
    if (trial.state === 'completed' && trial.accuracy !== undefined && trial.accuracy > (best?.accuracy ?? -1))
      best = trial;
  return best;
};

export class SweepStore {
  private readonly entries = new Map<string, SweepEntry>();
  private readonly changed: Emitter<void>;
  private readonly tell: Throttle;
  private readonly looking: ReturnType<typeof setInterval>;
  private reading: Promise<void> | undefined;
  private again = false;

  constructor(private readonly options: SweepStoreOptions) {
    this.changed = new Emitter(options.report);
    this.tell = new Throttle(() => this.changed.fire(), options.report);
    this.looking = setInterval(() => {
      if (!this.reading) this.readLive().catch(options.report);
    }, lookInterval);
    this.looking.unref();
  }

  get onDidChange(): Emitter<void>['event'] {
    return this.changed.event;
  }

  list(): SweepEntry[] {
    return [...this.entries.values()];
  }

  get(directory: string): SweepEntry | undefined {
    return this.entries.get(directory);
  }

  trial(directory: string): TrialEntry | undefined {
    for (const { trials } of this.entries.values()) {
      const found = trials.find((trial) => trial.directory === directory);
      if (found) return found;
    }
    return undefined;
  }

  /** The sweep in a folder given by its path, in the open folders or not. */
  async find(directory: string): Promise<SweepEntry> {
    await this.refresh();
    return this.entries.get(directory) ?? this.read(new SweepFolder(directory));
  }

  /** Reads the one sweep again. */
  async refreshOne(directory: string): Promise<void> {
    this.put(await this.read(new SweepFolder(directory)));
  }

  /** Reads the folders again. Asked for while reading, it reads once more afterwards. */
  async refresh(): Promise<void> {
    this.again = true;
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
    await this.reading;
  }

  dispose(): void {
    clearInterval(this.looking);
    this.tell.dispose();
  }

  private async readAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      const found = new Set<string>();
      for (const root of this.options.roots())
        for (const folder of await listSweeps(root)) {
          found.add(folder.directory);
          this.put(await this.read(folder));
        }
      for (const directory of this.entries.keys())
        if (!found.has(directory)) {
          this.entries.delete(directory);
          this.tell.request();
        }
    }
  }

  private async readLive(): Promise<void> {
    for (const { directory, record } of this.list()) if (record?.state === 'running') await this.refreshOne(directory);
  }

  /** A tree that is drawn anew takes away the tooltip one is reading: only what is new is told. */
  private put(entry: SweepEntry): void {
    const known = this.entries.get(entry.directory);
    if (JSON.stringify(known) === JSON.stringify(entry)) return;
    this.entries.set(entry.directory, entry);
    this.tell.request();
  }

  private async read(folder: SweepFolder): Promise<SweepEntry> {
    const { directory, id } = folder;
    const known = this.entries.get(directory);
    const about = { kind: 'sweep' as const, id, directory };
    let record: SweepRecord;
    try {
      record = await folder.readRecord();
    } catch (error) {
      const problem = this.say(cannotRead(directory, error));
      return { ...about, problem, trials: [], ended: 0, failed: 0, best: undefined };
    }
    const before = new Map(known?.trials.map((trial) => [trial.id, trial]));
    const titles = trialTitles(record);
    const begun = await folder.begun();
    /** By id: a record of somebody else's making may name one twice, and no tree has the same row twice. */
    const found = new Map<string, TrialEntry>();
    // One after the other: hundreds of trials must not be hundreds of open files.
    for (const [index, { id: trial }] of record.trials.entries()) {
      const was = before.get(trial);
      // What is completed stays so.
      const same = was?.state === 'completed' && begun.has(trial);
      const blank = this.blank(folder, trial, titles[index]);
      found.set(trial, same ? was : begun.has(trial) ? await this.look(folder, blank) : blank);
    }
    const trials = [...found.values()];
    const failed = trials.filter(({ state }) => state === 'failed').length;
    const ended = failed + trials.filter(({ state }) => state === 'completed').length;
    return { ...about, record, trials, ended, failed, best: bestOf(trials) };
  }

  private blank(folder: SweepFolder, id: string, title: string): TrialEntry {
    const { directory } = folder.trial(id);
    const nothing = { step: 0, totalSteps: 0, accuracy: undefined, problem: undefined };
    return { kind: 'trial', id, directory, sweep: folder.directory, title, state: 'waiting', ...nothing };
  }

  private async look(folder: SweepFolder, blank: TrialEntry): Promise<TrialEntry> {
    try {
      const { record, step, accuracy } = await glance(folder.trial(blank.id));
      const { state, totalSteps, error } = record;
      return { ...blank, state, step, totalSteps, accuracy, problem: isEnded(state) ? error?.message : undefined };
    } catch (error) {
      if (isSparseError(error) && error.code === 'runs.no-record') return blank;
      return { ...blank, state: 'failed', problem: this.say(error) };
    }
  }

  private say(error: unknown): string {
    if (!isForPeople(error)) this.options.report(error);
    return describeError(error).message;
  }
}
