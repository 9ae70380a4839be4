/** Step metrics as columns that grow while the run goes on. */
import type { EpochEvent } from '../../../src/protocol/run';
import type { MetricsPage } from '../../../src/protocol/views';
import { Thinned } from '../../drawing/thinned';

const pageLength = 10_000;
const names = ['step', 'loss', 'accuracy', 'gradientNorm', 'learningRate'] as const;
type Name = (typeof names)[number];
const drawnNames = ['loss', 'accuracy', 'gradientNorm'] as const;

/** What the charts draw of the columns. */
export type DrawnMetrics = Thinned<(typeof drawnNames)[number]>;
export const drawnMetrics = (): DrawnMetrics => new Thinned(drawnNames);

export class Metrics {
  readonly columns: Record<Name, number[]> = { step: [], loss: [], accuracy: [], gradientNorm: [], learningRate: [] };
  readonly drawn = drawnMetrics();
  private loading: Promise<boolean> | undefined;
  /** Rises when what was asked for before counts no more. */
  private life = 0;

  constructor(private readonly page: (start: number, end: number) => Promise<MetricsPage>) {}

  get length(): number {
    return this.columns.step.length;
  }

  /** Reads what is new; true when there was something. */
  update(): Promise<boolean> {
    this.loading ??= this.read().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** The run was resumed from an earlier step: what was read counts no more. */
  forget(): void {
    this.life++;
    this.clear();
  }

  private clear(): void {
    for (const name of names) this.columns[name].length = 0;
    this.drawn.clear();
  }

  private async read(): Promise<boolean> {
    let changed = false;
    for (;;) {
      const start = this.length;
      const { life } = this;
      const page = await this.page(start, start + pageLength);
      if (life !== this.life) continue;
      // A resumed run begins again after its last checkpoint: the journal is shorter then, or holds other steps.
      const last = page.step.length > 0 && start > 0 && page.step[0] <= this.columns.step[start - 1];
      if (page.total < start || last) {
        this.clear();
        changed = true;
        continue;
      }
      for (const name of names) this.columns[name].push(...page[name]);
      this.drawn.push(page);
      changed ||= page.step.length > 0;
      if (this.length >= page.total || page.step.length === 0) return changed;
    }
  }
}

/** Index of the last entry that is at most `value` in an ascending list; -1 when there is none. */
export function lastUpTo(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A figure of each epoch at the drawn point of its last step; `null` at all other points. */
export function atSteps(
  steps: readonly number[],
  drawn: DrawnMetrics,
  epochs: readonly EpochEvent[],
  of: (epoch: EpochEvent) => number,
): (number | null)[] {
  const column = drawn.rows().map((): number | null => null);
  for (const epoch of epochs) {
    const at = lastUpTo(steps, epoch.step);
    if (at >= 0 && steps[at] === epoch.step) column[drawn.pointOf(at)] = of(epoch);
  }
  return column;
}
