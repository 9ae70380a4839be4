/** Lines, steps, points and bars over an axis: uPlot in the editor's colours, with keys, marks and a picture. */
import uPlot from 'uplot';
import { h, oncePerFrame, onResize } from '../dom';
import { figure } from '../format';
import { onThemeChange, readTheme, type Theme } from '../theme';

export type Column = (number | null)[] | Float64Array;

export interface SeriesSpec {
  label: string;
  /** Number of a series colour, or a colour that stands back. */
  colour: number | 'muted' | 'foreground';
  draw: 'line' | 'marked' | 'points' | 'bars';
  /** Besides colour, so that two lines differ for everybody. */
  dash?: number[];
  width?: number;
}

export interface AxisSpec {
  label: string;
  /** Ends of the axis, from the ends of the data. */
  range?: (min: number, max: number) => [number, number];
  /** Only whole numbers are labelled. */
  whole?: boolean;
  /** What a label says; nothing for one that is left out. */
  text?: (value: number) => string;
}

/** A line across the chart at a value, with a word beside it. */
export interface Mark {
  axis: 'x' | 'y';
  value: number;
  text: string;
  colour?: 'muted' | 'focus' | undefined;
}

export interface ChartSpec {
  /** What it shows, for who cannot see it. */
  label: string;
  x: AxisSpec;
  y: AxisSpec;
  series: SeriesSpec[];
  /** Charts of one group move their cursor together. */
  group?: string;
  /** Index of the point under the cursor; nothing when it left. */
  cursor?: (index: number | undefined) => void;
  /** A place was chosen. */
  pick?: (x: number) => void;
}

/** Given as data, because the enum that uPlot names it by is not there at run time. */
const logarithmic = uPlot.assign({}, { distr: 3 }) as uPlot.Scale;

const dashOf = ({ dash }: SeriesSpec): { dash?: number[] } => (dash ? { dash } : {});

export class Chart {
  readonly element: HTMLElement;
  private readonly room = h('div', { class: 'chart-room' });
  private plot: uPlot | undefined;
  private theme: Theme = readTheme();
  private data: Column[];
  private marks: readonly Mark[] = [];
  private log = false;
  private size = { width: 0, height: 0 };
  private at: number | undefined;
  private readonly stop: (() => void)[];
  private readonly refresh = oncePerFrame(() => this.plot?.setData(this.data as uPlot.AlignedData));

  constructor(private readonly spec: ChartSpec) {
    this.data = [[], ...spec.series.map(() => [])];
    this.element = h(
      'figure',
      { class: 'chart', tabindex: 0, role: 'img', 'aria-label': spec.label },
      h('figcaption', {}, h('span', { class: 'chart-title' }, spec.y.label), this.legend()),
      this.room,
    );
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
    this.refresh();
  }

  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
    this.plot?.redraw(false);
  }

  setLog(log: boolean): void {
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
    const at = Math.max(0, Math.min(x.length - 1, index));
    plot.setCursor({ left: plot.valToPos(x[at]!, 'x'), top: plot.over.clientHeight / 2 });
  }

  /** As it is on the screen; nothing before it has been laid out. */
  picture(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  dispose(): void {
    for (const stop of this.stop) stop();
    this.refresh.cancel();
    this.plot?.destroy();
    this.element.remove();
  }

  private legend(): HTMLElement {
    const shown = this.spec.series.filter(({ label }) => label !== '');
    return h('span', { class: 'legend' }, ...(shown.length > 1 ? shown.map((series) => this.legendItem(series)) : []));
  }

  private legendItem({ label, draw, dash, colour }: SeriesSpec): HTMLElement {
    const shape = draw === 'points' ? 'point' : !dash ? 'solid' : dash[0] <= 2 ? 'dotted' : 'dashed';
    return h('span', { class: 'legend-item' }, h('span', { class: `swatch ${shape} colour-${colour}` }), label);
  }

  private colour(name: SeriesSpec['colour'] | 'focus'): string {
    return typeof name === 'number' ? this.theme.series[name % this.theme.series.length] : this.theme[name];
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
    this.plot = new uPlot(this.options(), this.data as uPlot.AlignedData, this.room);
  }

  private options(): uPlot.Options {
    const { spec, theme } = this;
    const axis = (of: AxisSpec, scale: 'x' | 'y', size: number): uPlot.Axis => ({
      scale,
      size,
      stroke: theme.muted,
      font: theme.font,
      labelFont: theme.font,
      ...(scale === 'x' && of.label !== '' && { label: of.label, labelSize: 16, labelGap: 0 }),
      grid: { stroke: theme.grid, width: 1 },
      ticks: { show: false },
      gap: 4,
      space: scale === 'x' ? 70 : 28,
      ...(of.whole && {
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
      }),
      // On a logarithmic axis most ticks have no label: uPlot hands them over as null.
      values: (_, ticks: (number | null)[]) => ticks.map((tick) => (tick === null ? '' : (of.text ?? axisText)(tick))),
    });
    const range = (of: AxisSpec): { range?: uPlot.Scale.Range } =>
      of.range ? { range: (_, min, max) => of.range!(min, max) } : {};
    return {
      ...this.size,
      legend: { show: false },
      padding: [6, 12, 0, 0],
      scales: {
        x: { time: false, ...range(spec.x) },
        y: this.log ? logarithmic : range(spec.y),
      },
      axes: [axis(spec.x, 'x', 20), axis(spec.y, 'y', 52)],
      series: [{}, ...spec.series.map((series) => this.seriesOptions(series))],
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: false, y: false, setScale: false },
        ...(spec.group !== undefined && { sync: { key: spec.group, setSeries: false } }),
      },
      hooks: {
        setCursor: [(plot) => this.moved(plot)],
        draw: [(plot) => this.drawMarks(plot)],
        ready: [(plot) => this.listen(plot)],
      },
    };
  }

  private seriesOptions(series: SeriesSpec): uPlot.Series {
    const stroke = this.colour(series.colour);
    const base = { label: series.label, stroke, width: series.width ?? 1.5, ...dashOf(series) };
    switch (series.draw) {
      case 'line':
        return { ...base, points: { show: false }, spanGaps: true };
      case 'marked':
        return { ...base, points: { show: true, size: 5, fill: stroke }, spanGaps: true };
      case 'points':
        return { ...base, paths: () => null, points: { show: true, size: 5, fill: stroke } };
      case 'bars':
        return { ...base, width: 0, fill: stroke, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.9] }) };
    }
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

  private drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = this.theme.font.replace(/^[\d.]+/, (size) => String(Number(size) * ratio));
    ctx.lineWidth = ratio;
    for (const mark of this.marks) {
      const at = Math.round(plot.valToPos(mark.value, mark.axis, true));
      const along = mark.axis === 'x' ? at - bbox.left : at - bbox.top;
      if (!(along >= 0 && along <= (mark.axis === 'x' ? bbox.width : bbox.height))) continue;
      ctx.strokeStyle = ctx.fillStyle = this.colour(mark.colour ?? 'muted');
      ctx.setLineDash(mark.axis === 'x' ? [] : [6 * ratio, 4 * ratio]);
      ctx.beginPath();
      if (mark.axis === 'x') {
        ctx.moveTo(at, bbox.top);
        ctx.lineTo(at, bbox.top + bbox.height);
      } else {
        ctx.moveTo(bbox.left, at);
        ctx.lineTo(bbox.left + bbox.width, at);
      }
      ctx.stroke();
      const nearEnd = along > bbox.width - 120 * ratio;
      ctx.textAlign = mark.axis === 'x' && nearEnd ? 'right' : 'left';
      ctx.textBaseline = 'bottom';
      if (mark.axis === 'x') ctx.fillText(mark.text, at + (nearEnd ? -5 : 5) * ratio, bbox.top + 14 * ratio);
      else ctx.fillText(mark.text, bbox.left + 6 * ratio, at - 3 * ratio);
    }
    ctx.restore();
  }
}

/** Short on an axis: `0.5`, not `0.500`. */
const axisText = (value: number): string => {
  const text = figure(value);
  return /^-?\d*\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
};
