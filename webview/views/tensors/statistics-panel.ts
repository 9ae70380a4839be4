/** The figures of one tensor and the histogram of its values. */
import type { TensorStatistics } from '../../../src/core/stats';
import type { TensorInfo } from '../../../src/protocol/views';
import { button } from '../../controls';
import { Chart } from '../../drawing/chart';
import { h } from '../../dom';
import { isCancelled, sentence } from '../../errors';
import { count, number } from '../../format';
import { numeric, tableOf, text, type Cell, type Table } from '../../parts/table';
import type { StatisticsStore } from './statistics-store';
import { statisticsWords as words, tableWords } from './words';

/** Larger tensors are read only when asked for. */
const freeBytes = 64e6;

export class StatisticsPanel {
  readonly element = h('aside', { class: 'statistics', 'aria-label': words.label });
  private chart: Chart | undefined;
  private known: TensorStatistics | undefined;
  private reading = new AbortController();

  constructor(
    private readonly tensor: TensorInfo,
    private readonly store: StatisticsStore,
    /** The figures are there. */
    private readonly told: () => void,
  ) {
    if (store.get(tensor.name) ?? tensor.bytes <= freeBytes) void this.compute();
    else this.offer();
  }

  picture(): HTMLCanvasElement | undefined {
    return this.chart?.picture();
  }

  /** The figures and what the bars count; nothing before the tensor was read. */
  tables(): Table[] {
    const { known, tensor } = this;
    if (!known) return [];
    const { density, nonZeros, min, mean, max, nonFinite, histogram } = known;
    const facts: Cell[][] = [
      [words.density, density],
      [words.nonZeros, nonZeros],
      [words.min, min],
      [words.mean, mean],
      [words.max, max],
      [words.nonFinite, nonFinite],
    ];
    const { columns } = tableWords;
    const width = (max - min) / histogram.length;
    const bars = histogram.map((values, i) => [min + i * width, min + (i + 1) * width, values]);
    return [
      ...(max > min
        ? [
            tableOf(
              tableWords.histogram(tensor.name),
              [numeric(columns.from), numeric(columns.to), numeric(columns.values)],
              bars,
            ),
          ]
        : []),
      tableOf(tableWords.statistics(tensor.name), [text(columns.figure), numeric(columns.value)], facts),
    ];
  }

  dispose(): void {
    this.reading.abort();
    this.chart?.dispose();
  }

  private offer(): void {
    const compute = button(words.compute, () => void this.compute(), 'primary');
    this.element.replaceChildren(h('p', {}, words.needsAll(this.tensor.bytes)), compute.element);
  }

  private async compute(): Promise<void> {
    this.reading = new AbortController();
    const bar = h('progress', { max: 1, value: 0, 'aria-label': words.reading });
    const cancel = button(words.cancel, () => this.reading.abort());
    // What is quick needs no bar.
    const slow = setTimeout(() => this.element.replaceChildren(h('p', {}, words.reading), bar, cancel.element), 500);
    try {
      const show = (share: number): void => {
        bar.value = share;
      };
      this.show(await this.store.compute(this.tensor.name, this.reading.signal, show));
    } catch (error) {
      if (isCancelled(error)) this.offer();
      else this.element.replaceChildren(h('p', { class: 'note', role: 'alert' }, sentence(error).message));
    } finally {
      clearTimeout(slow);
    }
  }

  private show(statistics: TensorStatistics): void {
    this.known = statistics;
    this.told();
    const { density, nonZeros, min, mean, max, nonFinite, histogram } = statistics;
    const fact = (name: string, value: number): HTMLElement[] => [h('dt', {}, name), h('dd', {}, number(value))];
    const facts = [
      ...fact(words.density, density),
      ...fact(words.nonZeros, nonZeros),
      ...fact(words.min, min),
      ...fact(words.mean, mean),
      ...fact(words.max, max),
      ...(nonFinite > 0 ? fact(words.nonFinite, nonFinite) : []),
    ];
    this.chart?.dispose();
    this.chart = this.histogram(min, max, histogram);
    this.element.replaceChildren(
      h('dl', { class: 'facts' }, ...facts),
      this.chart?.element ?? h('p', { class: 'note' }, words.allSame),
      nonFinite > 0 ? h('p', { class: 'note' }, words.leftOut(nonFinite)) : '',
    );
  }

  /**
   * Nothing when all values are the same. Zeros of a sparse tensor would dwarf all else: the counts go by logarithm.
   */
  private histogram(min: number, max: number, counts: readonly number[]): Chart | undefined {
    if (!(max > min)) return undefined;
    const width = (max - min) / counts.length;
    const chart = new Chart({
      label: words.histogram(this.tensor.name, min, max),
      x: { label: words.value, range: () => [min, max] },
      y: {
        label: words.histogramTitle,
        range: (_, most) => [0, Math.max(1, most) * 1.05],
        text: (power) => tenTo(power),
      },
      series: [{ label: '', colour: 0, draw: 'bars' }],
    });
    chart.setData([
      counts.map((_, i) => min + (i + 0.5) * width),
      // One of a kind must be seen beside none.
      counts.map((many) => (many === 0 ? 0 : Math.log10(many) + logStep)),
    ]);
    return chart;
  }
}

/** Height of a bin with one value. */
const logStep = 0.3;

const tenTo = (power: number): string => (power < logStep ? '' : Number.isInteger(power) ? count(10 ** power) : '');
