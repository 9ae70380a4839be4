/** Spectrum: singular values of the selected layer and of the input-output Jacobian, at the selected step. */
import type { JacobianEvent, SpectrumEvent } from '../../../src/protocol/run';
import { h } from '../../dom';
import { count, figure } from '../../format';
import type { Exhibit } from '../../parts/stage';
import { numeric, tableOf, text, type Cell, type Table } from '../../parts/table';
import { nearestStep, type RunModel } from '../run/run-model';
import type { Mounted, TabContext, TabRecord } from '../run/tab';
import { isometryText, runTitle } from '../../../src/protocol/words';
import { hasLayer, stepName } from '../run/words';
import { layerTable, type LayerRow } from './layer-table';
import { Series } from './series';
import {
  atOne,
  histogramData,
  jacobianHistogram,
  jacobianSummary,
  spectrumChart,
  spectrumData,
  spectrumHistogram,
  summaryData,
} from './spectrum-charts';

const help = {
  title: 'Spectrum',
  text: [
    'Singular values say by how much a layer stretches its inputs: all at 1 is an isometry, 0 is a direction that is lost.',
    'The selected step shows the last spectrum recorded up to it; the dashed line is the initialisation.',
    'The Jacobian is that of the logits by the inputs, over the examples the run probed: its singular values near 1 are dynamical isometry.',
  ],
  keys: [['← →', 'Move the cursor in a chart (Shift: far)']],
} as const;

class SpectrumView {
  readonly element: HTMLElement;
  private readonly spectra = new Map<string, Series<SpectrumEvent>>();
  private readonly jacobians: Series<JacobianEvent>;
  private readonly values = spectrumChart((index) => {
    this.at = index;
    this.describe();
  });
  private readonly histogram = spectrumHistogram();
  private readonly jacobian = jacobianHistogram();
  private readonly summary = jacobianSummary((step) => this.pick(step));
  private readonly layers = h('div', { class: 'layer-table' });
  private readonly noJacobian = h('p', { class: 'note' });
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
    this.element = h(
      'div',
      { class: 'spectrum' },
      h('div', { class: 'chart-row' }, this.values.element, this.histogram.element),
      h('div', { class: 'chart-row' }, this.summary.element, this.jacobian.element),
      this.noJacobian,
      this.layers,
    );
    this.values.setMarks([atOne]);
    this.summary.setMarks([atOne]);
    this.update({ chosen: true });
  }

  /** What is there is drawn at once if something else was chosen; what is new is read then, and drawn if there is any. */
  update({ chosen }: { chosen: boolean }): void {
    if (chosen || this.drawnRun !== this.run) this.draw();
    this.again = true;
    if (!this.reading) this.readAll().catch(this.context.failed);
  }

  /** The run was resumed from an earlier step. */
  forget(): void {
    for (const series of [...this.spectra.values(), this.jacobians]) series.forget();
  }

  get now(): SpectrumEvent | undefined {
    const { layer, step } = this.context.model.state;
    return layer === null ? undefined : this.spectra.get(layer)?.at(step);
  }

  charts(): (HTMLCanvasElement | undefined)[] {
    const jacobian = this.jacobians.items.length > 0 ? [this.summary.picture(), this.jacobian.picture()] : [];
    return [this.values.picture(), this.histogram.picture(), ...jacobian];
  }

  /** Every recorded singular value of the layer and the Jacobian up to the selected step's. */
  table(): Table {
    const { layer, step } = this.context.model.state;
    const rows: Cell[][] = [];
    const add = (what: string, event: { step: number; values: number[] } | undefined): void => {
      event?.values.forEach((value, i) => rows.push([what, event.step, i + 1, value]));
    };
    add(layer ?? '', this.now);
    add('Jacobian', this.jacobians.at(step));
    return tableOf(
      `Singular values at ${stepName(step)}`,
      [text('of'), numeric('step'), numeric('index'), numeric('singular value')],
      rows,
    );
  }

  dispose(): void {
    this.disposed = true;
    for (const chart of [this.values, this.histogram, this.jacobian, this.summary]) chart.dispose();
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
    const initial = layer === null ? undefined : this.spectra.get(layer)?.items.at(0);
    if (now) {
      this.values.setData(spectrumData(now, initial));
      this.histogram.setData(histogramData(now.values));
      this.values.label(`Singular values of ${layer} at ${stepName(now.step)}: ${isometryText(now.summary)}`);
    }
    const jacobian = this.jacobians.at(step);
    this.summary.setData(summaryData(this.jacobians.items));
    if (jacobian) this.jacobian.setData(histogramData(jacobian.values));
    this.summary.setMarks([atOne, { axis: 'x', value: jacobian?.step ?? step, text: '', colour: 'focus' }]);
    const noJacobian = this.jacobians.items.length === 0;
    this.summary.element.parentElement!.hidden = noJacobian;
    this.noJacobian.hidden = !noJacobian;
    this.noJacobian.textContent = model.ended
      ? 'No Jacobian was recorded. Set `probes.jacobian.at` in the config to record it.'
      : 'No Jacobian has been recorded yet.';
    this.layers.replaceChildren(layerTable(this.rows(), layer, (name) => model.choose({ layer: name })));
    this.describe();
    stage.refreshTable();
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
      readOut.say(
        this.context.model.ended ? 'No spectrum was recorded for this layer.' : 'No spectrum has been recorded yet.',
      );
      return;
    }
    const where = `${now.layer} at ${stepName(now.step)}`;
    const { min, mean, max } = now.summary;
    if (index === undefined || index >= now.values.length)
      readOut.say(
        `${where}: ${count(now.values.length)} singular values, min ${figure(min)} · mean ${figure(mean)} · max ${figure(max)}`,
        isometryText(now.summary),
        `min ${min}, mean ${mean}, max ${max}`,
      );
    else {
      const value = now.values[index];
      readOut.say(
        `${where}: singular value ${count(index + 1)} of ${count(now.values.length)} is ${figure(value)}`,
        '',
        String(value),
      );
    }
  }
}

const mount = (context: TabContext): Mounted => {
  const { model } = context;
  const view = new SpectrumView(context);
  const stop = model.listen(({ tab, layer, step, rewound }) => {
    if (rewound) view.forget();
    if (!tab) view.update({ chosen: layer || step || rewound });
  });
  const exhibit: Exhibit = {
    help,
    stem: () => [model.id, model.state.layer ?? '', 'spectrum', String(view.now?.step ?? 0)],
    caption: () => {
      const { now } = view;
      return [
        `${runTitle(model.id)} · ${model.state.layer ?? ''} · singular values at ${stepName(now?.step ?? 0)}`,
        now ? isometryText(now.summary) : '',
      ];
    },
    pictures: () => view.charts(),
    table: () => view.table(),
    dispose: () => {
      stop();
      view.dispose();
    },
  };
  return { exhibit, controls: [], content: view.element };
};

export const spectrumTab: TabRecord = {
  id: 'spectrum',
  title: 'Spectrum',
  supports: (model: RunModel) => hasLayer(model),
  mount,
};
