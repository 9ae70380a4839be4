/** A layer's mask as a still picture. */
import type { ReportMask } from '../../src/protocol/report';
import { maskMap } from '../drawing/colour-map';
import { Grid, type Cells } from '../drawing/grid';
import { Painter2d } from '../drawing/matrix-2d';
import { maskCells } from '../drawing/tiles';
import { h } from '../dom';
import { shapeText } from '../format';
import type { Theme } from '../theme';
import { fromBase64 } from './data';
import { maskLabel } from './words';

/** CSS pixels. */
const widest = 800;
const highest = 200;
const largestCell = 4;
/** Of the frame that the style sheet draws. */
const border = 1;

/** One cell a weight, or one a block of weights with the share kept in it. */
export function maskPicture(mask: ReportMask): Cells {
  const bytes = fromBase64(mask.data);
  if (mask.form === 'cells')
    return { rows: mask.cellRows, columns: mask.cellColumns, values: Float32Array.from(bytes, (share) => share / 255) };
  const { rows, columns } = mask;
  return maskCells({ rowStart: 0, rowEnd: rows, columnStart: 0, columnEnd: columns, bits: bytes });
}

export class MaskFigure {
  readonly element: HTMLElement;
  private readonly painter = new Painter2d(h('canvas', { role: 'img' }));
  private readonly grid: Grid;
  private readonly shape: { rows: number; columns: number };

  constructor(mask: ReportMask) {
    const cells = maskPicture(mask);
    const { rows, columns } = cells;
    const place = { rowStart: 0, columnStart: 0, rows, columns, factor: 1 };
    this.grid = new Grid(place, 'mean', cells.values);
    this.shape = { rows, columns };
    const name = `${mask.layer} ${shapeText([mask.rows, mask.columns])}`;
    const { canvas } = this.painter;
    canvas.setAttribute('aria-label', maskLabel(name));
    this.element = h('figure', { class: 'mask' }, canvas, h('figcaption', {}, name));
  }

  /** `room`: CSS pixels across that the page has. */
  draw(theme: Theme, room: number): void {
    const { rows, columns } = this.shape;
    const most = Math.min(Math.min(widest, room - 2 * border) / columns, highest / rows, largestCell);
    // Whole pixels, so that all weights are drawn alike.
    const scale = most >= 1 ? Math.floor(most) : most;
    const { canvas } = this.painter;
    canvas.style.width = `${columns * scale}px`;
    canvas.style.height = `${rows * scale}px`;
    const drawn = scale * devicePixelRatio;
    this.painter.resize(Math.max(1, Math.round(columns * drawn)), Math.max(1, Math.round(rows * drawn)));
    const view = { left: 0, top: 0, scaleX: drawn, scaleY: drawn };
    this.painter.paint({ grids: [this.grid], view, colours: maskMap(theme), limit: 1 });
  }
}
