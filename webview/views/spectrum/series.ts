/** Recorded singular values, read page by page and kept, so that a live run adds only what is new. */

export interface Recorded {
  step: number;
}

export interface PageOf<T> {
  total: number;
  items: T[];
}

const pageLength = 256;

/** One list that only grows, unless the run was resumed from an earlier step. */
export class Series<T extends Recorded> {
  items: T[] = [];
  private loading: Promise<boolean> | undefined;
  /** Rises when what was asked for before counts no more. */
  private life = 0;

  constructor(private readonly page: (start: number, end: number) => Promise<PageOf<T>>) {}

  /** Reads what is new; true when there was something. Calls while one is under way share it. */
  update(): Promise<boolean> {
    this.loading ??= this.read().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** The last one recorded up to a step, else the first. */
  at(step: number): T | undefined {
    return this.items.findLast((item) => item.step <= step) ?? this.items.at(0);
  }

  /** The run was resumed from an earlier step: what was read counts no more. */
  forget(): void {
    this.life++;
    this.items = [];
  }

  private async read(): Promise<boolean> {
    const before = this.items.length;
    // While nothing is new only a number travels.
    if (before > 0 && (await this.page(before, before)).total === this.items.length) return false;
    let changed = false;
    for (;;) {
      const { life } = this;
      // The last known one is asked for again: if it is another one now, the journal was cut back.
      const start = Math.max(0, this.items.length - 1);
      const { total, items } = await this.page(start, start + pageLength);
      if (life !== this.life) continue;
      const same = this.items.length === 0 || items[0]?.step === this.items[start].step;
      if (!same) {
        if (this.items.length === 0) return changed;
        this.items = [];
        changed = true;
        continue;
      }
      this.items = [...this.items.slice(0, start), ...items];
      if (this.items.length >= total || items.length === 0) return changed || this.items.length !== before;
    }
  }
}
