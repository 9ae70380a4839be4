/** The two canvases of a matrix: its cells, drawn by WebGL or in 2D, and what lies around and over them. */
import { h } from '../dom';
import type { ColourMap } from './colour-map';
import type { Grid } from './grid';
import { Painter2d } from './matrix-2d';
import { PainterGl } from './matrix-gl';
import { drawOverlay, type Gutters, type Overlay } from './matrix-overlay';
import type { Painter } from './painter';
import type { Size } from './viewport';

export interface MatrixContent {
  grids: readonly Grid[];
  colours: ColourMap;
  limit: number;
}

export class MatrixLayers {
  private painter: Painter;
  private readonly overlay = h('canvas', { class: 'overlay', 'aria-hidden': 'true' });
  private outer: Size = { width: 1, height: 1 };
  private gutters: Gutters = { left: 0, top: 0, right: 0, bottom: 0 };

  /** `renewed`: another canvas stands in the place of one that was lost, and has to be laid out. */
  constructor(
    private readonly parent: HTMLElement,
    private readonly renewed: () => void,
  ) {
    this.painter = this.makePainter(true);
    parent.append(this.painter.canvas, this.overlay);
  }

  /** CSS pixels: the whole view, the matrix's part of it, and what is around that. */
  arrange(outer: Size, room: Size, gutters: Gutters): void {
    this.outer = outer;
    this.gutters = gutters;
    const ratio = devicePixelRatio;
    this.painter.resize(Math.round(room.width * ratio), Math.round(room.height * ratio));
    const { style } = this.painter.canvas;
    style.left = `${gutters.left}px`;
    style.top = `${gutters.top}px`;
    style.width = `${room.width}px`;
    style.height = `${room.height}px`;
    this.overlay.width = Math.round(outer.width * ratio);
    this.overlay.height = Math.round(outer.height * ratio);
  }

  draw(content: MatrixContent, overlay: Overlay): void {
    const ratio = devicePixelRatio;
    const { left, top, scaleX, scaleY } = overlay.view;
    const view = {
      left: Math.round(left * ratio),
      top: Math.round(top * ratio),
      scaleX: scaleX * ratio,
      scaleY: scaleY * ratio,
    };
    this.painter.paint({ ...content, view });
    const context = this.overlay.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawOverlay(context, overlay);
  }

  /** Both as one, at the screen's resolution. Must be called in the frame in which they were drawn. */
  picture(): HTMLCanvasElement {
    const { width, height } = this.overlay;
    const canvas = h('canvas', { width, height });
    const context = canvas.getContext('2d')!;
    const ratio = width / this.outer.width;
    const { left, top } = this.gutters;
    context.drawImage(this.painter.canvas, Math.round(left * ratio), Math.round(top * ratio));
    context.drawImage(this.overlay, 0, 0);
    return canvas;
  }

  dispose(): void {
    this.painter.dispose();
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
    if (!this.parent.isConnected) return;
    const painter = this.makePainter(false);
    this.painter.canvas.replaceWith(painter.canvas);
    this.painter = painter;
    this.renewed();
  }
}
