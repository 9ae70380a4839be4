/** What is being installed from this window: it ends with the window. */
export class Installations {
  private readonly closing = new AbortController();
  private readonly live = new Set<Promise<unknown>>();

  /** `work` is given a signal that is aborted by `signal` and by `stop`. */
  async run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const going = work(AbortSignal.any([signal, this.closing.signal]));
    this.live.add(going);
    try {
      return await going;
    } finally {
      this.live.delete(going);
    }
  }

  /** Cancels all for good, and answers when they have cleared up. */
  async stop(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled(this.live);
  }
}
