/**
 * How fast updates go and what they hold in memory. Nothing is computed for it; it is not part of what a run comes to.
 */
import { memoryUsage } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { UsageEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';

/** Of the updates alone: what is measured or written between them does not count. */
export class Usage {
  private examples = 0;
  private milliseconds = 0;

  /** `now`: milliseconds, of a clock that only goes on. */
  constructor(private readonly now: () => number) {}

  /** One update of so many examples. */
  during<T>(examples: number, update: () => T): T {
    const began = this.now();
    const result = update();
    this.milliseconds += this.now() - began;
    this.examples += examples;
    return result;
  }

  /** Since it was told last. */
  tell(step: number): Untimed<UsageEvent> {
    const examplesPerSecond = this.milliseconds > 0 ? (1000 * this.examples) / this.milliseconds : null;
    [this.examples, this.milliseconds] = [0, 0];
    const { numBytes: tensorBytes, numTensors: tensors } = tf.memory();
    return {
      type: 'usage',
      step,
      examplesPerSecond,
      rss: memoryUsage.rss(),
      tensorBytes,
      tensors,
      heapBytes: heapBytes(),
    };
  }
}

/** Of the WebAssembly memory, which never shrinks; null on another backend. */
const heapBytes = (): number | null =>
  (tf.backend() as { wasm?: { HEAPU8?: Uint8Array } }).wasm?.HEAPU8?.byteLength ?? null;
