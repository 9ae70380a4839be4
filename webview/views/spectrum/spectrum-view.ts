/** The picture of the Spectrum tab: charts and a table of the layers, which grow while the run goes on. */
import type { JacobianEvent, SignalsEvent, SpectrumEvent } from '../../../src/protocol/run';
import { isometryText } from '../../../src/protocol/words';
import { h } from '../../dom';
import type { Table } from '../../parts/table';
import { nearestStep } from '../run/run-model';
import type { TabContext } from '../run/tab';
import { JacobianCharts, jacobianLayerTables, jacobianTable } from './jacobian-charts';
import { layerTable, type LayerRow } from './layer-table';
import { Series } from './series';
import { SignalCharts, signalsTable } from './signal-charts';
import { atOne, histogramData, spectrumChart, spectrumData, spectrumHistogram } from './spectrum-charts';
import { binsTable, valuesTable } from './spectrum-tables';
import { allValues, noSpectrum, oneValue, tableWords, valuesLabel } from './words';

export class SpectrumView {
  readonly element: HTMLElement;
  private readonly spectra = new Map<string, Series<SpectrumEvent>>();
  private readonly jacobians: Series<JacobianEvent>;
  private readonly signals: Series<SignalsEvent>;
  private readonly values = spectrumChart((index) => {
    this.at = index;
    this.describe();
  });
  private readonly histogram = spectrumHistogram();
  private readonly jacobianCharts = new JacobianCharts((step) => this.pick(step));
  private readonly signalCharts = new SignalCharts();
  private readonly layers = h('div', { class: 'layer-table' });
  private disposed = false;
  /** Singular value under the cursor. */
  private at: number | undefined;
  private reading = false;
  /** Something changed while it was read. */
  private again = false;
  /** Of the run itself, as it was drawn last. */
  private drawnRun = '';

  constructor(private readonly context: TabContext) {
    const { remote } = context;
    this.jacobians = new Series((start, end) => remote.jacobians({ start, end }));
    this.signals = new Series((start, end) => remote.signals({ start, end }));
    this.element = h(
      'div',
      { class: 'spectrum' },
      h('div', { class: 'chart-row' }, this.values.element, this.histogram.element),
      this.jacobianCharts.row,
      this.jacobianCharts.note,
      this.signalCharts.element,
      this.layers,
    );
    this.values.setMarks([atOne]);
    this.update({ chosen: true });
  }

  /**
   * What is there is drawn at once if something else was chosen; what is new is read then, and drawn if there is any.
   */
  update({ chosen }: { chosen: boolean }): void {
    if (chosen || this.drawnRun !== this.run) this.draw();
    this.again = true;
    if (!this.reading) this.readAll().catch(this.context.failed);
  }

  /** The run was resumed from an earlier step. */
  forget(): void {
    for (const series of [...this.spectra.values(), this.jacobians, this.signals]) series.forget();
  }

  get now(): SpectrumEvent | undefined {
    const { layer, step } = this.context.model.state;
    return layer === null ? undefined : this.spectra.get(layer)?.at(step);
  }

  charts(): (HTMLCanvasElement | undefined)[] {
    const own = [this.values.picture(), this.histogram.picture()];
    return [...own, ...this.jacobianCharts.pictures(), ...this.signalCharts.pictures()];
  }

  /**
   * Every singular value of the layer and of the Jacobian, the Jacobian by step and by layer, what the bars count, and
   * the signals.
   */
  tables(): Table[] {
    const { layer, step } = this.context.model.state;
    const jacobian = this.jacobians.at(step);
    const shown = [
      ...(this.now ? [{ of: layer ?? '', event: this.now }] : []),
      ...(jacobian ? [{ of: tableWords.jacobian, event: jacobian }] : []),
    ];
    const signals = this.signals.at(step);
    return [
      valuesTable(step, shown),
      jacobianTable(this.jacobians.items),
      ...jacobianLayerTables(jacobian),
      binsTable(step, shown),
      ...(signals ? [signalsTable(signals)] : []),
    ];
  }

  dispose(): void {
    this.disposed = true;
    for (const chart of [this.values, this.histogram, this.jacobianCharts]) chart.dispose();
    this.signalCharts.dispose();
  }

  private series(layer: string): Series<SpectrumEvent> {
    const known = this.spectra.get(layer);
    if (known) return known;
    const { remote } = this.context;
    const series = new Series<SpectrumEvent>((start, end) => remote.spectra({ layer, start, end }));
    this.spectra.set(layer, series);
    return series;
  }

  /** What the picture shows besides what is read. */
  private get run(): string {
    const { ended, layers } = this.context.model;
    return `${ended} ${layers.length}`;
  }

  /** One round at a time, however often the run tells of something. */
  private async readAll(): Promise<void> {
    this.reading = true;
    try {
      while (this.again && !this.disposed) {
        this.again = false;
        await this.read();
      }
    } finally {
      this.reading = false;
    }
  }

  /** The selected layer first, the others after the Jacobian. */
  private async read(): Promise<void> {
    const { layer } = this.context.model.state;
    const others = this.context.model.layers.map(({ name }) => name).filter((name) => name !== layer);
    const reads = [
      ...(layer === null ? [] : [(): Promise<boolean> => this.series(layer).update()]),
      (): Promise<boolean> => this.jacobians.update(),
      (): Promise<boolean> => this.signals.update(),
      ...others.map((name) => (): Promise<boolean> => this.series(name).update()),
    ];
    for (const read of reads) {
      if (this.disposed) return;
      if (await read()) this.draw();
    }
  }

  private draw(): void {
    if (this.disposed) return;
    this.drawnRun = this.run;
    const { model, stage } = this.context;
    const { step, layer } = model.state;
    const { now } = this;
    const first = layer === null ? undefined : this.spectra.get(layer)?.items.at(0);
    if (now) {
      this.values.setData(spectrumData(now, first));
      this.histogram.setData(histogramData(now.values));
      this.values.label(valuesLabel(now, isometryText(now.summary)));
    }
    this.jacobianCharts.show(this.jacobians.items, { now: this.jacobians.at(step), step, ended: model.ended });
    this.signalCharts.show(this.signals.at(step), this.weights, model.ended);
    this.layers.replaceChildren(layerTable(this.rows(), layer, (name) => model.choose({ layer: name })));
    this.describe();
    stage.refreshTable();
  }

  private get weights(): number {
    return this.context.model.layers.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);
  }

  private rows(): LayerRow[] {
    const { model } = this.context;
    return model.layers.map((layer) => {
      const event = this.spectra.get(layer.name)?.at(model.state.step);
      return { layer, step: event?.step ?? 0, summary: event?.summary ?? layer.singularValues };
    });
  }

  private pick(step: number): void {
    const { model } = this.context;
    if (model.steps.length > 0) model.choose({ step: nearestStep(model.steps, step) });
  }

  private describe(): void {
    const { now, at: index } = this;
    const { readOut } = this.context.stage;
    if (!now) {
      readOut.say(noSpectrum(this.context.model.ended));
      return;
    }
    if (index === undefined || index >= now.values.length) {
      const { main, exact } = allValues(now);
      readOut.say(main, isometryText(now.summary), exact);
    } else readOut.say(oneValue(now, index), '', String(now.values[index]));
  }
}
