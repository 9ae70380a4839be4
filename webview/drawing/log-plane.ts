/** Two logarithmic axes with regions, points of several shapes, and a cursor that chooses a place. */
import { h, oncePerFrame, onResize } from '../dom';
import { onThemeChange, readTheme, type Theme } from '../theme';
import { drawAxes, drawCross, drawNames, drawPoints, drawRegions, spotOf, valueUnder } from './plane-draw';
import type { PlaneContent, PlaneFrame, PlaneValue } from './plane-draw';

export interface PlaneSpec {
  /** What it shows, for who cannot see it. */
  label: string;
  /** Names of the axes. */
  x: string;
  y: string;
  /** The cursor moved, or left. */
  cursor(at: PlaneValue | undefined): void;
  /** A place was chosen by a click or Enter. */
  pick(at: PlaneValue): void;
}

/** CSS pixels. */
const gutters = { left: 58, top: 10, right: 16, bottom: 38 };
/** Of an arrow key, CSS pixels; with Shift so many times as far. */
const keyStep = 6;
const farther = 8;

export class LogPlane {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private theme: Theme = readTheme();
  private content: PlaneContent | undefined;
  private size = { width: 0, height: 0 };
  private at: PlaneValue | undefined;
  private readonly redraw = oncePerFrame(() => this.draw());
  private readonly stop: (() => void)[];

  constructor(private readonly spec: PlaneSpec) {
    this.element = h('div', { class: 'log-plane', tabindex: 0, role: 'img', 'aria-label': spec.label }, this.canvas);
    this.element.addEventListener('pointermove', (event) => this.pointAt(event));
    this.element.addEventListener('pointerleave', () => this.move(undefined));
    this.element.addEventListener('click', (event) => {
      this.pointAt(event);
      this.choose();
    });
    this.element.addEventListener('keydown', (event) => {
      if (this.key(event)) event.preventDefault();
    });
    this.stop = [
      onResize(this.element, (width, height) => {
        this.size = { width: Math.floor(width), height: Math.floor(height) };
        this.redraw();
      }),
      onThemeChange(() => {
        this.theme = readTheme();
        this.redraw();
      }),
    ];
  }

  show(content: PlaneContent): void {
    this.content = content;
    this.redraw();
  }

  label(text: string): void {
    this.element.setAttribute('aria-label', text);
  }

  /** As it is on the screen; nothing before it has been laid out. */
  picture(): HTMLCanvasElement | undefined {
    if (this.size.width === 0 || !this.content) return undefined;
    this.redraw.cancel();
    this.draw();
    return this.canvas;
  }

  dispose(): void {
    for (const stop of this.stop) stop();
    this.redraw.cancel();
    this.element.remove();
  }

  private get frame(): PlaneFrame | undefined {
    const { content, theme, size } = this;
    const { left, top, right, bottom } = gutters;
    if (!content || size.width === 0) return undefined;
    const width = Math.max(1, size.width - left - right);
    const height = Math.max(1, size.height - top - bottom);
    return { room: { left, top, width, height }, content, theme, ratio: devicePixelRatio };
  }

  private move(at: PlaneValue | undefined): void {
    this.at = at;
    this.spec.cursor(at);
    this.redraw();
  }

  private pointAt(event: MouseEvent): void {
    const { frame } = this;
    if (!frame) return;
    const box = this.element.getBoundingClientRect();
    this.move(valueUnder(frame, { left: event.clientX - box.left, top: event.clientY - box.top }));
  }

  private choose(): void {
    if (this.at) this.spec.pick(this.at);
  }

  private key(event: KeyboardEvent): boolean {
    const { frame } = this;
    if (!frame || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'Enter') {
      this.choose();
      return true;
    }
    const arrows: Record<string, [number, number]> = {
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    if (!Object.hasOwn(arrows, event.key)) return false;
    const [right, down] = arrows[event.key].map((by) => by * keyStep * (event.shiftKey ? farther : 1));
    const { room } = frame;
    // Without a cursor the first arrow begins in the middle.
    const middle = { left: room.left + room.width / 2, top: room.top + room.height / 2 };
    const from = this.at ? spotOf(frame, this.at) : middle;
    this.move(valueUnder(frame, { left: from.left + right, top: from.top + down }));
    return true;
  }

  private draw(): void {
    const { canvas, frame, size, spec } = this;
    const context = frame && canvas.getContext('2d');
    if (!frame || !context) return;
    const { ratio } = frame;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
    context.scale(ratio, ratio);
    context.font = frame.theme.font;
    drawRegions(context, frame);
    drawAxes(context, frame, spec);
    drawNames(context, frame, drawPoints(context, frame));
    if (this.at) drawCross(context, frame, this.at);
  }
}
