/** What lies around and over a matrix: frame, axis labels, marginal bars, rotated axes, cursor. */
import { count } from '../format';
import type { Theme } from '../theme';
import { niceStep } from './nice-step';
import type { Counts } from './tiles';
import { visible, type Extent, type Size, type Viewport } from './viewport';

export interface Band {
  axis: 'row' | 'column';
  index: number;
}

/** What rows and columns stand for. */
export interface AxisNames {
  row: string;
  column: string;
}

export interface Cell {
  row: number;
  column: number;
}

/** Room around the matrix, CSS pixels. */
export interface Gutters {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Overlay {
  matrix: Extent;
  axes: AxisNames | undefined;
  /** Where the matrix may lie, without the gutters. */
  room: Size;
  gutters: Gutters;
  view: Viewport;
  counts: Counts | undefined;
  bands: readonly Band[];
  cursor: Cell | undefined;
  theme: Theme;
}

const barGap = 6;
/** Least distance of two labels. */
const labelEvery = { row: 36, column: 64 };

/** Kept free of labels for them. */
const nameRoom = { row: 18, column: 26 };

/** Rows and columns are whole. */
const wholeStep = (least: number): number => (least <= 1 ? 1 : niceStep(least));

export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { room, gutters } = overlay;
  context.clearRect(0, 0, room.width + gutters.left + gutters.right, room.height + gutters.top + gutters.bottom);
  context.save();
  context.translate(gutters.left, gutters.top);
  drawFrame(context, overlay);
  drawLabels(context, overlay);
  if (overlay.counts) drawMarginals(context, overlay, overlay.counts);
  for (const band of overlay.bands) drawBand(context, overlay, band);
  if (overlay.cursor) drawCursor(context, overlay, overlay.cursor);
  context.restore();
}

/** The matrix's rectangle in the room, cut to what is seen. */
const seenRectangle = ({ matrix, room, view }: Overlay): { x: number; y: number; width: number; height: number } => {
  const x = Math.max(0, view.left);
  const y = Math.max(0, view.top);
  return {
    x,
    y,
    width: Math.min(room.width, view.left + matrix.columns * view.scaleX) - x,
    height: Math.min(room.height, view.top + matrix.rows * view.scaleY) - y,
  };
};

function drawFrame(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { x, y, width, height } = seenRectangle(overlay);
  context.strokeStyle = overlay.theme.line;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) - 0.5, Math.round(y) - 0.5, Math.round(width) + 1, Math.round(height) + 1);
}

function drawLabels(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { view, matrix, axes, room, theme } = overlay;
  const seen = visible(view, matrix, room);
  const { x, y, width, height } = seenRectangle(overlay);
  context.font = theme.font;
  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  // The names of the axes stand at their ends.
  if (axes) {
    context.textAlign = 'right';
    context.fillText(axes.column, x + width, y - 5);
    context.fillText(axes.row, x - 5, y + height - 1);
  }
  context.textAlign = 'center';
  const across = wholeStep(labelEvery.column / view.scaleX);
  for (let column = Math.ceil(seen.columnStart / across) * across; column < seen.columnEnd; column += across) {
    const at = view.left + (column + 0.5) * view.scaleX;
    if (at >= 0 && at <= x + width - (axes ? nameRoom.column : 0)) context.fillText(count(column), at, y - 5);
  }
  const down = wholeStep(labelEvery.row / view.scaleY);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let row = Math.ceil(seen.rowStart / down) * down; row < seen.rowEnd; row += down) {
    const at = view.top + (row + 0.5) * view.scaleY;
    if (at >= 0 && at <= y + height - (axes ? nameRoom.row : 0)) context.fillText(count(row), x - 5, at);
  }
}

/** The largest count of the elements that share a pixel, pixel by pixel. */
function perPixel(
  counts: Uint32Array,
  offset: number,
  scale: number,
  length: number,
  visit: (pixel: number, largest: number) => void,
): void {
  const first = Math.max(0, Math.floor(offset));
  for (let pixel = first; pixel < length; pixel++) {
    const start = Math.max(0, Math.floor((pixel - offset) / scale));
    const end = Math.min(counts.length, Math.max(start + 1, Math.ceil((pixel + 1 - offset) / scale)));
    if (start >= counts.length) return;
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, counts[i]);
    visit(pixel, largest);
  }
}

const most = (counts: Uint32Array): number => counts.reduce((a, b) => Math.max(a, b), 1);

function drawMarginals(context: CanvasRenderingContext2D, overlay: Overlay, counts: Counts): void {
  const { view, room, gutters, theme } = overlay;
  const { x, y, width, height } = seenRectangle(overlay);
  context.fillStyle = theme.muted;
  const right = x + width + barGap;
  const rowLength = gutters.right - barGap - 2;
  const mostInRow = most(counts.byRow);
  perPixel(counts.byRow, view.top, view.scaleY, room.height, (pixel, value) =>
    context.fillRect(right, pixel, (rowLength * value) / mostInRow, 1),
  );
  const bottom = y + height + barGap;
  const columnLength = gutters.bottom - barGap - 2;
  const mostInColumn = most(counts.byColumn);
  perPixel(counts.byColumn, view.left, view.scaleX, room.width, (pixel, value) =>
    context.fillRect(pixel, bottom, 1, (columnLength * value) / mostInColumn),
  );
}

/** A row or column set off by a line along both its sides and a mark outside the frame: shape, not colour alone. */
function drawBand(context: CanvasRenderingContext2D, overlay: Overlay, band: Band): void {
  const { view, theme } = overlay;
  const { x, y, width, height } = seenRectangle(overlay);
  context.strokeStyle = theme.foreground;
  context.fillStyle = theme.foreground;
  context.lineWidth = 1;
  context.beginPath();
  if (band.axis === 'column') {
    const start = view.left + band.index * view.scaleX;
    const end = start + Math.max(2, view.scaleX);
    if (end < x || start > x + width) return;
    for (const at of [Math.round(start) - 0.5, Math.round(end) + 0.5]) {
      context.moveTo(at, y);
      context.lineTo(at, y + height);
    }
    triangle(context, (start + end) / 2, y + height + 2, 0, 5);
  } else {
    const start = view.top + band.index * view.scaleY;
    const end = start + Math.max(2, view.scaleY);
    if (end < y || start > y + height) return;
    for (const at of [Math.round(start) - 0.5, Math.round(end) + 0.5]) {
      context.moveTo(x, at);
      context.lineTo(x + width, at);
    }
    triangle(context, x + width + 2, (start + end) / 2, 5, 0);
  }
  context.stroke();
}

/** Points at (x, y) from the direction (dx, dy). */
function triangle(context: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number): void {
  const shape = new Path2D();
  shape.moveTo(x, y);
  shape.lineTo(x + dx * 1.4 - dy * 0.8, y + dy * 1.4 - dx * 0.8);
  shape.lineTo(x + dx * 1.4 + dy * 0.8, y + dy * 1.4 + dx * 0.8);
  context.fill(shape);
}

function drawCursor(context: CanvasRenderingContext2D, overlay: Overlay, { row, column }: Cell): void {
  const { view, room, theme } = overlay;
  const x = view.left + column * view.scaleX;
  const y = view.top + row * view.scaleY;
  context.save();
  context.beginPath();
  context.rect(-2, -2, room.width + 4, room.height + 4);
  context.clip();
  const width = Math.max(5, view.scaleX);
  const height = Math.max(5, view.scaleY);
  const left = x + view.scaleX / 2 - width / 2;
  const top = y + view.scaleY / 2 - height / 2;
  // Two rings, so that it is seen on any colour of the map.
  context.lineWidth = 3;
  context.strokeStyle = theme.background;
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  context.lineWidth = 1.5;
  context.strokeStyle = theme.foreground;
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  context.restore();
}
