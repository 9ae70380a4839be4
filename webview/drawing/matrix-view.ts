/** A matrix that can be looked at: zoomed and moved by wheel, pointer and keys, with a cursor that names an element. */
import { h, oncePerFrame, onResize } from '../dom';
import { readTheme, type Theme } from '../theme';
import type { ColourMap } from './colour-map';
import type { Grid } from './grid';
import { Painter2d } from './matrix-2d';
import { PainterGl } from './matrix-gl';
import { drawOverlay, type AxisNames, type Band, type Cell, type Gutters } from './matrix-overlay';
import type { Painter } from './painter';
import type { Counts } from './tiles';
import { elementAt, fit, pan, reveal, settle, visible, zoom } from './viewport';
import type { CellRange, Extent, Size, Viewport } from './viewport';

export interface MatrixContent {
  grids: readonly Grid[];
  colours: ColourMap;
  limit: number;
}

export interface MatrixListener {
  /** The cursor moved; nothing when it left the matrix. */
  cursor(cell: Cell | undefined): void;
  /** Another part is seen, or it is seen at another size. */
  view(): void;
}

const zoomStep = 1.5;
const plain: Gutters = { left: 44, top: 20, right: 12, bottom: 12 };
const withMarginals: Gutters = { left: 44, top: 20, right: 56, bottom: 48 };
const keysTurned: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export class MatrixView {
  readonly element: HTMLElement;
  private painter: Painter;
  private readonly overlay = h('canvas', { class: 'overlay', 'aria-hidden': 'true' });
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
  private drag: { x: number; y: number } | undefined;
  private readonly redraw = oncePerFrame(() => this.draw());
  private readonly stopResizing: () => void;

  constructor(
    label: string,
    private readonly listener: MatrixListener,
  ) {
    this.element = h('div', { class: 'matrix', tabindex: 0, role: 'img', 'aria-label': label });
    this.painter = this.makePainter(true);
    this.element.append(this.painter.canvas, this.overlay);
    this.listen();
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

  /** Another matrix: fitted, without a cursor. The same shape keeps the view. `axes`: what rows and columns stand for. */
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
    const { width, height } = this.overlay;
    const canvas = h('canvas', { width, height });
    const context = canvas.getContext('2d')!;
    const ratio = width / this.outer.width;
    context.drawImage(this.painter.canvas, Math.round(this.gutters.left * ratio), Math.round(this.gutters.top * ratio));
    context.drawImage(this.overlay, 0, 0);
    return canvas;
  }

  /** Arrow keys, + - 0, Home and End; true when the key was for this view. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const turned = keysTurned[event.key] as readonly [number, number] | undefined;
    if (turned) this.stepCursor(turned, event.shiftKey ? 10 : 1);
    else if (event.key === '+' || event.key === '=') this.zoomIn();
    else if (event.key === '-') this.zoomOut();
    else if (event.key === '0') this.fit();
    else if (event.key === 'Home' && this.at) this.jump({ ...this.at, column: 0 });
    else if (event.key === 'End' && this.at) this.jump({ ...this.at, column: this.matrix.columns - 1 });
    else return false;
    return true;
  }

  dispose(): void {
    this.stopResizing();
    this.redraw.cancel();
    this.painter.dispose();
    this.element.remove();
  }

  private get room(): Size {
    return {
      width: Math.max(1, this.outer.width - this.gutters.left - this.gutters.right),
      height: Math.max(1, this.outer.height - this.gutters.top - this.gutters.bottom),
    };
  }

  private makePainter(withGl: boolean): Painter {
    const canvas = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
    const painter =
      (withGl && PainterGl.create(canvas, () => this.fallBack())) ||
      // A canvas that once gave a WebGL context gives no other.
      new Painter2d(h('canvas', { class: 'cells', 'aria-hidden': 'true' }));
    painter.canvas.dataset['painter'] = painter.kind;
    return painter;
  }

  /** The device took the context away: the picture goes on in 2D. */
  private fallBack(): void {
    if (!this.element.isConnected) return;
    const painter = this.makePainter(false);
    this.painter.canvas.replaceWith(painter.canvas);
    this.painter = painter;
    this.arrange();
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

  private stepCursor([down, across]: readonly [number, number], by: number): void {
    const from = this.at;
    if (!from) {
      const { rowStart, columnStart } = this.seen;
      this.jump({ row: rowStart, column: columnStart });
      return;
    }
    const within = (value: number, limit: number): number => Math.max(0, Math.min(limit - 1, value));
    this.jump({
      row: within(from.row + by * down, this.matrix.rows),
      column: within(from.column + by * across, this.matrix.columns),
    });
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
    const ratio = devicePixelRatio;
    this.painter.resize(Math.round(room.width * ratio), Math.round(room.height * ratio));
    const { style } = this.painter.canvas;
    style.left = `${gutters.left}px`;
    style.top = `${gutters.top}px`;
    style.width = `${room.width}px`;
    style.height = `${room.height}px`;
    this.overlay.width = Math.round(outer.width * ratio);
    this.overlay.height = Math.round(outer.height * ratio);
    this.show(this.fitted ? fit(this.matrix, room) : settle(this.shown, this.matrix, room));
  }

  private draw(): void {
    const { content, shown, overlay } = this;
    if (!content || this.outer.width === 0) return;
    const ratio = devicePixelRatio;
    const view = {
      left: Math.round(shown.left * ratio),
      top: Math.round(shown.top * ratio),
      scaleX: shown.scaleX * ratio,
      scaleY: shown.scaleY * ratio,
    };
    this.painter.paint({ ...content, view });
    const context = overlay.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { matrix, axes, room, gutters, counts, bands, at: cursor, theme } = this;
    drawOverlay(context, { matrix, axes, room, gutters, view: shown, counts, bands, cursor, theme });
  }

  private listen(): void {
    const { element } = this;
    const place = (event: MouseEvent): { x: number; y: number } => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left - this.gutters.left, y: event.clientY - box.top - this.gutters.top };
    };
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 400 : 12)), place(event));
      },
      { passive: false },
    );
    element.addEventListener('pointerdown', (event) => {
      this.drag = { x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener('pointermove', (event) => {
      if (this.drag && event.buttons !== 0) {
        this.fitted = false;
        const { room, matrix, shown, drag } = this;
        this.show(pan(shown, event.clientX - drag.x, event.clientY - drag.y, matrix, room));
        this.drag = { x: event.clientX, y: event.clientY };
      }
      const { x, y } = place(event);
      this.moveCursor(elementAt(this.shown, x, y, this.matrix));
    });
    element.addEventListener('pointerup', () => {
      this.drag = undefined;
    });
    element.addEventListener('pointerleave', () => {
      // A cursor set by keys stays while the view has the focus.
      if (document.activeElement !== element) this.moveCursor(undefined);
    });
    element.addEventListener('dblclick', () => this.fit());
  }
}
