/** Exact weights around the cursor, fetched in blocks so that moving it does not ask for every element. */
import type { TileRange } from '../../src/core/mask';
import type { ValueTile } from '../../src/protocol/views';
import type { Extent } from './viewport';

const side = 64;
const kept = 64;
/** A cursor that runs over the matrix asks only where it rests. */
const rest = 40;

export class ValueBlocks {
  private readonly blocks = new Map<string, ValueTile>();
  private timer = 0;
  private loading: AbortController | undefined;

  constructor(
    private readonly matrix: Extent,
    private readonly fetch: (range: TileRange, signal: AbortSignal) => Promise<ValueTile>,
  ) {}

  /** The exact weight if its block is there; else `arrived` is called when it is. */
  at(row: number, column: number, arrived: () => void): number | undefined {
    const key = `${Math.floor(row / side)}/${Math.floor(column / side)}`;
    const block = this.blocks.get(key);
    if (block)
      return block.values[(row - block.rowStart) * (block.columnEnd - block.columnStart) + column - block.columnStart];
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(key, row, column, arrived), rest);
    return undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.loading?.abort();
  }

  private async load(key: string, row: number, column: number, arrived: () => void): Promise<void> {
    this.loading?.abort();
    this.loading = new AbortController();
    const rowStart = row - (row % side);
    const columnStart = column - (column % side);
    const range = {
      rowStart,
      rowEnd: Math.min(this.matrix.rows, rowStart + side),
      columnStart,
      columnEnd: Math.min(this.matrix.columns, columnStart + side),
    };
    try {
      this.blocks.set(key, await this.fetch(range, this.loading.signal));
    } catch {
      // The read-out then goes without the weight; what failed is told where the picture is loaded.
      return;
    }
    if (this.blocks.size > kept) this.blocks.delete(this.blocks.keys().next().value!);
    arrived();
  }
}
