/** Lines, steps, points and bars over an axis: uPlot in the editor's colours, with keys, marks and a picture. */
import uPlot from 'uplot';
import { h, oncePerFrame, onResize } from '../dom';
import { onThemeChange, readTheme, type Theme } from '../theme';
import { drawBars } from './chart-bars';
import { drawMarks } from './chart-marks';
import { plotOptions } from './chart-options';
import { chartPicture } from './chart-picture';
import type { ChartSpec, Column, Mark, SeriesSpec, SpreadBar } from './chart-spec';

export class Chart {
  readonly element: HTMLElement;
  private readonly room = h('div', { class: 'chart-room' });
  private readonly legend = h('span', { class: 'legend' });
  private plot: uPlot | undefined;
  private theme: Theme = readTheme();
  private data: Column[];
  private marks: readonly Mark[] = [];
  private bars: readonly SpreadBar[] = [];
  private log = false;
  private size = { width: 0, height: 0 };
  private at: number | undefined;
  private readonly stop: (() => void)[];
  /** What the legend names. */
  private told = '';
  /** What the plot has of `data`: all of it from the next frame on. */
  private drawn: Column[] = [];
  private readonly refresh = oncePerFrame(() => this.takeIn());

  constructor(private readonly spec: ChartSpec) {
    this.data = [[], ...spec.series.map(() => [])];
    this.element = h(
      'figure',
      { class: 'chart', tabindex: 0, role: 'img', 'aria-label': spec.label },
      h('figcaption', {}, h('span', { class: 'chart-title' }, spec.y.label), this.legend),
      this.room,
    );
    this.nameSeries();
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.stop = [
      onResize(this.room, (width, height) => this.resize(Math.floor(width), Math.floor(height))),
      onThemeChange(() => {
        this.theme = readTheme();
        this.rebuild();
      }),
    ];
  }

  /** Columns of equal length: x, then one a series; `null` leaves a gap. */
  setData(data: Column[]): void {
    this.data = data;
    this.nameSeries();
    this.refresh();
  }

  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
    this.plot?.redraw(false);
  }

  /** The axis does not know of them: `range` of the spec has to leave room. */
  setBars(bars: readonly SpreadBar[]): void {
    this.bars = bars;
    this.plot?.redraw(false);
  }

  setLog(log: boolean): void {
    if (log === this.log) return;
    this.log = log;
    this.rebuild();
  }

  label(text: string): void {
    this.element.setAttribute('aria-label', text);
  }

  /** Moves the cursor to a point. */
  point(index: number): void {
    const { plot } = this;
    const x = this.data[0];
    if (!plot || x.length === 0) return;
    // A key may come in the frame in which the data came.
    if (this.drawn !== this.data) this.takeIn();
    const at = Math.max(0, Math.min(x.length - 1, index));
    plot.setCursor({ left: plot.valToPos(x[at]!, 'x'), top: plot.over.clientHeight / 2 });
  }

  /** As it is on the screen, title and legend included; nothing before it has been laid out. */
  picture(): HTMLCanvasElement | undefined {
    return this.plot && chartPicture(this.plot.ctx.canvas, this.spec.y.label, this.named(), this.theme, uPlot.pxRatio);
  }

  dispose(): void {
    for (const stop of this.stop) stop();
    this.refresh.cancel();
    this.plot?.destroy();
    this.element.remove();
  }

  /** At once, scales included. */
  private takeIn(): void {
    const { plot, data } = this;
    if (!plot) return;
    this.drawn = data;
    plot.batch(() => plot.setData(data as uPlot.AlignedData));
  }

  /** Series that a legend tells apart: one that has no value anywhere is not drawn. */
  private named(): SeriesSpec[] {
    const isDrawn = (column: Column): boolean => column.length === 0 || column.some((value) => value !== null);
    const shown = this.spec.series.filter(({ label }, i) => label !== '' && isDrawn(this.data[i + 1]));
    return shown.length > 1 ? shown : [];
  }

  private nameSeries(): void {
    const named = this.named();
    const key = named.map(({ label }) => label).join('\n');
    if (key === this.told) return;
    this.told = key;
    this.legend.replaceChildren(...named.map((series) => this.legendItem(series)));
  }

  private legendItem({ label, draw, dash, colour }: SeriesSpec): HTMLElement {
    const shape = draw === 'points' ? 'point' : !dash ? 'solid' : dash[0] <= 2 ? 'dotted' : 'dashed';
    return h('span', { class: 'legend-item' }, h('span', { class: `swatch ${shape} colour-${colour}` }), label);
  }

  private resize(width: number, height: number): void {
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    if (this.plot) this.plot.setSize(this.size);
    else this.rebuild();
  }

  private rebuild(): void {
    if (this.size.width === 0) return;
    this.plot?.destroy();
    const hooks: uPlot.Hooks.Arrays = {
      setCursor: [(plot) => this.moved(plot)],
      draw: [(plot) => this.drawMarks(plot)],
      ready: [(plot) => this.listen(plot)],
    };
    const options = { ...plotOptions(this.spec, this.theme, this.size, this.log), hooks };
    this.plot = new uPlot(options, this.data as uPlot.AlignedData, this.room);
  }

  private drawMarks(plot: uPlot): void {
    const place = (value: number, axis: 'x' | 'y'): number => plot.valToPos(value, axis, true);
    const room = { box: plot.bbox, ratio: uPlot.pxRatio, place };
    drawBars(plot.ctx, this.bars, room, this.theme);
    drawMarks(plot.ctx, this.marks, room, this.theme);
  }

  private moved(plot: uPlot): void {
    const index = plot.cursor.idx ?? undefined;
    const inside = plot.cursor.left !== undefined && plot.cursor.left >= 0;
    const at = inside ? index : undefined;
    if (at === this.at) return;
    this.at = at;
    this.spec.cursor?.(at);
  }

  private listen(plot: uPlot): void {
    plot.over.addEventListener('click', (event) => {
      if (this.spec.pick) this.spec.pick(plot.posToVal(event.offsetX, 'x'));
    });
  }

  private key(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const far = Math.max(1, Math.round(this.data[0].length / 20));
    this.point(this.at === undefined ? (by > 0 ? 0 : Infinity) : this.at + by * (event.shiftKey ? far : 1));
  }
}
