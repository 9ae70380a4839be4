/** Long computations in the page, in slices between which it paints and hears keys. */
import type { Parts } from '../../../src/core/parts';

/** Milliseconds of computing without a break: below what a frame has. */
const slice = 10;

/** A task of its own, which does not wait for the least delay that a timer has. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export class Slices {
  private since = performance.now();

  /** The result; nothing when it was stopped before. */
  async run<T>(parts: Parts<T>, { aborted }: { aborted: () => boolean }): Promise<T | undefined> {
    for (;;) {
      if (performance.now() - this.since >= slice) {
        await nextTask();
        this.since = performance.now();
      }
      if (aborted()) return undefined;
      const part = parts.next();
      if (part.done) return part.value;
    }
  }
}
