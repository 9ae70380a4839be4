/** Two logarithmic axes with regions, points of several shapes, and a cursor that chooses a place. */
import { CanvasPane, type Spot } from './canvas-pane';
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

/** Of an arrow key, CSS pixels; with Shift so many times as far. */
const keyStep = 6;
const farther = 8;

export class LogPlane {
  private readonly pane: CanvasPane;
  private content: PlaneContent | undefined;
  private at: PlaneValue | undefined;

  constructor(private readonly spec: PlaneSpec) {
    this.pane = new CanvasPane({
      class: 'log-plane',
      label: spec.label,
      draw: (context) => this.draw(context),
      point: (at) => this.pointAt(at),
    });
    const { element } = this.pane;
    element.addEventListener('click', (event) => {
      this.pointAt(this.pane.spotOf(event));
      this.choose();
    });
    element.addEventListener('keydown', (event) => {
      if (this.key(event)) event.preventDefault();
    });
  }

  get element(): HTMLElement {
    return this.pane.element;
  }

  show(content: PlaneContent): void {
    this.content = content;
    this.pane.redraw();
  }

  label(text: string): void {
    this.pane.label(text);
  }

  picture(): HTMLCanvasElement | undefined {
    return this.pane.picture();
  }

  dispose(): void {
    this.pane.dispose();
  }

  private get frame(): PlaneFrame | undefined {
    const { content, pane } = this;
    if (!content || !pane.isLaidOut) return undefined;
    return { room: pane.room, content, theme: pane.theme, ratio: devicePixelRatio };
  }

  private move(at: PlaneValue | undefined): void {
    this.at = at;
    this.spec.cursor(at);
    this.pane.redraw();
  }

  private pointAt(spot: Spot | undefined): void {
    const { frame } = this;
    if (frame) this.move(spot && valueUnder(frame, spot));
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

  private draw(context: CanvasRenderingContext2D): boolean {
    const { frame, spec } = this;
    if (!frame) return false;
    context.scale(frame.ratio, frame.ratio);
    context.font = frame.theme.font;
    drawRegions(context, frame);
    drawAxes(context, frame, spec);
    drawNames(context, frame, drawPoints(context, frame));
    if (this.at) drawCross(context, frame, this.at);
    return true;
  }
}
