/** A matrix that can be looked at: zoomed and moved by wheel, pointer and keys, with a cursor that names an element. */
import { h, oncePerFrame, onResize } from '../dom';
import { readTheme, type Theme } from '../theme';
import { listenToPointer, matrixKey, type MatrixHandles } from './matrix-input';
import { MatrixLayers, type MatrixContent } from './matrix-layers';
import type { AxisNames, Band, Cell, Gutters } from './matrix-overlay';
import type { Counts } from './tiles';
import { elementAt, fit, pan, reveal, settle, visible, zoom } from './viewport';
import type { CellRange, Extent, Size, Viewport } from './viewport';

export interface MatrixListener {
  /** The cursor moved; nothing when it left the matrix. */
  cursor(cell: Cell | undefined): void;
  /** Another part is seen, or it is seen at another size. */
  view(): void;
}

const zoomStep = 1.5;
const plain: Gutters = { left: 44, top: 20, right: 12, bottom: 12 };
const withMarginals: Gutters = { left: 44, top: 20, right: 56, bottom: 48 };

export class MatrixView {
  readonly element: HTMLElement;
  private readonly layers: MatrixLayers;
  private theme: Theme = readTheme();
  private matrix: Extent = { rows: 1, columns: 1 };
  private content: MatrixContent | undefined;
  private axes: AxisNames | undefined;
  private counts: Counts | undefined;
  private bands: readonly Band[] = [];
  private gutters = plain;
  private outer: Size = { width: 0, height: 0 };
  private shown: Viewport = { left: 0, top: 0, scaleX: 1, scaleY: 1 };
  private fitted = true;
  private at: Cell | undefined;
  private readonly redraw = oncePerFrame(() => this.draw());
  private readonly stopResizing: () => void;
  private readonly handles: MatrixHandles;

  constructor(
    label: string,
    private readonly listener: MatrixListener,
  ) {
    this.element = h('div', { class: 'matrix', tabindex: 0, role: 'img', 'aria-label': label });
    this.layers = new MatrixLayers(this.element, () => this.arrange());
    this.handles = this.makeHandles();
    listenToPointer(this.element, this.handles);
    this.stopResizing = onResize(this.element, (width, height) => {
      this.outer = { width, height };
      this.arrange();
    });
  }

  get cursor(): Cell | undefined {
    return this.at;
  }

  get seen(): CellRange {
    return visible(this.shown, this.matrix, this.room);
  }

  /** Device pixels of an element along the axis on which it is larger. */
  get pixels(): number {
    return Math.max(this.shown.scaleX, this.shown.scaleY) * devicePixelRatio;
  }

  label(text: string): void {
    this.element.setAttribute('aria-label', text);
  }

  /**
   * Another matrix: fitted, without a cursor. The same shape keeps the view. `axes`: what rows and columns stand for.
   */
  setMatrix(matrix: Extent, axes?: AxisNames): void {
    this.axes = axes;
    if (matrix.rows === this.matrix.rows && matrix.columns === this.matrix.columns) return;
    this.matrix = matrix;
    this.fitted = true;
    this.moveCursor(undefined);
    this.arrange();
  }

  setContent(content: MatrixContent): void {
    this.content = content;
    this.redraw();
  }

  /** `expected`: they are still being counted, and room is kept for them. */
  setCounts(counts: Counts | undefined, expected: boolean): void {
    this.counts = counts;
    const gutters = expected ? withMarginals : plain;
    if (gutters === this.gutters) this.redraw();
    else {
      this.gutters = gutters;
      this.arrange();
    }
  }

  setBands(bands: readonly Band[]): void {
    this.bands = bands;
    this.redraw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.redraw();
  }

  /** What is drawn has changed in place. */
  refresh(): void {
    this.redraw();
  }

  fit(): void {
    this.fitted = true;
    this.arrange();
  }

  private zoom(factor: number, at: { x: number; y: number }): void {
    this.fitted = false;
    this.show(zoom(this.shown, factor, at, this.matrix, this.room));
    this.fitted = this.shown.scaleX === fit(this.matrix, this.room).scaleX;
  }

  zoomIn(): void {
    this.zoomAtCursor(zoomStep);
  }

  zoomOut(): void {
    this.zoomAtCursor(1 / zoomStep);
  }

  moveCursor(cell: Cell | undefined): void {
    if (cell?.row === this.at?.row && cell?.column === this.at?.column) return;
    this.at = cell;
    this.listener.cursor(cell);
    this.redraw();
  }

  /** As it is on the screen, at the screen's resolution; nothing before it has been laid out. */
  picture(): HTMLCanvasElement | undefined {
    if (this.outer.width === 0 || !this.content) return undefined;
    this.redraw.cancel();
    this.draw();
    return this.layers.picture();
  }

  /** Arrow keys, + - 0, Home and End; true when the key was for this view. */
  key(event: KeyboardEvent): boolean {
    return matrixKey(event, this.handles);
  }

  dispose(): void {
    this.stopResizing();
    this.redraw.cancel();
    this.layers.dispose();
    this.element.remove();
  }

  private get room(): Size {
    return {
      width: Math.max(1, this.outer.width - this.gutters.left - this.gutters.right),
      height: Math.max(1, this.outer.height - this.gutters.top - this.gutters.bottom),
    };
  }

  /** What pointer and keys may do. */
  private makeHandles(): MatrixHandles {
    return {
      cursor: () => this.at,
      extent: () => this.matrix,
      origin: () => ({ row: this.seen.rowStart, column: this.seen.columnStart }),
      zoomAt: (factor, { x, y }) => this.zoom(factor, { x: x - this.gutters.left, y: y - this.gutters.top }),
      zoomIn: () => this.zoomIn(),
      zoomOut: () => this.zoomOut(),
      fit: () => this.fit(),
      jump: (cell) => this.jump(cell),
      point: ({ x, y }) =>
        this.moveCursor(elementAt(this.shown, x - this.gutters.left, y - this.gutters.top, this.matrix)),
      leave: () => this.moveCursor(undefined),
      pan: (x, y) => {
        this.fitted = false;
        this.show(pan(this.shown, x, y, this.matrix, this.room));
      },
    };
  }

  private focus(): { x: number; y: number } {
    const { room, shown, at } = this;
    if (!at) return { x: room.width / 2, y: room.height / 2 };
    return { x: shown.left + (at.column + 0.5) * shown.scaleX, y: shown.top + (at.row + 0.5) * shown.scaleY };
  }

  /** The cursor's element stays in sight, whole. */
  private zoomAtCursor(factor: number): void {
    this.zoom(factor, this.focus());
    if (this.at) this.show(reveal(this.shown, this.at, this.matrix, this.room));
  }

  private jump(cell: Cell): void {
    this.moveCursor(cell);
    this.show(reveal(this.shown, cell, this.matrix, this.room));
  }

  private show(view: Viewport): void {
    this.shown = view;
    this.redraw();
    this.listener.view();
  }

  /** Lays the canvases out anew: the panel's size, the matrix or the gutters changed. */
  private arrange(): void {
    const { room, gutters, outer } = this;
    if (outer.width === 0) return;
    this.layers.arrange(outer, room, gutters);
    this.show(this.fitted ? fit(this.matrix, room) : settle(this.shown, this.matrix, room));
  }

  private draw(): void {
    const { content } = this;
    if (!content || this.outer.width === 0) return;
    const { matrix, axes, room, gutters, shown: view, counts, bands, at: cursor, theme } = this;
    this.layers.draw(content, { matrix, axes, room, gutters, view, counts, bands, cursor, theme });
  }
}
