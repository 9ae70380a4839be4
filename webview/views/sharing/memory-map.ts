/** The memory from end to end: above each location the weights that share it, in bands of the colours of their layers. */
import type { OwnersRequest, SharingOwners } from '../../../src/protocol/sharing-view';
import type { Box } from '../../drawing/chart-marks';
import { h, oncePerFrame, onResize } from '../../dom';
import { onThemeChange, readTheme, type Theme } from '../../theme';
import { drawMemory, type MemoryContent } from './memory-draw';
import { rangeAfterMove, rangeAfterZoom, type Range } from './memory-range';

export interface MemoryMapSpec {
  label: string;
  x: string;
  y: string;
  /** The cursor is on a location, or on none. */
  cursor(location: number | undefined): void;
  /** Another part is shown: its owners are wanted. */
  wanted(request: OwnersRequest): void;
}

/** CSS pixels. */
const gutters = { left: 58, top: 10, right: 16, bottom: 38 };
const zoomStep = 1.6;

export class MemoryMap {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private theme: Theme = readTheme();
  private content: MemoryContent | undefined;
  private owners: SharingOwners | undefined;
  private range: Range = { from: 0, to: 1 };
  private size = { width: 0, height: 0 };
  private at: number | undefined;
  private chosen = -1;
  private readonly redraw = oncePerFrame(() => this.draw());
  private readonly stop: (() => void)[];

  constructor(private readonly spec: MemoryMapSpec) {
    this.element = h('div', { class: 'memory-map', tabindex: 0, role: 'img', 'aria-label': spec.label }, this.canvas);
    this.element.addEventListener('pointermove', (event) => this.point(this.locationUnder(event)));
    this.element.addEventListener('pointerleave', () => this.point(undefined));
    this.element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.stop = [
      onResize(this.element, (width, height) => {
        const wider = Math.floor(width) !== this.size.width;
        this.size = { width: Math.floor(width), height: Math.floor(height) };
        if (wider) this.want();
        this.redraw();
      }),
      onThemeChange(() => {
        this.theme = readTheme();
        this.redraw();
      }),
    ];
  }

  /** What is drawn at first: the owners that came with the report. */
  show(content: MemoryContent, owners: SharingOwners): void {
    const same = this.content?.m === content.m;
    this.content = content;
    if (!same || !this.owners) {
      this.range = { from: 0, to: content.m };
      this.owners = owners;
      this.point(undefined);
    }
    this.want();
    this.redraw();
  }

  /** An answer that is late is of another part. */
  take(owners: SharingOwners): void {
    if (owners.from !== this.range.from || owners.to !== this.range.to) return;
    this.owners = owners;
    this.redraw();
  }

  /** The layer with the rim; -1 for none. */
  choose(layer: number): void {
    this.chosen = layer;
    this.redraw();
  }

  get shown(): SharingOwners | undefined {
    return this.owners;
  }

  get cursor(): number | undefined {
    return this.at;
  }

  zoomIn(): void {
    this.zoom(1 / zoomStep, this.at);
  }

  zoomOut(): void {
    this.zoom(zoomStep, this.at);
  }

  fit(): void {
    if (this.content) this.look({ from: 0, to: this.content.m });
  }

  key(event: KeyboardEvent): boolean {
    const { content } = this;
    if (!content || event.ctrlKey || event.metaKey) return false;
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by !== 0 && event.altKey) this.look(rangeAfterMove(this.range, by / 4, content.m));
    else if (by !== 0) this.step(by * (event.shiftKey ? 20 : 1));
    else if (event.altKey) return false;
    else if (event.key === '+' || event.key === '=') this.zoomIn();
    else if (event.key === '-') this.zoomOut();
    else if (event.key === '0') this.fit();
    else if (event.key === 'Home') this.point(this.range.from);
    else if (event.key === 'End') this.point(this.range.to - 1);
    else return false;
    return true;
  }

  picture(): HTMLCanvasElement | undefined {
    if (this.size.width === 0 || !this.owners) return undefined;
    this.redraw.cancel();
    this.draw();
    return this.canvas;
  }

  dispose(): void {
    for (const stop of this.stop) stop();
    this.redraw.cancel();
    this.element.remove();
  }

  private get room(): Box {
    const { left, top, right, bottom } = gutters;
    const { width, height } = this.size;
    return { left, top, width: Math.max(1, width - left - right), height: Math.max(1, height - top - bottom) };
  }

  private locationUnder(event: MouseEvent): number | undefined {
    const { room, range } = this;
    const share = (event.clientX - this.element.getBoundingClientRect().left - room.left) / room.width;
    if (!this.content || share < 0 || share >= 1) return undefined;
    return Math.floor(range.from + share * (range.to - range.from));
  }

  /** One bin on or back, so that each press is seen; one location where every one is drawn. */
  private step(by: number): void {
    const { range, room } = this;
    const bin = Math.max(1, Math.round((range.to - range.from) / room.width));
    const from = this.at ?? (by > 0 ? range.from - bin : range.to);
    this.point(Math.max(range.from, Math.min(range.to - 1, from + by * bin)));
  }

  private point(location: number | undefined): void {
    if (location === this.at) return;
    this.at = location;
    this.spec.cursor(location);
    this.redraw();
  }

  private wheel(event: WheelEvent): void {
    if (!this.content || event.ctrlKey) return;
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey)
      this.look(rangeAfterMove(this.range, sideways / 500, this.content.m));
    else this.zoom(event.deltaY > 0 ? zoomStep : 1 / zoomStep, this.locationUnder(event));
  }

  private zoom(factor: number, about: number | undefined): void {
    if (this.content) this.look(rangeAfterZoom(this.range, factor, about, this.content.m));
  }

  private look(range: Range): void {
    if (range.from === this.range.from && range.to === this.range.to) return;
    this.range = range;
    this.want();
    this.redraw();
  }

  private want(): void {
    const { range, size, content } = this;
    if (!content || size.width === 0) return;
    this.spec.wanted({ ...range, bins: Math.max(1, Math.min(range.to - range.from, Math.floor(this.room.width))) });
  }

  private draw(): void {
    const { canvas, content, owners, size } = this;
    const context = content && owners && size.width > 0 ? canvas.getContext('2d') : null;
    if (!context) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
    const { room, range, at, chosen, theme, spec } = this;
    const frame = { room, range, content: content!, owners: owners!, theme, ratio, names: spec };
    drawMemory(context, frame, { location: at, layer: chosen });
  }
}
