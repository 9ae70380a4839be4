/** A rectangle of a matrix as cells to paint: one element each, or several merged when the matrix is too large. */

/** A cell whose elements have not arrived. No weight is that large, and unlike NaN it survives every shader. */
export const pending = 2 ** 100;

/**
 * How elements become one cell. `mean`: the share of kept weights. `extreme`: the weight of the largest magnitude, with
 * its sign, because a mean would hide what is rare, which is all there is in a sparse matrix. `first`: one of them,
 * where values are names and nothing lies between two.
 */
export type Merge = 'mean' | 'extreme' | 'first';

export interface Cells {
  rows: number;
  columns: number;
  values: Float32Array;
}

/**
 * Merges blocks of `byRows` x `byColumns` cells; blocks at the far edges may be smaller. Pending cells do not count.
 */
export function reduceCells(cells: Cells, byRows: number, byColumns: number, merge: Merge): Cells {
  const rows = Math.ceil(cells.rows / byRows);
  const columns = Math.ceil(cells.columns / byColumns);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const rowEnd = Math.min(cells.rows, (row + 1) * byRows);
    for (let column = 0; column < columns; column++) {
      const columnEnd = Math.min(cells.columns, (column + 1) * byColumns);
      values[row * columns + column] = mergeBlock(cells, row * byRows, rowEnd, column * byColumns, columnEnd, merge);
    }
  }
  return { rows, columns, values };
}

function mergeBlock(
  { columns, values }: Cells,
  rowStart: number,
  rowEnd: number,
  columnStart: number,
  columnEnd: number,
  merge: Merge,
): number {
  let sum = 0;
  let known = 0;
  let extreme = 0;
  for (let row = rowStart; row < rowEnd; row++)
    for (let at = row * columns + columnStart, end = row * columns + columnEnd; at < end; at++) {
      const value = values[at];
      if (value === pending) continue;
      if (merge === 'first') return value;
      known++;
      sum += value;
      if (Math.abs(value) > Math.abs(extreme)) extreme = value;
    }
  if (known === 0) return pending;
  return merge === 'mean' ? sum / known : extreme;
}

/** Where a grid lies in its matrix: its cell (0, 0) begins at element (rowStart, columnStart). */
export interface GridPlace {
  rowStart: number;
  columnStart: number;
  /** Elements covered. */
  rows: number;
  columns: number;
  /** Elements of one cell along each axis. */
  factor: number;
}

export class Grid {
  readonly cells: Cells;
  /** Rises with every change: painters know by it what to upload again. */
  version = 1;
  private readonly levels = new Map<string, { version: number; cells: Cells }>();

  constructor(
    readonly place: GridPlace,
    readonly merge: Merge,
    initial?: Float32Array,
  ) {
    const rows = Math.ceil(place.rows / place.factor);
    const columns = Math.ceil(place.columns / place.factor);
    this.cells = { rows, columns, values: initial ?? new Float32Array(rows * columns).fill(pending) };
  }

  /** Merged by 2^down rows and 2^across columns; kept until the cells change. */
  level(down: number, across: number): Cells {
    if (down === 0 && across === 0) return this.cells;
    const key = `${down}/${across}`;
    const known = this.levels.get(key);
    if (known?.version === this.version) return known.cells;
    const cells = reduceCells(this.cells, 2 ** down, 2 ** across, this.merge);
    this.levels.set(key, { version: this.version, cells });
    return cells;
  }

  /** Takes in merged cells whose first one lies at (row, column) of this grid. */
  put(part: Cells, row: number, column: number): void {
    for (let r = 0; r < part.rows; r++)
      this.cells.values.set(
        part.values.subarray(r * part.columns, (r + 1) * part.columns),
        (row + r) * this.cells.columns + column,
      );
    this.version++;
  }

  /** The cells were changed in place. */
  touch(): void {
    this.version++;
  }
}

/** Of `cellPixels` device pixels a cell: merge until one is at least a pixel, so that no weight falls between two. */
export const levelFor = (cellPixels: number): number =>
  cellPixels >= 1 ? 0 : Math.min(24, Math.ceil(-Math.log2(cellPixels)));
