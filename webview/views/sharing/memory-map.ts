/**
 * The memory from end to end: above each location the weights that share it, in bands of the colours of their layers.
 */
import type { OwnersRequest, SharingOwners } from '../../../src/protocol/sharing-view';
import { CanvasPane, type Spot } from '../../drawing/canvas-pane';
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

const zoomStep = 1.6;

export class MemoryMap {
  private readonly pane: CanvasPane;
  private content: MemoryContent | undefined;
  private owners: SharingOwners | undefined;
  private range: Range = { from: 0, to: 1 };
  private at: number | undefined;
  private chosen = -1;

  constructor(private readonly spec: MemoryMapSpec) {
    this.pane = new CanvasPane({
      class: 'memory-map',
      label: spec.label,
      draw: (context) => this.draw(context),
      point: (at) => this.point(at && this.locationUnder(at)),
      resized: ({ width }) => {
        if (width !== this.pane.size.width) this.want();
      },
    });
    this.element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  get element(): HTMLElement {
    return this.pane.element;
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
    this.pane.redraw();
  }

  /** An answer that is late is of another part. */
  take(owners: SharingOwners): void {
    if (owners.from !== this.range.from || owners.to !== this.range.to) return;
    this.owners = owners;
    this.pane.redraw();
  }

  /** The layer with the rim; -1 for none. */
  choose(layer: number): void {
    this.chosen = layer;
    this.pane.redraw();
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
    return this.pane.picture();
  }

  dispose(): void {
    this.pane.dispose();
  }

  private locationUnder({ left }: Spot): number | undefined {
    const { pane, range } = this;
    const { room } = pane;
    const share = (left - room.left) / room.width;
    if (!this.content || share < 0 || share >= 1) return undefined;
    return Math.floor(range.from + share * (range.to - range.from));
  }

  /** One bin on or back, so that each press is seen; one location where every one is drawn. */
  private step(by: number): void {
    const { range, pane } = this;
    const bin = Math.max(1, Math.round((range.to - range.from) / pane.room.width));
    const from = this.at ?? (by > 0 ? range.from - bin : range.to);
    this.point(Math.max(range.from, Math.min(range.to - 1, from + by * bin)));
  }

  private point(location: number | undefined): void {
    if (location === this.at) return;
    this.at = location;
    this.spec.cursor(location);
    this.pane.redraw();
  }

  private wheel(event: WheelEvent): void {
    if (!this.content || event.ctrlKey) return;
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey)
      this.look(rangeAfterMove(this.range, sideways / 500, this.content.m));
    else this.zoom(event.deltaY > 0 ? zoomStep : 1 / zoomStep, this.locationUnder(this.pane.spotOf(event)));
  }

  private zoom(factor: number, about: number | undefined): void {
    if (this.content) this.look(rangeAfterZoom(this.range, factor, about, this.content.m));
  }

  private look(range: Range): void {
    if (range.from === this.range.from && range.to === this.range.to) return;
    this.range = range;
    this.want();
    this.pane.redraw();
  }

  private want(): void {
    const { range, pane, content } = this;
    if (!content || !pane.isLaidOut) return;
    this.spec.wanted({ ...range, bins: Math.max(1, Math.min(range.to - range.from, Math.floor(pane.room.width))) });
  }

  private draw(context: CanvasRenderingContext2D): boolean {
    const { pane, content, owners, range, at, chosen, spec } = this;
    if (!content || !owners) return false;
    const { room, theme } = pane;
    const frame = { room, range, content, owners, theme, ratio: devicePixelRatio, names: spec };
    drawMemory(context, frame, { location: at, layer: chosen });
    return true;
  }
}
