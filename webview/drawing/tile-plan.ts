/** How a matrix is fetched: strips for the overview, square tiles for what is seen close. Pure arithmetic. */
import type { TileRange } from '../../src/core/mask';
import type { CellRange, Extent } from './viewport';

/** Elements of one request: 256 KiB of weights, well under the limit of a message. */
const elementsPerTile = 1 << 18;
/** The overview has at most this many cells along an axis; a matrix within it is drawn element by element. */
const overviewSide = 2048;
/** An overview of more elements than this looks at some rows of every cell only. */
const readAtMost = 1 << 26;
/** Side of the tiles fetched for a close look at a matrix whose overview merges elements. */
export const detailSide = 512;

export interface Strip {
  range: TileRange;
  /** Where its cells go in the overview. */
  cellRow: number;
  cellColumn: number;
}

export interface OverviewPlan {
  /** Elements of a cell along each axis: a power of two. */
  factor: number;
  strips: Strip[];
  /** Share of the rows that is looked at: 1 unless the matrix is huge. */
  sampled: number;
}

/** Strips are as wide as the matrix where they can be: a file's rows are then read once. */
export function planOverview({ rows, columns }: Extent): OverviewPlan {
  let factor = 1;
  while (Math.max(rows, columns) > overviewSide * factor) factor *= 2;
  const rowsOfCell = Math.min(factor, rows);
  // A request is at least one cell wide.
  const looked = Math.max(
    1,
    Math.min(rowsOfCell, Math.floor((factor * readAtMost) / (rows * columns)), Math.floor(elementsPerTile / factor)),
  );
  const width = Math.min(columns, factor * Math.max(1, Math.floor(elementsPerTile / looked / factor)));
  const fitting = Math.floor(elementsPerTile / width);
  // Whole cells, so that no two strips share one.
  const height = looked < rowsOfCell ? looked : Math.max(rowsOfCell, fitting - (fitting % factor));
  const strips: Strip[] = [];
  for (let rowStart = 0; rowStart < rows; rowStart += Math.max(height, factor))
    for (let columnStart = 0; columnStart < columns; columnStart += width)
      strips.push({
        range: {
          rowStart,
          rowEnd: Math.min(rows, rowStart + height),
          columnStart,
          columnEnd: Math.min(columns, columnStart + width),
        },
        cellRow: rowStart / factor,
        cellColumn: columnStart / factor,
      });
  return { factor, strips, sampled: rows === 0 ? 1 : looked / rowsOfCell };
}

/** The tiles of `detailSide` that cover a range, those nearest to its middle first. */
export function planDetail(seen: CellRange, { rows, columns }: Extent): TileRange[] {
  const tiles: TileRange[] = [];
  const first = (start: number): number => start - (start % detailSide);
  for (let rowStart = first(seen.rowStart); rowStart < seen.rowEnd; rowStart += detailSide)
    for (let columnStart = first(seen.columnStart); columnStart < seen.columnEnd; columnStart += detailSide)
      tiles.push({
        rowStart,
        rowEnd: Math.min(rows, rowStart + detailSide),
        columnStart,
        columnEnd: Math.min(columns, columnStart + detailSide),
      });
  const row = (seen.rowStart + seen.rowEnd) / 2;
  const column = (seen.columnStart + seen.columnEnd) / 2;
  const distance = (tile: TileRange): number =>
    Math.hypot((tile.rowStart + tile.rowEnd) / 2 - row, (tile.columnStart + tile.columnEnd) / 2 - column);
  return tiles.sort((a, b) => distance(a) - distance(b));
}

export const tileKey = ({ rowStart, columnStart }: TileRange): string => `${rowStart}/${columnStart}`;
