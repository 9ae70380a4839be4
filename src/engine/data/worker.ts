/** A thread that reads examples, one request after the other: a bundle of its own, started by store.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { isSparseError } from '../../core/errors';
import { RecordReader } from '../../formats/records';
import type { RecordFile } from '../../formats/records';
import type { ReadAnswer, ReadRequest } from './store';

const reader = new RecordReader(workerData as RecordFile);
let last = Promise.resolve();

async function answer({ id, indices }: ReadRequest): Promise<void> {
  try {
    const values = await reader.read(indices);
    parentPort!.postMessage({ id, values } satisfies ReadAnswer, [values.buffer as ArrayBuffer]);
  } catch (error) {
    const parts = isSparseError(error)
      ? { code: error.code, message: error.message, ...(error.details && { details: error.details }) }
      : { reason: String(error) };
    parentPort!.postMessage({ id, error: parts } satisfies ReadAnswer);
  }
}

parentPort!.on('message', (request: ReadRequest) => {
  last = last.then(() => answer(request));
});
