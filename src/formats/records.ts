/** Examples as records of one length in a file, read in any order: as much of a file as is asked for, never more. */
import type { ByteSource } from './byte-source';
import { openFile } from './byte-source';
import { notFinite } from './data-errors';
import { bytesPerValue, npyValues } from './npy';
import type { NpyHeader } from './npy';

/** Where the records lie. Plain data: it is sent to other threads. */
export interface RecordFile {
  path: string;
  /** Bytes before the first record. */
  offset: number;
  dtype: NpyHeader['dtype'];
  /** Values of a record. */
  inputs: number;
  /** Places and channels of records that have the channels last; values are answered with channels first. */
  transpose?: { places: number; channels: number };
}

/** Values of records one after the other: bytes as they are, all other numbers as float32. */
export type Values = Uint8Array | Float32Array;

/** (places, channels) of each record becomes (channels, places). */
function transposed<V extends Values>(values: V, { places, channels }: NonNullable<RecordFile['transpose']>): V {
  const result = values.slice() as V;
  const record = places * channels;
  for (let start = 0; start < values.length; start += record)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < places; p++) result[start + c * places + p] = values[start + p * channels + c];
  return result;
}

/** Records that follow each other in the file and in what was asked for: one read. */
function* stretches(indices: Uint32Array): Generator<{ at: number; first: number; count: number }> {
  let at = 0;
  while (at < indices.length) {
    let count = 1;
    while (at + count < indices.length && indices[at + count] === indices[at] + count) count++;
    yield { at, first: indices[at], count };
    at += count;
  }
}

/** Reads records of a file that is opened at the first one. */
export class RecordReader {
  private file: Promise<ByteSource> | undefined;

  constructor(readonly records: RecordFile) {}

  /** (indices, inputs). @throws SparseError `file.*`, `data.not-finite` */
  async read(indices: Uint32Array): Promise<Values> {
    const { records } = this;
    const file = await (this.file ??= openFile(records.path));
    const length = records.inputs * bytesPerValue(records);
    const bytes = new Uint8Array(indices.length * length);
    for (const { at, first, count } of stretches(indices))
      bytes.set(await file.read(records.offset + first * length, count * length), at * length);
    const values = npyValues(records, bytes);
    const wrong = values instanceof Float32Array ? values.findIndex((value) => !Number.isFinite(value)) : -1;
    if (wrong >= 0) throw notFinite(records.path, indices[Math.floor(wrong / records.inputs)]);
    return records.transpose ? transposed(values, records.transpose) : values;
  }

  async close(): Promise<void> {
    await (await this.file?.catch(() => undefined))?.close();
    this.file = undefined;
  }
}
