/** Statistics of tensors, computed by the host one at a time: what a person waits for comes first. */
import type { Remote } from '../../../src/protocol/rpc';
import type { TensorStatistics } from '../../../src/core/stats';
import type { TensorInfo, TensorViewApi } from '../../../src/protocol/views';

/** Densities of the listed tensors fill in by themselves up to this size. */
const smallBytes = 16e6;

export class StatisticsStore {
  private readonly known = new Map<string, TensorStatistics>();
  private readonly failed = new Set<string>();
  private wanted: readonly TensorInfo[] = [];
  private running = false;
  private stopped = false;

  constructor(
    private readonly remote: Remote<TensorViewApi>,
    private readonly changed: () => void,
  ) {}

  get(name: string): TensorStatistics | undefined {
    return this.known.get(name);
  }

  async compute(name: string, signal: AbortSignal, progress: (share: number) => void): Promise<TensorStatistics> {
    const known = this.known.get(name);
    if (known) return known;
    const statistics = await this.remote.statistics(
      { name },
      { signal, onProgress: ({ done, total }) => progress(total > 0 ? done / total : 0) },
    );
    this.known.set(name, statistics);
    this.changed();
    return statistics;
  }

  /** These are in sight: the small ones are computed in the background, the latest wish only. */
  want(tensors: readonly TensorInfo[]): void {
    this.wanted = tensors;
    if (!this.running) void this.work();
  }

  dispose(): void {
    this.stopped = true;
  }

  private async work(): Promise<void> {
    this.running = true;
    for (;;) {
      const next = this.wanted.find(
        ({ name, bytes }) => bytes <= smallBytes && !this.known.has(name) && !this.failed.has(name),
      );
      if (!next || this.stopped) break;
      try {
        await this.compute(next.name, new AbortController().signal, () => undefined);
      } catch {
        // Chosen, it says why; in the list its density stays empty.
        this.failed.add(next.name);
      }
    }
    this.running = false;
  }
}
