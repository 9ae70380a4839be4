/** All runs of the open folders: what is on disk, and what the engine tells of those going on. */
import type { RunReference } from '../contributions';
import type { EngineEvents } from '../protocol/engine';
import type { EpochEvent, RunEvent, RunRecord } from '../protocol/run';
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

const idOf = (directory: string): string => directory.split(/[/\\]/).at(-1) ?? directory;

export class RunStore {
  /** The folders were read at least once. */
  loaded = false;
  private readonly entries = new Map<string, RunEntry>();
  private readonly readers = new Map<string, RunReader>();
  private readonly changed: Emitter<void>;
  private readonly tell: Throttle;
  private reading: Promise<void> | undefined;
  private again = false;
  private readonly foreign: ReturnType<typeof setInterval>;

  constructor(private readonly options: RunStoreOptions) {
    this.changed = new Emitter(options.report);
    this.tell = new Throttle(() => this.changed.fire(), options.report);
    this.foreign = setInterval(() => {
      if (this.readers.size > 0) this.pollForeign().catch(options.report);
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
    return [...this.entries.values()].sort(
      (a, b) => created(b).localeCompare(created(a)) || b.id.localeCompare(a.id, undefined, { numeric: true }),
    );
  }

  get(directory: string): RunEntry | undefined {
    return this.entries.get(directory);
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
    this.entries.set(directory, { id, directory, record, step: known?.step ?? 0, best: known?.best });
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
      for (const directory of this.entries.keys())
        if (!found.has(directory) && !this.options.isOurs(directory)) this.forget(directory);
      this.loaded = true;
      this.tell.request();
    }
  }

  private async read(run: ListedRun): Promise<void> {
    const { directory } = run;
    const id = idOf(directory);
    if (!('record' in run)) {
      this.entries.set(directory, { id, directory, problem: this.say(run.error), step: 0, best: undefined });
      return;
    }
    const known = this.entries.get(directory);
    const { record } = run;
    // The journal of an ended run does not grow: it is read once.
    const wasRead = known?.record && isEnded(known.record.state) && known.record.endedAt === record.endedAt;
    if (wasRead && isEnded(record.state)) {
      this.entries.set(directory, { ...known, record });
      return;
    }
    await this.readJournal(directory, record);
  }

  private async readJournal(directory: string, record: RunRecord): Promise<void> {
    const id = idOf(directory);
    try {
      const reader = this.readers.get(directory) ?? new RunReader(new RunFolder(directory));
      const { step, epochs } = await reader.snapshot();
      this.entries.set(directory, { id, directory, record, step, best: best(epochs) });
      if (isEnded(record.state)) this.release(directory, reader);
      else this.readers.set(directory, reader);
    } catch (error) {
      this.entries.set(directory, { id, directory, record, problem: this.say(error), step: 0, best: undefined });
    }
  }

  private async pollForeign(): Promise<void> {
    for (const [directory, reader] of this.readers) {
      if (this.options.isOurs(directory)) this.release(directory, reader);
      else if (await reader.poll()) {
        const { record, step, epochs } = reader.current();
        this.entries.set(directory, { id: record.id, directory, record, step, best: best(epochs) });
        if (isEnded(record.state)) this.release(directory, reader);
        this.tell.request();
      }
    }
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
    case 'state':
      return entry.record ? { ...entry, record: { ...entry.record, state: event.state } } : entry;
    case 'spectrum':
    case 'jacobian':
    case 'checkpoint':
      return entry;
  }
};
