/** What goes through the layers, first to last, beside what mean-field theory predicts. */
import type { LayerSignals, SignalsEvent } from '../../../src/protocol/run';
import { Chart } from '../../drawing/chart';
import type { ChartSpec, Column, SeriesSpec } from '../../drawing/chart-spec';
import { h } from '../../dom';
import { prose } from '../../parts/prose';
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { atOne } from './spectrum-charts';
import { noSignals, signalsNote, signalWords } from './signal-words';

type Figure = (layer: LayerSignals) => number | null;

const measured: SeriesSpec = { label: signalWords.measured, colour: 0, draw: 'marked', width: 2 };
const sparse: SeriesSpec = { label: signalWords.sparse, colour: 1, draw: 'line', dash: [6, 3], width: 2 };
const dense: SeriesSpec = { label: signalWords.dense, colour: 'muted', draw: 'line', dash: [2, 3] };

interface Shown {
  chart: Chart;
  figures: Figure[];
}

const shown = (words: { label: string; title: string }, lines: [SeriesSpec, Figure][]): Shown => {
  const spec: ChartSpec = {
    label: words.label,
    x: { label: signalWords.layer, whole: true, range: (_, last) => [0.5, Math.max(1, last) + 0.5] },
    y: { label: words.title, range: (_, most) => [0, most * 1.08 || 1] },
    series: lines.map(([series]) => series),
  };
  return { chart: new Chart(spec), figures: lines.map(([, figure]) => figure) };
};

/** What is not finite has no place in a chart. */
const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

/** Layers from 1, and a column for each figure. */
const signalData = (layers: readonly LayerSignals[], figures: readonly Figure[]): Column[] => [
  layers.map((_, i) => i + 1),
  ...figures.map((figure) => layers.map((layer) => finite(figure(layer)))),
];

/** A logarithm has no place for what is not positive, and needs a figure to be drawn. */
const isPositive = (columns: readonly Column[]): boolean => {
  const values = columns.slice(1).flatMap((column) => [...column].filter((value) => value !== null));
  return values.length > 0 && values.every((value) => value > 0);
};

export class SignalCharts {
  readonly element: HTMLElement;
  private readonly note = h('div', { class: 'note' });
  private readonly row: HTMLElement;
  private readonly all: Shown[] = [
    shown(signalWords.meanSquare, [
      [measured, ({ meanSquare }) => meanSquare],
      [sparse, (layer) => layer.sparse?.q ?? null],
      [dense, (layer) => layer.dense?.q ?? null],
    ]),
    shown(signalWords.chi, [
      [measured, ({ chi }) => chi],
      [sparse, (layer) => layer.sparse?.chi ?? null],
      [dense, (layer) => layer.dense?.chi ?? null],
    ]),
    shown(signalWords.gradient, [[measured, ({ gradientNorm }) => gradientNorm]]),
  ];
  private drawn = false;

  constructor() {
    this.row = h('div', { class: 'chart-row' }, ...this.all.map(({ chart }) => chart.element));
    this.element = h('div', { class: 'signals' }, this.row, this.note);
    this.all[1].chart.setMarks([atOne]);
  }

  /** `weights`: of all layers together, pruned ones too. */
  show(event: SignalsEvent | undefined, weights: number, ended: boolean): void {
    this.drawn = event !== undefined;
    this.row.hidden = !event;
    this.note.replaceChildren(prose(event ? signalsNote(event, weights) : noSignals(ended)));
    if (!event) return;
    for (const { chart, figures } of this.all) {
      const data = signalData(event.layers, figures);
      chart.setLog(isPositive(data));
      chart.setData(data);
    }
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.drawn ? this.all.map(({ chart }) => chart.picture()) : [];
  }

  dispose(): void {
    for (const { chart } of this.all) chart.dispose();
  }
}

/** Every figure of one event, layer by layer; those that there are none of are left empty. */
export const signalsTable = ({ step, layers }: SignalsEvent): Table =>
  tableOf(
    { name: signalWords.table, caption: signalWords.caption(step) },
    [text(signalWords.layer), ...signalWords.columns.map(numeric)],
    layers.map((layer) => [
      layer.layer,
      ...[
        layer.weightNorm,
        layer.gradientNorm,
        layer.meanSquare,
        layer.sparse?.q,
        layer.dense?.q,
        layer.chi,
        layer.sparse?.chi,
        layer.dense?.chi,
        layer.variance,
        layer.activationVariance,
        layer.units,
        layer.dead,
        layer.kept,
        layer.effective,
      ].map((value) => value ?? ''),
    ]),
  );
