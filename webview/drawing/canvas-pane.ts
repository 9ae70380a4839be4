/** A canvas that fills its place: as large as it, in the theme's colours, drawn once a frame, and pointed at. */
import { h, oncePerFrame, onResize } from '../dom';
import { onThemeChange, readTheme, type Theme } from '../theme';
import type { Box } from './chart-marks';
import type { Size } from './viewport';

/** CSS pixels from the corner of the pane. */
export interface Spot {
  left: number;
  top: number;
}

export interface CanvasPaneSpec {
  class: string;
  /** What it shows, for who cannot see it. */
  label: string;
  /** Fills a canvas that is empty and not scaled; false where there is nothing to draw yet. */
  draw(context: CanvasRenderingContext2D): boolean;
  /** Where the pointer is; nothing when it left. */
  point(at: Spot | undefined): void;
  resized?(before: Size): void;
}

/** About the picture: left the labels of an axis and its name, below those of the other. CSS pixels. */
const gutters = { left: 58, top: 10, right: 16, bottom: 38 };

export class CanvasPane {
  readonly element: HTMLElement;
  theme: Theme = readTheme();
  /** CSS pixels; nothing before it has been laid out. */
  size: Size = { width: 0, height: 0 };
  readonly redraw = oncePerFrame(() => void this.draw());
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private readonly stop: (() => void)[];

  constructor(private readonly spec: CanvasPaneSpec) {
    this.element = h('div', { class: spec.class, tabindex: 0, role: 'img', 'aria-label': spec.label }, this.canvas);
    this.element.addEventListener('pointermove', (event) => spec.point(this.spotOf(event)));
    this.element.addEventListener('pointerleave', () => spec.point(undefined));
    this.stop = [
      onResize(this.element, (width, height) => {
        const before = this.size;
        this.size = { width: Math.floor(width), height: Math.floor(height) };
        spec.resized?.(before);
        this.redraw();
      }),
      onThemeChange(() => {
        this.theme = readTheme();
        this.redraw();
      }),
    ];
  }

  /** What axes and labels leave to the picture. */
  get room(): Box {
    const { left, top, right, bottom } = gutters;
    const { width, height } = this.size;
    return { left, top, width: Math.max(1, width - left - right), height: Math.max(1, height - top - bottom) };
  }

  get isLaidOut(): boolean {
    return this.size.width > 0;
  }

  spotOf(event: MouseEvent): Spot {
    const box = this.element.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  }

  label(text: string): void {
    this.element.setAttribute('aria-label', text);
  }

  /** As it is on the screen; nothing while there is nothing to see. */
  picture(): HTMLCanvasElement | undefined {
    this.redraw.cancel();
    return this.draw() ? this.canvas : undefined;
  }

  dispose(): void {
    for (const stop of this.stop) stop();
    this.redraw.cancel();
    this.element.remove();
  }

  private draw(): boolean {
    const { canvas, size } = this;
    const context = this.isLaidOut ? canvas.getContext('2d') : null;
    if (!context) return false;
    canvas.width = Math.round(size.width * devicePixelRatio);
    canvas.height = Math.round(size.height * devicePixelRatio);
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
    return this.spec.draw(context);
  }
}
