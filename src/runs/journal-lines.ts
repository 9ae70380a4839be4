/** The complete lines of an append-only file, in bounded memory. */
import { SparseError } from '../core/errors';
import { openFile } from '../formats/byte-source';
import type { ByteSource } from '../formats/byte-source';

const chunkBytes = 1 << 20;
/** Longer than any event; what is longer is damaged and is passed over. */
const longestLine = 32 << 20;
const newline = 0x0a;

export interface Line {
  /** Without the newline; empty when the line was too long to be an event. */
  bytes: Uint8Array;
  /** Offset after the newline. */
  end: number;
}

/** Opens a file that need not be there. @throws SparseError `file.*` */
export const openIfThere = async (file: string): Promise<ByteSource | undefined> => {
  try {
    return await openFile(file);
  } catch (error) {
    if (error instanceof SparseError && error.code === 'file.not-found') return undefined;
    throw error;
  }
};

/** Lines of `source` that begin at `from` or later and are complete; a torn last one is left out. */
export async function* linesOf(source: ByteSource, from = 0): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let tooLong = false;
  for (let offset = from; offset < source.size; offset += chunkBytes) {
    const chunk = await source.read(offset, Math.min(chunkBytes, source.size - offset));
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      const last = chunk.subarray(start, at);
      start = at + 1;
      yield { bytes: tooLong ? new Uint8Array() : join([...pending, last]), end: offset + start };
      pending = [];
      pendingBytes = 0;
      tooLong = false;
    }
    const rest = chunk.subarray(start);
    pendingBytes += rest.length;
    if (pendingBytes > longestLine) {
      tooLong = true;
      pending = [];
    } else pending.push(rest);
  }
}

const join = (parts: Uint8Array[]): Uint8Array => (parts.length === 1 ? parts[0] : Buffer.concat(parts));

/** The complete lines of a file; none when it is not there. @throws SparseError `file.*` */
export async function* journalLines(file: string): AsyncGenerator<Line> {
  const source = await openIfThere(file);
  if (!source) return;
  try {
    yield* linesOf(source);
  } finally {
    await source.close();
  }
}
