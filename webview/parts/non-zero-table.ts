/** The kept weights of a matrix as rows (row, column, value), fetched as they are asked for. */
import type { TileRange } from '../../src/core/mask';
import type { MaskTile, ValueTile } from '../../src/protocol/views';
import type { Counts } from '../drawing/tiles';
import type { CellRange, Extent } from '../drawing/viewport';
import { words } from '../words';
import { numeric, type Cell, type Table } from './table';

export interface ExactSource extends Extent {
  mask(range: TileRange, signal: AbortSignal): Promise<MaskTile>;
  values(range: TileRange, signal: AbortSignal): Promise<ValueTile>;
}

/** Exact values of one request: half of what a message may carry. */
const valuesAtOnce = 1 << 16;
/** Side of the area listed when the kept weights of the whole matrix have not been counted. */
const areaSide = 100;

const columns = [numeric('row'), numeric('column'), numeric('value')];

/** Index of the first row that ends after `position` non-zeros. */
const rowOf = (ends: Float64Array, position: number): number => {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > position) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** All kept weights, row by row. `counts` must be complete. */
export function nonZeroTable(caption: string, source: ExactSource, counts: Counts): Table {
  const ends = new Float64Array(source.rows);
  counts.byRow.reduce((sum, kept, row) => (ends[row] = sum + kept), 0);
  return {
    name: words.matrix.elements,
    caption,
    columns,
    length: counts.total,
    rows: async (start, end, signal) => {
      if (end <= start) return [];
      const first = rowOf(ends, start);
      const last = rowOf(ends, end - 1);
      const before = first === 0 ? 0 : ends[first - 1];
      const found: Cell[][] = [];
      for (const range of pieces({
        ...source,
        rowStart: first,
        rowEnd: last + 1,
        columnStart: 0,
        columnEnd: source.columns,
      }))
        found.push(...(await keptIn(source, range, signal)));
      return sortByRow(found).slice(start - before, end - before);
    },
  };
}

/** The bars beside a matrix in numbers: how many are kept in each row and in each column. */
export const marginalTables = (name: string, kept: string, counts: Counts): Table[] => {
  const { byRow, byColumn, perRow, perColumn } = words.matrix;
  const table = (of: string, caption: string, axis: string, column: Uint32Array): Table => ({
    name: of,
    caption,
    columns: [numeric(axis), numeric(kept)],
    length: column.length,
    rows: (start, end) => Array.from(column.subarray(start, end), (value, i): Cell[] => [start + i, value]),
  });
  return [
    table(byRow, perRow(name, kept), 'row', counts.byRow),
    table(byColumn, perColumn(name, kept), 'column', counts.byColumn),
  ];
};

/** Every element of what is seen, at most 100 x 100 of it. */
export function areaTable(name: string, source: ExactSource, seen: CellRange): Table {
  const { rowStart, columnStart } = seen;
  const rowEnd = Math.min(seen.rowEnd, rowStart + areaSide);
  const columnEnd = Math.min(seen.columnEnd, columnStart + areaSide);
  const width = columnEnd - columnStart;
  return {
    name: words.matrix.elements,
    caption: words.matrix.area(name, [rowStart, rowEnd - 1], [columnStart, columnEnd - 1]),
    columns,
    length: (rowEnd - rowStart) * width,
    rows: async (start, end, signal) => {
      const { values } = await source.values({ rowStart, rowEnd, columnStart, columnEnd }, signal);
      return Array.from({ length: end - start }, (_, i): Cell[] => {
        const at = start + i;
        return [rowStart + Math.floor(at / width), columnStart + (at % width), values[at]];
      });
    },
  };
}

/** Cuts a range so that no piece has more values than one request. */
function* pieces({ rowStart, rowEnd, columnStart, columnEnd }: TileRange): Generator<TileRange> {
  const width = Math.min(columnEnd - columnStart, valuesAtOnce);
  const height = Math.max(1, Math.floor(valuesAtOnce / width));
  for (let row = rowStart; row < rowEnd; row += height)
    for (let column = columnStart; column < columnEnd; column += width)
      yield {
        rowStart: row,
        rowEnd: Math.min(rowEnd, row + height),
        columnStart: column,
        columnEnd: Math.min(columnEnd, column + width),
      };
}

async function keptIn(source: ExactSource, range: TileRange, signal: AbortSignal): Promise<Cell[][]> {
  const [{ bits }, { values }] = await Promise.all([source.mask(range, signal), source.values(range, signal)]);
  const width = range.columnEnd - range.columnStart;
  const stride = Math.ceil(width / 8);
  const found: Cell[][] = [];
  for (let row = range.rowStart, at = 0; row < range.rowEnd; row++)
    for (let column = 0; column < width; column++, at++)
      if ((bits[(row - range.rowStart) * stride + (column >> 3)] >> (column & 7)) & 1)
        found.push([row, range.columnStart + column, values[at]]);
  return found;
}

/** Pieces of one row that lie side by side come in order already: a stable sort by row is enough. */
const sortByRow = (cells: Cell[][]): Cell[][] => cells.sort((a, b) => (a[0] as number) - (b[0] as number));
