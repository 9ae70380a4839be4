/** All runs of the open folders: what is on disk, and what the engine tells of those going on. */
import type { RunReference } from '../contributions';
import type { EngineEvents } from '../protocol/engine';
import type { EpochEvent, LastMasks, RunEvent, RunRecord } from '../protocol/run';
import { cannotRead } from '../formats/errors';
import { isEnded } from '../protocol/run';
import { RunFolder, listRuns, type ListedRun } from '../runs/folder';
import { RunReader } from '../runs/reader';
import { Emitter } from './emitter';
import { describeError, isForPeople } from './errors';
import { Throttle } from './throttle';

/** Runs of another process (a terminal) tell nothing by themselves: their journals are looked at this often. */
const foreignInterval = 1_000;

export interface RunEntry extends RunReference {
  /** Folder name. */
  id: string;
  /** Absent when the record cannot be read; `problem` then says why. */
  record?: RunRecord;
  problem?: string;
  /** Completed updates. */
  step: number;
  /** Best validation accuracy so far. */
  best: number | undefined;
  /** None before the masks change. */
  masks?: LastMasks | undefined;
}

export interface RunStoreOptions {
  /** Folders that may hold `.sparsescope`. */
  roots: () => string[];
  /** Whether this window's engine is writing that run. */
  isOurs: (directory: string) => boolean;
  report: (error: unknown) => void;
}

const best = (epochs: readonly EpochEvent[]): number | undefined =>
  epochs.length === 0 ? undefined : Math.max(...epochs.map((epoch) => epoch.validationAccuracy));

/** A folder without a record: the run was deleted, or never was one. */
const noRecordCode = 'runs.no-record';

const readRun = async (directory: string): Promise<ListedRun> => {
  try {
    return { directory, record: await new RunFolder(directory).readRecord() };
  } catch (error) {
    return { directory, error: cannotRead(directory, error) };
  }
};

const idOf = (directory: string): string => directory.split(/[/\\]/).at(-1) ?? directory;

export class RunStore {
  /** The folders were read at least once. */
  loaded = false;
  private readonly entries = new Map<string, RunEntry>();
  private readonly readers = new Map<string, RunReader>();
  /** What the engine told of: also a run outside the open folders stays listed while the window is open. */
  private readonly told = new Set<string>();
  /** Runs that are looked at and are not of the list: trials of sweeps. */
  private readonly seen = new Set<string>();
  private readonly changed: Emitter<void>;
  private readonly tell: Throttle;
  private reading: Promise<void> | undefined;
  private again = false;
  private polling = false;
  private readonly foreign: ReturnType<typeof setInterval>;

  constructor(private readonly options: RunStoreOptions) {
    this.changed = new Emitter(options.report);
    this.tell = new Throttle(() => this.changed.fire(), options.report);
    this.foreign = setInterval(() => {
      if (this.readers.size > 0 && !this.polling) this.pollForeign().catch(options.report);
    }, foreignInterval);
    this.foreign.unref();
  }

  /** At most 10 times a second. */
  get onDidChange(): Emitter<void>['event'] {
    return this.changed.event;
  }

  /** Newest first. */
  list(): RunEntry[] {
    const created = (entry: RunEntry): string => entry.record?.createdAt ?? '';
    const listed = [...this.entries.values()].filter(({ directory }) => !this.seen.has(directory));
    return listed.sort(
      (a, b) => created(b).localeCompare(created(a)) || b.id.localeCompare(a.id, undefined, { numeric: true }),
    );
  }

  get(directory: string): RunEntry | undefined {
    return this.entries.get(directory);
  }

  /**
   * The run in a folder given by its path: read from there when it is not of the open folders, and not listed. Its
   * `problem` says why it cannot be read, when it cannot.
   */
  async find(directory: string): Promise<RunEntry> {
    const known = this.entries.get(directory);
    if (known) return known;
    await this.refresh();
    return this.entries.get(directory) ?? (await this.readEntry(await readRun(directory)));
  }

  /** Keeps a run outside the open folders' lists known, and followed while it goes on. */
  async look(directory: string): Promise<void> {
    if (this.entries.has(directory)) return;
    await this.refresh();
    if (this.entries.has(directory)) return;
    this.seen.add(directory);
    await this.refresh();
  }

  /** Reads the folders again. Asked for while reading, it reads once more afterwards. */
  async refresh(): Promise<void> {
    this.again = true;
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
    await this.reading;
  }

  /** `run.json` as the engine wrote it. */
  applyRecord({ id, directory, record }: EngineEvents['runChanged']): void {
    const known = this.entries.get(directory);
    this.told.add(directory);
    this.entries.set(directory, {
      id,
      directory,
      record,
      step: known?.step ?? 0,
      best: known?.best,
      masks: known?.masks,
    });
    this.tell.request();
  }

  /** An event the engine has written to the journal. */
  applyEvent({ directory, event }: EngineEvents['runEvent']): void {
    const entry = this.entries.get(directory);
    if (!entry) return;
    this.entries.set(directory, merge(entry, event));
    this.tell.request();
  }

  dispose(): void {
    clearInterval(this.foreign);
    this.tell.dispose();
    for (const reader of this.readers.values()) reader.dispose();
    this.readers.clear();
  }

  private async readAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      const found = new Set<string>();
      for (const root of this.options.roots())
        for (const run of await listRuns(root)) {
          found.add(run.directory);
          if (!this.options.isOurs(run.directory)) await this.read(run);
        }
      for (const directory of this.seen) if (found.has(directory)) this.seen.delete(directory);
      for (const directory of [...this.told, ...this.seen])
        if (!found.has(directory) && (await this.readTold(directory))) found.add(directory);
      for (const directory of this.entries.keys())
        if (!found.has(directory) && !this.options.isOurs(directory)) this.forget(directory);
      this.loaded = true;
      this.tell.request();
    }
  }

  /** Whether a run that the engine told of, or that is looked at, is still there. */
  private async readTold(directory: string): Promise<boolean> {
    if (this.options.isOurs(directory)) return true;
    const run = await readRun(directory);
    if ('error' in run && run.error.code === noRecordCode) {
      this.told.delete(directory);
      this.seen.delete(directory);
      return false;
    }
    await this.read(run);
    return true;
  }

  private async read(run: ListedRun): Promise<void> {
    const { directory } = run;
    const known = this.entries.get(directory);
    // The journal of an ended run does not grow: it is read once.
    if ('record' in run && isEnded(run.record.state) && known?.record && isEnded(known.record.state)) {
      if (known.record.endedAt === run.record.endedAt) {
        this.entries.set(directory, { ...known, record: run.record });
        return;
      }
    }
    this.entries.set(directory, await this.readEntry(run, this.readers));
  }

  /** Of a run that goes on the reader is put among `kept`, to be asked again. */
  private async readEntry(run: ListedRun, kept?: Map<string, RunReader>): Promise<RunEntry> {
    const { directory } = run;
    const id = idOf(directory);
    if (!('record' in run)) return { id, directory, problem: this.say(run.error), step: 0, best: undefined };
    const { record } = run;
    const reader = this.readers.get(directory) ?? new RunReader(new RunFolder(directory));
    try {
      const { step, epochs } = await reader.snapshot();
      if (isEnded(record.state)) this.release(directory, reader);
      else kept?.set(directory, reader);
      return { id, directory, record, step, best: best(epochs), masks: reader.lastMasks };
    } catch (error) {
      this.release(directory, reader);
      return { id, directory, record, problem: this.say(error), step: 0, best: undefined };
    }
  }

  private async pollForeign(): Promise<void> {
    this.polling = true;
    for (const [directory, reader] of [...this.readers]) {
      if (this.options.isOurs(directory)) this.release(directory, reader);
      else await this.pollOne(directory, reader);
    }
    this.polling = false;
  }

  /** What one run does wrong is told once, with its entry, and costs the others nothing. */
  private async pollOne(directory: string, reader: RunReader): Promise<void> {
    const id = idOf(directory);
    try {
      if (!(await reader.poll())) return;
      const { record, step, epochs } = reader.current();
      this.entries.set(directory, { id, directory, record, step, best: best(epochs), masks: reader.lastMasks });
      if (isEnded(record.state)) this.release(directory, reader);
    } catch (error) {
      const { step = 0, best: bestSoFar } = this.entries.get(directory) ?? {};
      this.entries.set(directory, { id, directory, problem: this.say(error), step, best: bestSoFar });
      this.release(directory, reader);
    }
    this.tell.request();
  }

  private release(directory: string, reader: RunReader): void {
    this.readers.delete(directory);
    reader.dispose();
  }

  private forget(directory: string): void {
    this.entries.delete(directory);
    const reader = this.readers.get(directory);
    if (reader) this.release(directory, reader);
  }

  private say(error: unknown): string {
    if (!isForPeople(error)) this.options.report(error);
    return describeError(error).message;
  }
}

/** What one event changes of an entry. */
const merge = (entry: RunEntry, event: RunEvent): RunEntry => {
  switch (event.type) {
    case 'step':
      return { ...entry, step: event.step };
    case 'epoch':
      return { ...entry, step: event.step, best: Math.max(entry.best ?? 0, event.validationAccuracy) };
    case 'layer': {
      if (!entry.record) return entry;
      const others = entry.record.layers.filter((layer) => layer.name !== event.layer.name);
      return { ...entry, record: { ...entry.record, layers: [...others, event.layer] } };
    }
    case 'masks':
      return { ...entry, masks: event };
    case 'state':
      return entry.record ? { ...entry, record: { ...entry.record, state: event.state } } : entry;
    case 'spectrum':
    case 'jacobian':
    case 'signals':
    case 'usage':
    case 'sharing':
    case 'checkpoint':
    case 'warning':
      return entry;
  }
};
