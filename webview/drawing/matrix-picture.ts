/** Loads a matrix for a `MatrixView`: overview first, strip by strip, then tiles for what is seen close. */
import type { TileRange } from '../../src/core/mask';
import type { MaskTile, WeightTile } from '../../src/protocol/views';
import { FetchQueue, type Job } from './fetch-queue';
import { Grid, reduceCells, type Cells, type Merge } from './grid';
import { planDetail, planOverview, tileKey, type OverviewPlan } from './tile-plan';
import { Counts, maskCells, weightCells } from './tiles';
import type { CellRange, Extent } from './viewport';

/** `extra`: a picture of its own, where the source has one. */
export type MatrixMode = 'mask' | 'weights' | 'extra';

/** Something else to be known of each element. */
export interface ExtraSource {
  /** Whatever has another key has other values. */
  key: string;
  cells(range: TileRange, signal: AbortSignal): Promise<Cells>;
  merge: Merge;
  /** What the end of the colours stands for. */
  limit: number;
}

export interface MatrixSource extends Extent {
  mask(range: TileRange, signal: AbortSignal): Promise<MaskTile>;
  weights(range: TileRange, signal: AbortSignal): Promise<WeightTile>;
  extra?: ExtraSource;
}

/** Close tiles kept: 64 MiB. */
const detailKept = 64;

/** One matrix in one mode. */
export class MatrixPicture {
  readonly plan: OverviewPlan;
  /**
   * Kept weights by row and column: complete once `loaded`, there only in mask mode and when every row is looked at.
   */
  readonly counts: Counts | undefined;
  loaded = false;
  /** Whether single weights are looked at that the overview merges. */
  close = false;
  /** Largest magnitude seen so far; 1 for masks. */
  limit: number;
  private readonly overview: Grid;
  private readonly detail = new Map<string, Grid>();
  private readonly queue: FetchQueue;
  private left: number;
  private readonly how: Merge;

  /** `before`: the same matrix at another step, shown until its successor's cells arrive. */
  constructor(
    private readonly source: MatrixSource,
    readonly mode: MatrixMode,
    private readonly changed: () => void,
    failed: (error: unknown) => void,
    before?: MatrixPicture,
  ) {
    this.plan = planOverview(source);
    this.how = mode === 'extra' ? source.extra!.merge : mode === 'mask' ? 'mean' : 'extreme';
    this.limit = mode === 'extra' ? source.extra!.limit : mode === 'mask' ? 1 : 0;
    this.counts = mode === 'mask' && this.plan.sampled === 1 ? new Counts(source.rows, source.columns) : undefined;
    const { rows, columns } = source;
    const place = { rowStart: 0, columnStart: 0, rows, columns, factor: this.plan.factor };
    this.overview = new Grid(place, this.how, before?.overview.cells.values.slice());
    if (before) this.limit = before.limit;
    this.left = this.plan.strips.length;
    this.queue = new FetchQueue(failed);
    let seen = 0;
    this.queue.add(
      this.plan.strips.map(({ range, cellRow, cellColumn }) => ({
        key: `overview ${tileKey(range)}`,
        run: async (signal) => {
          const cells = await this.fetch(range, signal);
          this.counts?.add(range, cells);
          // The limit of an earlier step is only a guess until the first cells of this one are there.
          this.limit = Math.max(seen === 0 && mode === 'weights' ? 0 : this.limit, this.largest(cells));
          seen++;
          this.overview.put(this.merge(cells), cellRow, cellColumn);
          this.loaded = --this.left === 0;
          this.changed();
        },
      })),
    );
  }

  get grids(): Grid[] {
    return [this.overview, ...this.detail.values()];
  }

  /** The value of one element, where the overview shows each; `pending` before it arrived. */
  element(row: number, column: number): number | undefined {
    if (this.plan.factor > 1) return undefined;
    const { columns, values } = this.overview.cells;
    return values[row * columns + column];
  }

  /** Share of the overview that has arrived. */
  get progress(): number {
    return 1 - this.left / Math.max(1, this.plan.strips.length);
  }

  /** What is seen, and how large an element is: fetches what the overview merges too much to show. */
  look(seen: CellRange, devicePixelsPerElement: number): void {
    this.close = this.plan.factor > 1 && devicePixelsPerElement * this.plan.factor > 1.5;
    const tiles = this.close ? planDetail(seen, this.source) : [];
    // Zoomed to where a screen holds more tiles than are kept, the overview has to do.
    if (tiles.length > detailKept) return;
    const wanted: Job[] = tiles
      .filter((range) => !this.detail.has(tileKey(range)))
      .map((range) => ({ key: `detail ${tileKey(range)}`, run: (signal) => this.fetchDetail(range, signal) }));
    // The overview is fetched to its end, whatever is looked at meanwhile.
    if (this.loaded) this.queue.replace(wanted);
    else this.queue.add(wanted);
  }

  dispose(): void {
    this.queue.clear();
  }

  private async fetchDetail(range: TileRange, signal: AbortSignal): Promise<void> {
    if (this.detail.has(tileKey(range))) return;
    const cells = await this.fetch(range, signal);
    const { rowStart, columnStart } = range;
    const { rows, columns } = cells;
    this.limit = Math.max(this.limit, this.largest(cells));
    const place = { rowStart, columnStart, rows, columns, factor: 1 };
    this.detail.set(tileKey(range), new Grid(place, this.how, cells.values));
    if (this.detail.size > detailKept) this.detail.delete(this.detail.keys().next().value!);
    this.changed();
  }

  private async fetch(range: TileRange, signal: AbortSignal): Promise<Cells> {
    const { source, mode } = this;
    if (mode === 'extra') return source.extra!.cells(range, signal);
    return mode === 'mask'
      ? maskCells(await source.mask(range, signal))
      : weightCells(await source.weights(range, signal));
  }

  /** Elements to overview cells. A sampled strip is shorter than its cells: it stands for all of them. */
  private merge(cells: Cells): Cells {
    const { factor } = this.plan;
    if (factor === 1) return cells;
    return reduceCells(cells, factor, factor, this.how);
  }

  private largest({ values }: Cells): number {
    if (this.mode !== 'weights') return this.limit;
    let largest = 0;
    for (const value of values) largest = Math.max(largest, Math.abs(value));
    return largest;
  }
}
