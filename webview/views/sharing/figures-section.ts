/** Figures: λ and norm ratio of each layer, load and Γ of the memory. */
import type { SharingReport } from '../../../src/protocol/sharing';
import { Chart } from '../../drawing/chart';
import type { ChartSpec, Mark, SeriesSpec } from '../../drawing/chart-spec';
import { h } from '../../dom';
import type { Table } from '../../parts/table';
import { placeOf, shownLoad } from './histograms';
import { hashedLoad } from './load';
import type { Section, SharingContext } from './section';
import { gammaTable, layersTable, loadTable } from './tables';
import { batchText, factsOf, figuresWords, gammaBin, layerText, loadBin, loadText } from './words';

const bars = (label: string): SeriesSpec => ({ label, colour: 0, draw: 'bars' });
const fromZero = (_: number, most: number): [number, number] => [0, most * 1.12 || 1];

/** Layers from 1, under their names. */
const layerAxis = (names: () => readonly string[]): ChartSpec['x'] => ({
  label: '',
  whole: true,
  range: (_, last) => [0.4, Math.max(1, last) + 0.6],
  text: (value) => names()[value - 1] ?? '',
});

export class FiguresSection implements Section {
  readonly id = 'figures';
  readonly help = { text: figuresWords.help, keys: figuresWords.keys };
  readonly element: HTMLElement;
  readonly controls: readonly HTMLElement[] = [];
  private readonly factor: Chart;
  private readonly norm: Chart;
  private readonly load: Chart;
  private readonly gamma: Chart;
  private report: SharingReport | undefined;

  constructor(private readonly context: SharingContext) {
    const names = (): string[] => this.report?.layers.map(({ name }) => name) ?? [];
    const byLayer = (words: { label: string; title: string }): Chart =>
      new Chart({
        label: words.label,
        x: layerAxis(names),
        y: { label: words.title, range: fromZero },
        series: [bars(words.title)],
        group: 'sharing-layers',
        cursor: (index) => this.sayLayer(index),
      });
    this.factor = byLayer(figuresWords.factor);
    this.norm = byLayer(figuresWords.norm);
    this.load = new Chart({
      label: figuresWords.load.label,
      x: {
        label: figuresWords.sharers,
        whole: true,
        range: (least, last) => [least - 0.6, last + 0.6],
        text: (sharers) => this.sharersText(sharers),
      },
      y: { label: figuresWords.load.title, range: fromZero },
      series: [
        bars(figuresWords.measured),
        { label: figuresWords.hashed, colour: 1, draw: 'line', dash: [6, 3], width: 2 },
      ],
      cursor: (index) => this.sayLoad(index),
    });
    this.gamma = new Chart({
      label: figuresWords.gamma.label,
      x: {
        label: figuresWords.gammaAxis,
        range: (_, last) => [0, last + 0.5],
        whole: true,
        text: (edge) => this.edgeText(edge),
      },
      y: { label: figuresWords.gamma.title, range: fromZero },
      series: [bars(figuresWords.measured)],
      cursor: (index) => this.sayGamma(index),
    });
    const row = (...charts: Chart[]): HTMLElement =>
      h('div', { class: 'chart-row', 'data-charts': '2' }, ...charts.map(({ element }) => element));
    this.element = h('div', { class: 'sharing-figures' }, row(this.factor, this.norm), row(this.load, this.gamma));
  }

  show(report: SharingReport): void {
    this.report = report;
    const { layers, load, gamma, n, m } = report;
    const places = layers.map((_, i) => i + 1);
    this.factor.setData([places, layers.map(({ factor }) => factor)]);
    this.factor.setMarks([{ axis: 'y', value: 1, text: figuresWords.atOne, dash: [4, 4] }]);
    this.norm.setData([places, layers.map(({ normRatio }) => normRatio)]);
    this.norm.setMarks([{ axis: 'y', value: 1, text: figuresWords.atOne, dash: [4, 4] }]);
    const bins = load.of.length;
    const shown = shownLoad(report);
    const cut = <T>(values: readonly T[]): T[] => values.slice(shown.from, shown.to);
    this.load.setData([cut(load.of.map((_, sharers) => sharers)), cut(load.of), cut(hashedLoad(n, m, bins))]);
    this.load.setMarks([
      { axis: 'x', value: n / m, text: figuresWords.evenAt(n / m), dash: [4, 4], colour: 'foreground' },
    ]);
    // A bar stands over the middle of its bin, edges are whole numbers.
    this.gamma.setData([gamma.counts.map((_, i) => i + 0.5), gamma.counts]);
    const marked = (at: number, look: Omit<Mark, 'axis' | 'value'>): Mark[] => {
      const value = placeOf(gamma.edges, at);
      return value === undefined ? [] : [{ axis: 'x', value, ...look }];
    };
    this.gamma.setMarks([
      ...marked(1, { text: figuresWords.atOne, dash: [4, 4] }),
      ...marked(gamma.mean, { text: figuresWords.mean(gamma.mean), colour: 'foreground' }),
    ]);
    this.describe();
  }

  describe(): void {
    const { report } = this;
    if (report) this.context.stage.readOut.say(factsOf(report), loadText(report));
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.all.map((chart) => chart.picture());
  }

  tables(): Table[] {
    const { report } = this;
    return report ? [layersTable(report, this.context.name), loadTable(report), gammaTable(report)] : [];
  }

  caption(): string {
    return this.report ? loadText(this.report) : '';
  }

  dispose(): void {
    for (const chart of this.all) chart.dispose();
  }

  private get all(): Chart[] {
    return [this.factor, this.norm, this.load, this.gamma];
  }

  private sharersText(sharers: number): string {
    const { load } = this.report ?? {};
    const last = (load?.of.length ?? 0) - 1;
    return sharers === last && load && load.max > last ? figuresWords.lastBin(sharers) : String(sharers);
  }

  private edgeText(edge: number): string {
    const value = this.report?.gamma.edges[edge];
    return value === undefined ? '' : String(Number(value.toPrecision(2)));
  }

  private sayLayer(index: number | undefined): void {
    const layer = index === undefined ? undefined : this.report?.layers[index];
    if (layer) this.context.stage.readOut.say(layerText(layer), batchText(layer), `factor ${layer.factor}`);
    else this.describe();
  }

  private sayLoad(index: number | undefined): void {
    const { report } = this;
    if (!report || index === undefined) {
      this.describe();
      return;
    }
    const { load, m } = report;
    const sharers = shownLoad(report).from + index;
    const isLast = sharers === load.of.length - 1 && load.max > sharers;
    this.context.stage.readOut.say(loadBin(sharers, isLast, load.of[sharers], m), loadText(report));
  }

  private sayGamma(index: number | undefined): void {
    const { report } = this;
    if (!report || index === undefined) {
      this.describe();
      return;
    }
    const { edges, counts } = report.gamma;
    this.context.stage.readOut.say(gammaBin(edges[index], edges[index + 1], counts[index], report.m));
  }
}
