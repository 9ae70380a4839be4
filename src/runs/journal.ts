/** `events.jsonl`: append-only, one event a line. A line is either whole or was never recorded. */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { writeAtomically } from '../formats/atomic-file';
import { cannotWrite, systemCode } from '../formats/errors';
import type { RunEvent } from '../protocol/run';
import { journalClosed } from './errors';
import { formatEvent, parseEvent, stepOf } from './events';
import { journalLines } from './journal-lines';

/** The writing end. One process at a time writes a journal. */
export class Journal {
  private constructor(
    private readonly file: string,
    private descriptor: number | undefined,
    private length: number,
  ) {}

  /**
   * Opens a journal for appending, new or old. A torn last line of a killed writer is cut off. With
   * `truncateAfterStep`, events of later steps are dropped first, in one atomic rewrite: a resumed run records them
   * again, from the checkpoint on with the same values. Events of no step (`state`, `layer`), and lines of newer
   * versions that this one cannot read, stay.
   * @throws SparseError `file.*`
   */
  static async open(file: string, options: { truncateAfterStep?: number | undefined } = {}): Promise<Journal> {
    const { truncateAfterStep } = options;
    if (truncateAfterStep !== undefined) await rewrite(file, truncateAfterStep);
    const whole = await wholeLength(file);
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'a');
      // Not every thing that can be appended to can be cut: a device has no length.
      if (fstatSync(descriptor).size > whole) ftruncateSync(descriptor, whole);
      return new Journal(file, descriptor, whole);
    } catch (cause) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw cannotWrite(file, cause);
    }
  }

  /**
   * Records one event by one write: when this returns, the operating system has it, and the death of this process
   * loses nothing.
   * @throws SparseError `file.disk-full`, `file.*`, `runs.journal-closed`; the journal is as before then
   */
  append(event: RunEvent): void {
    if (this.descriptor === undefined) throw journalClosed(this.file);
    const line = new TextEncoder().encode(formatEvent(event));
    let written = 0;
    try {
      // A second write happens only when the system took less than it was given.
      while (written < line.length) written += writeSync(this.descriptor, line, written);
      this.length += line.length;
    } catch (cause) {
      // The half line of a full disk would swallow the next event.
      if (written > 0) ftruncateSync(this.descriptor, this.length);
      throw cannotWrite(this.file, cause);
    }
  }

  /**
   * Makes sure that what was recorded is on the disk itself, and not lost when the machine loses its power.
   * @throws SparseError `file.*`, `runs.journal-closed`
   */
  async flush(): Promise<void> {
    if (this.descriptor === undefined) throw journalClosed(this.file);
    await promisify(fdatasync)(this.descriptor).catch((cause: unknown) => {
      throw cannotWrite(this.file, cause);
    });
  }

  /** Whether the file at the path is the one that is written; one that cannot be looked at counts as it. */
  async isInPlace(): Promise<boolean> {
    if (this.descriptor === undefined) throw journalClosed(this.file);
    const own = fstatSync(this.descriptor, { bigint: true });
    try {
      const { dev, ino } = await stat(this.file, { bigint: true });
      return dev === own.dev && ino === own.ino;
    } catch (cause) {
      return !['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '');
    }
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

/** Bytes up to and with the last newline; 0 for a file that is not there. */
const wholeLength = async (file: string): Promise<number> => {
  let length = 0;
  for await (const line of journalLines(file)) length = line.end;
  return length;
};

const flushBytes = 1 << 20;

const rewrite = async (file: string, lastStep: number): Promise<void> => {
  const decoder = new TextDecoder();
  async function* kept(): AsyncIterable<Uint8Array> {
    let batch: Uint8Array[] = [];
    let batchBytes = 0;
    for await (const { bytes } of journalLines(file)) {
      const event = parseEvent(decoder.decode(bytes));
      if (event && (stepOf(event) ?? 0) > lastStep) continue;
      batch.push(bytes, newline);
      batchBytes += bytes.length + 1;
      if (batchBytes < flushBytes) continue;
      yield Buffer.concat(batch);
      batch = [];
      batchBytes = 0;
    }
    yield Buffer.concat(batch);
  }
  await writeAtomically(file, kept());
};

const newline = Uint8Array.of(0x0a);

/** All events of a journal; none when there is no file. Damaged lines are skipped. @throws SparseError `file.*` */
export async function readJournal(file: string): Promise<RunEvent[]> {
  const decoder = new TextDecoder();
  const events: RunEvent[] = [];
  for await (const { bytes } of journalLines(file)) {
    const event = parseEvent(decoder.decode(bytes));
    if (event) events.push(event);
  }
  return events;
}
