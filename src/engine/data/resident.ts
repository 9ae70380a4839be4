/** Examples in memory when they are few, else to be read when they are needed. */
import { bytesPerValue } from '../../formats/npy';
import { RecordReader } from '../../formats/records';
import type { RecordFile } from '../../formats/records';
import type { Examples, Labels } from './data-set';
import { openStore } from './store';

/** Examples that together take no more are kept in memory. */
const residentBytes = 256 << 20;

/** @throws SparseError `file.*`, `data.not-finite` */
export async function examplesOf(labels: Labels, records: RecordFile): Promise<Examples> {
  const count = labels.length;
  // Numbers other than bytes are kept as float32.
  const perValue = records.dtype === 'U8' ? 1 : Math.max(4, bytesPerValue(records));
  if (count * records.inputs * perValue > residentBytes) return { count, labels, values: openStore(records) };
  const reader = new RecordReader(records);
  try {
    return { count, labels, values: await reader.read(Uint32Array.from(labels.keys())) };
  } finally {
    await reader.close();
  }
}
