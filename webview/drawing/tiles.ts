/** What arrives for a tile, as cells. */
import type { TileRange } from '../../src/core/mask';
import type { MaskTile, WeightTile } from '../../src/protocol/views';
import type { Cells } from './grid';

const size = ({ rowStart, rowEnd, columnStart, columnEnd }: TileRange): { rows: number; columns: number } => ({
  rows: rowEnd - rowStart,
  columns: columnEnd - columnStart,
});

/** 1 where a weight is kept, 0 where it is pruned. */
export function maskCells(tile: MaskTile): Cells {
  const { rows, columns } = size(tile);
  const stride = Math.ceil(columns / 8);
  const values = new Float32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++)
      values[at] = (tile.bits[row * stride + (column >> 3)] >> (column & 7)) & 1;
  return { rows, columns, values };
}

/** Weights, to the 8 bits that a tile carries. */
export function weightCells(tile: WeightTile): Cells {
  const values = new Float32Array(tile.values.length);
  for (let i = 0; i < values.length; i++) values[i] = tile.values[i] * tile.scale;
  return { ...size(tile), values };
}

/** Kept weights by row and by column of a whole matrix, filled tile by tile. */
export class Counts {
  readonly byRow: Uint32Array;
  readonly byColumn: Uint32Array;
  total = 0;

  constructor(rows: number, columns: number) {
    this.byRow = new Uint32Array(rows);
    this.byColumn = new Uint32Array(columns);
  }

  /** Each tile once. */
  add(range: TileRange, { rows, columns, values }: Cells): void {
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++)
        if (values[at] !== 0) {
          this.byRow[range.rowStart + row]++;
          this.byColumn[range.columnStart + column]++;
          this.total++;
        }
  }
}
