/** Requests a few at a time, in order; what is no longer wanted is cancelled. */
import { isCancelled } from '../errors';

export interface Job {
  key: string;
  run(signal: AbortSignal): Promise<void>;
}

export class FetchQueue {
  private waiting: Job[] = [];
  private readonly running = new Map<string, AbortController>();

  /** `fail` hears of what went wrong, and all that was asked for with it is dropped. Cancelling is not failing. */
  constructor(
    private readonly fail: (error: unknown) => void,
    private readonly atOnce = 4,
  ) {}

  /** What is waiting or under way already is not asked for twice. */
  add(jobs: readonly Job[]): void {
    const known = new Set([...this.waiting.map(({ key }) => key), ...this.running.keys()]);
    this.waiting.push(...jobs.filter(({ key }) => !known.has(key)));
    this.pump();
  }

  /** Only these are wanted now: the others are cancelled, those under way go on. */
  replace(jobs: readonly Job[]): void {
    const wanted = new Set(jobs.map(({ key }) => key));
    for (const [key, controller] of this.running) if (!wanted.has(key)) controller.abort();
    this.waiting = jobs.filter(({ key }) => !this.running.has(key));
    this.pump();
  }

  clear(): void {
    this.replace([]);
  }

  private pump(): void {
    while (this.running.size < this.atOnce && this.waiting.length > 0) void this.start(this.waiting.shift()!);
  }

  private async start(job: Job): Promise<void> {
    const controller = new AbortController();
    this.running.set(job.key, controller);
    try {
      await job.run(controller.signal);
    } catch (error) {
      if (!isCancelled(error) && !controller.signal.aborted) {
        // What went wrong for one goes wrong for all: it is told once.
        this.clear();
        this.fail(error);
      }
    } finally {
      if (this.running.get(job.key) === controller) this.running.delete(job.key);
      this.pump();
    }
  }
}
