/** Examples read by a thread of its own, so that the next batches come while this one is computed with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SparseError } from '../../core/errors';
import { RecordReader } from '../../formats/records';
import type { RecordFile, Values } from '../../formats/records';
import { dataReaderEnded } from '../errors';
import type { Store } from './data-set';

export interface ReadRequest {
  id: number;
  indices: Uint32Array;
}

/** An error is sent as its parts: a thread cannot send one of ours as it is. */
export type ReadAnswer = { id: number } & (
  | { values: Values }
  | { error: { code: string; message: string; details?: Record<string, unknown> } | { reason: string } }
);

interface Waiting {
  resolve: (values: Values) => void;
  reject: (error: Error) => void;
}

class ThreadStore implements Store {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private ended: Error | undefined;

  constructor(script: string, records: RecordFile) {
    this.worker = new Worker(script, { workerData: records });
    // It must not keep a process alive that has nothing else to do.
    this.worker.unref();
    this.worker.on('message', (answer: ReadAnswer) => this.settle(answer));
    this.worker.on('error', (error) => this.end(dataReaderEnded(records.path, error.message)));
    this.worker.on('exit', (code) => this.end(dataReaderEnded(records.path, `code ${code}`)));
  }

  read(indices: Uint32Array): Promise<Values> {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.next++;
    const request: ReadRequest = { id, indices: Uint32Array.from(indices) };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // While somebody waits it does keep the process alive.
      this.worker.ref();
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(answer: ReadAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (this.waiting.size === 0) this.worker.unref();
    if ('values' in answer) waiting?.resolve(answer.values);
    else if ('reason' in answer.error) waiting?.reject(new Error(answer.error.reason));
    else waiting?.reject(new SparseError(answer.error.code, answer.error.message, answer.error.details));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }
}

/** A thread where there is a bundle to start one from, else this one: which of them reads changes no number. */
export function openStore(records: RecordFile, beside: string = __dirname): Store {
  const script = join(beside, 'data-worker.js');
  return existsSync(script) ? new ThreadStore(script, records) : new RecordReader(records);
}
