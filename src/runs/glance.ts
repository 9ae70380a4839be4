/** How far a run is, without its journal being read through: the record, and the end of the journal. */
import { isEnded } from '../protocol/run';
import type { RunRecord } from '../protocol/run';
import { parseEvent } from './events';
import type { RunFolder } from './folder';
import { openIfThere } from './journal-lines';

const chunkBytes = 1 << 16;
/** At the end of a run there may be the spectra of a thousand layers after its last epoch. */
const mostBytes = 4 << 20;
const newline = 0x0a;

export interface Glance {
  record: RunRecord;
  /** Completed updates; 0 when the end of the journal tells of none. */
  step: number;
  /** Of the validation examples, after the last epoch. */
  accuracy: number | undefined;
}

/** @throws SparseError `runs.no-record`, `runs.record-*`, `file.*` */
export async function glance(folder: RunFolder): Promise<Glance> {
  const record = await folder.readRecord();
  return { record, ...(await journalEnd(folder.journalFile, isEnded(record.state))) };
}

/** `whole`: the last epoch is looked for further back than one chunk. */
async function journalEnd(file: string, whole: boolean): Promise<Pick<Glance, 'step' | 'accuracy'>> {
  const source = await openIfThere(file);
  if (!source) return { step: 0, accuracy: undefined };
  let step: number | undefined;
  try {
    /** What comes before the first newline of a chunk belongs to the line that the chunk before it ends with. */
    let carried: Uint8Array = new Uint8Array();
    const first = Math.max(0, source.size - (whole ? mostBytes : chunkBytes));
    for (let end = source.size; end > first;) {
      const start = Math.max(first, end - chunkBytes);
      const chunk = Buffer.concat([await source.read(start, end - start), carried]);
      const at = start === 0 ? 0 : chunk.indexOf(newline) + 1;
      // No newline at all: all of it is the end of one long line.
      const cut = at === 0 && start > 0 ? chunk.length : at;
      for (const line of chunk.subarray(cut).toString('utf8').split('\n').reverse()) {
        // Most lines of an end are long spectra: only these two are read.
        if (!line.includes('"type":"step"') && !line.includes('"type":"epoch"')) continue;
        const event = parseEvent(line);
        if (event?.type !== 'step' && event?.type !== 'epoch') continue;
        step ??= event.step;
        if (event.type === 'epoch') return { step, accuracy: event.validationAccuracy };
      }
      carried = chunk.subarray(0, cut);
      end = start;
    }
    return { step: step ?? 0, accuracy: undefined };
  } finally {
    await source.close();
  }
}
