/** Which part of a matrix is seen, and where: pure arithmetic, in CSS pixels and elements. */

export interface Size {
  width: number;
  height: number;
}

export interface Extent {
  rows: number;
  columns: number;
}

/** Element (row, column) has its corner at (left + column * scaleX, top + row * scaleY). */
export interface Viewport {
  left: number;
  top: number;
  scaleX: number;
  scaleY: number;
}

export interface CellRange {
  rowStart: number;
  rowEnd: number;
  columnStart: number;
  columnEnd: number;
}

/** Largest size of an element on the screen. */
const maxScale = 64;
/** Small matrices are not blown up beyond this when fitted. */
const maxFitScale = 32;
/** Cells are square unless the matrix would fill less than this share of the room: then they are stretched. */
const thinnest = 1 / 2;

/** Whole pixels an element, so that all are drawn alike; below one pixel there is nothing to keep alike. */
function fitAxis(across: number, square: number): number {
  const stretched = Math.min(maxFitScale, across * thinnest);
  const scale = Math.min(across, Math.max(square, stretched));
  if (scale < 1) return scale;
  // Cells that are square stay so: they are rounded down on both axes.
  const rounded = Math.round(scale);
  return scale > square && rounded <= across ? rounded : Math.floor(scale);
}

/** The whole matrix, centred and as large as it can be. */
export function fit(matrix: Extent, room: Size): Viewport {
  const acrossX = room.width / matrix.columns;
  const acrossY = room.height / matrix.rows;
  const square = Math.min(acrossX, acrossY, maxFitScale);
  const scaleX = fitAxis(acrossX, square);
  const scaleY = fitAxis(acrossY, square);
  return {
    scaleX,
    scaleY,
    left: (room.width - matrix.columns * scaleX) / 2,
    top: (room.height - matrix.rows * scaleY) / 2,
  };
}

/** Keeps the matrix in sight: what fits is centred, what is larger leaves no gap at its edges. */
export function settle(view: Viewport, matrix: Extent, room: Size): Viewport {
  const place = (offset: number, length: number, space: number): number =>
    length <= space ? (space - length) / 2 : Math.min(0, Math.max(space - length, offset));
  return {
    ...view,
    left: place(view.left, matrix.columns * view.scaleX, room.width),
    top: place(view.top, matrix.rows * view.scaleY, room.height),
  };
}

/** Enlarges by `factor` about a point that stays where it is; never smaller than fitted. */
export function zoom(
  view: Viewport,
  factor: number,
  at: { x: number; y: number },
  matrix: Extent,
  room: Size,
): Viewport {
  const least = fit(matrix, room);
  // From stretched cells of a strip the way in leads to square ones.
  const next = (scale: number, fitted: number): number =>
    Math.max(fitted, Math.min(Math.max(maxScale, fitted), scale * factor));
  const scaleX = next(view.scaleX, least.scaleX);
  const scaleY = next(view.scaleY, least.scaleY);
  return settle(
    {
      scaleX,
      scaleY,
      left: at.x - ((at.x - view.left) * scaleX) / view.scaleX,
      top: at.y - ((at.y - view.top) * scaleY) / view.scaleY,
    },
    matrix,
    room,
  );
}

export const pan = (view: Viewport, dx: number, dy: number, matrix: Extent, room: Size): Viewport =>
  settle({ ...view, left: view.left + dx, top: view.top + dy }, matrix, room);

/** Elements at least partly in sight. */
export const visible = (view: Viewport, matrix: Extent, room: Size): CellRange => {
  const bound = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));
  return {
    rowStart: bound(Math.floor(-view.top / view.scaleY), matrix.rows),
    rowEnd: bound(Math.ceil((room.height - view.top) / view.scaleY), matrix.rows),
    columnStart: bound(Math.floor(-view.left / view.scaleX), matrix.columns),
    columnEnd: bound(Math.ceil((room.width - view.left) / view.scaleX), matrix.columns),
  };
};

/** The element under a point; nothing outside the matrix. */
export const elementAt = (
  view: Viewport,
  x: number,
  y: number,
  matrix: Extent,
): { row: number; column: number } | undefined => {
  const row = Math.floor((y - view.top) / view.scaleY);
  const column = Math.floor((x - view.left) / view.scaleX);
  return row >= 0 && row < matrix.rows && column >= 0 && column < matrix.columns ? { row, column } : undefined;
};

/** Pans just enough to bring an element into sight, with a little of its neighbourhood. */
export function reveal(view: Viewport, cell: { row: number; column: number }, matrix: Extent, room: Size): Viewport {
  const shift = (offset: number, scale: number, index: number, space: number): number => {
    const margin = Math.min(2 * scale, space / 4);
    const start = offset + index * scale - margin;
    const end = offset + (index + 1) * scale + margin;
    return start < 0 ? -start : end > space ? space - end : 0;
  };
  const dx = shift(view.left, view.scaleX, cell.column, room.width);
  const dy = shift(view.top, view.scaleY, cell.row, room.height);
  return dx === 0 && dy === 0 ? view : pan(view, dx, dy, matrix, room);
}
