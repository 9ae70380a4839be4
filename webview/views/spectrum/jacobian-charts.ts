/** The Jacobian along training and along depth, beside what mean-field theory says of random weights. */
import type { JacobianEvent, JacobianLayer } from '../../../src/protocol/run';
import { Chart } from '../../drawing/chart';
import type { Column, SeriesSpec } from '../../drawing/chart-spec';
import { h } from '../../dom';
import { prose } from '../../parts/prose';
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { jacobianNotes, jacobianWords, noJacobian, rms, variance } from './jacobian-words';
import { atOne, barChart, fromZero, histogramData } from './spectrum-charts';

const min: SeriesSpec = { label: 'min', colour: 'muted', draw: 'marked', dash: [2, 3] };
const max: SeriesSpec = { label: 'max', colour: 'muted', draw: 'marked', dash: [6, 3] };
const measured: SeriesSpec = { label: jacobianWords.rms, colour: 2, draw: 'marked', width: 2 };
const predicted: SeriesSpec = { label: jacobianWords.meanField, colour: 2, draw: 'marked', dash: [6, 3] };

const root = (meanSquare: number | undefined): number | null =>
  meanSquare !== undefined && Number.isFinite(meanSquare) ? Math.sqrt(meanSquare) : null;

/** Step, min, mean, max, root mean square, that of mean field. */
const stepData = (items: readonly JacobianEvent[]): Column[] => [
  items.map(({ step }) => step),
  items.map(({ summary }) => summary.min),
  items.map(({ summary }) => summary.mean),
  items.map(({ summary }) => summary.max),
  items.map(({ values }) => rms(values)),
  items.map(({ meanField }) => root(meanField)),
];

/** From so many times the smallest to the largest a line is flat at 0 unless the axis is logarithmic. */
const longRange = 100;

/** Layer, min, root mean square, that of mean field, max. */
export function layerData(layers: readonly JacobianLayer[]): { columns: Column[]; log: boolean } {
  const sizes = layers.flatMap(({ meanSquare, meanField }) => [root(meanSquare), root(meanField)]);
  const positive = sizes.filter((size) => size !== null && size > 0) as number[];
  const [low, high] = positive.reduce(([a, b], size) => [Math.min(a, size), Math.max(b, size)], [Infinity, 0]);
  const log = high > longRange * low;
  // A logarithm has no place for a direction that is lost, nor room for one that only rounding keeps.
  const shown = (value: number | null): number | null =>
    log && value !== null && value < low / longRange ? null : value;
  const column = (of: (layer: JacobianLayer) => number | null): Column => layers.map((layer) => shown(of(layer)));
  return {
    log,
    columns: [
      layers.map(({ index }) => index),
      column(({ summary }) => summary.min),
      column(({ meanSquare }) => root(meanSquare)),
      column(({ meanField }) => root(meanField)),
      column(({ summary }) => summary.max),
    ],
  };
}

/** What is shown besides the events: `step` has the focus where none is `now`. */
interface Shown {
  now: JacobianEvent | undefined;
  step: number;
  ended: boolean;
}

export class JacobianCharts {
  readonly row: HTMLElement;
  readonly note = h('div', { class: 'note' });
  private readonly byStep: Chart;
  private readonly byLayer = new Chart({
    label: jacobianWords.byLayer.label,
    x: { label: jacobianWords.layer, whole: true, range: (_, last) => [0.5, Math.max(1, last) + 0.5] },
    y: { label: jacobianWords.byLayer.title, range: fromZero },
    series: [min, measured, predicted, max],
  });
  private readonly histogram = barChart(jacobianWords.histogram, 1);
  private drawn = false;

  /** `pick` is told of a step that was clicked. */
  constructor(pick?: (step: number) => void) {
    this.byStep = new Chart({
      label: jacobianWords.byStep.label,
      x: { label: jacobianWords.step, whole: true, range: (_, last) => [0, Math.max(1, last)] },
      y: { label: jacobianWords.byStep.title, range: fromZero },
      series: [min, { label: 'mean', colour: 1, draw: 'marked', width: 2 }, max, measured, predicted],
      ...(pick && { pick }),
    });
    this.row = h('div', { class: 'chart-row' }, ...this.all.map(({ element }) => element));
    this.byLayer.setMarks([atOne]);
  }

  private get all(): Chart[] {
    return [this.byStep, this.byLayer, this.histogram];
  }

  private get shown(): Chart[] {
    return this.all.filter(({ element }) => !element.hidden);
  }

  show(items: readonly JacobianEvent[], { now, step, ended }: Shown): void {
    this.drawn = now !== undefined;
    this.row.hidden = !now;
    this.note.replaceChildren(...(now ? jacobianNotes(now) : [noJacobian(ended)]).map(prose));
    this.byStep.setData(stepData(items));
    this.byStep.setMarks([atOne, { axis: 'x', value: now?.step ?? step, text: '', colour: 'focus' }]);
    const layers = now?.depth?.layers ?? [];
    this.byLayer.element.hidden = layers.length === 0;
    // One step is no course: the others have the room.
    this.byStep.element.hidden = items.length < 2;
    this.row.dataset['charts'] = String(this.shown.length);
    if (!now) return;
    this.histogram.setData(histogramData(now.values));
    const theory = root(now.meanField);
    this.histogram.setMarks(
      theory === null
        ? []
        : [{ axis: 'x', value: theory, text: jacobianWords.meanField, colour: 'foreground', dash: [6, 3] }],
    );
    const { columns, log } = layerData(layers);
    this.byLayer.setLog(log);
    this.byLayer.setData(columns);
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.drawn ? this.shown.map((chart) => chart.picture()) : [];
  }

  dispose(): void {
    for (const chart of this.all) chart.dispose();
  }
}

export const jacobianTable = (items: readonly JacobianEvent[]): Table =>
  tableOf(
    jacobianWords.table,
    jacobianWords.columns.map(numeric),
    items.map(({ step, summary, values, samples, meanField }) => {
      const { min: least, mean, max: most, dead } = summary;
      return [step, least, mean, most, variance(values), dead, samples, rms(values), root(meanField) ?? ''];
    }),
  );

/** None where nothing is known along depth. */
export const jacobianLayerTables = (event: JacobianEvent | undefined): Table[] =>
  event?.depth
    ? [
        tableOf(
          { name: jacobianWords.layerTable.name, caption: jacobianWords.layerTable.caption(event.step) },
          [text(jacobianWords.layer), ...jacobianWords.layerColumns.map(numeric), text(jacobianWords.how)],
          event.depth.layers.map(({ layer, summary, meanSquare, meanField, estimated }) => [
            layer,
            summary.min,
            summary.mean,
            summary.max,
            summary.dead ?? '',
            Math.sqrt(meanSquare),
            root(meanField) ?? '',
            estimated ? jacobianWords.estimated : jacobianWords.exact,
          ]),
        ),
      ]
    : [];
