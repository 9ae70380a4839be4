/** Training: loss, accuracy and gradient norm as they are recorded. */
import type { EpochEvent, MaskTotals } from '../../../src/protocol/run';
import { missingStepsText, usageText } from '../../../src/protocol/words';
import { checkbox } from '../../controls';
import type { Chart } from '../../drawing/chart';
import { h, setText } from '../../dom';
import type { Exhibit } from '../../parts/stage';
import type { Cell, Table } from '../../parts/table';
import { nearestStep, type RunModel } from '../run/run-model';
import type { Mounted, Obstacle, TabContext, TabRecord } from '../run/tab';
import { hasLayer } from '../run/words';
import { Metrics } from './metrics';
import { maskMarks, showTraining, trainingCharts, type TrainingCharts } from './training-charts';
import { epochsTable, masksTable, stepColumns } from './training-tables';
import {
  caption,
  epochWords,
  exactStep,
  help,
  logWord,
  madeNoStep,
  maskLegend,
  maskWords,
  noStep,
  stepWords,
  tableWords,
  usageTitle,
  waiting,
} from './words';

class TrainingView {
  readonly element: HTMLElement;
  readonly controls: HTMLElement[];
  private readonly metrics: Metrics;
  private readonly charts: TrainingCharts;
  private readonly logChoice;
  private readonly changesText = h('span', {});
  /** Says what the dotted lines are, where there are any. */
  private readonly changes = h(
    'span',
    { class: 'legend-item' },
    h('span', { class: 'swatch dotted colour-muted' }),
    this.changesText,
  );
  private readonly usage = h('span', { class: 'fact', title: usageTitle });
  /** Says what the charts do not have. */
  private readonly missing = h('p', { class: 'note', role: 'status' });
  private log: boolean;
  /** Row of the metrics under the cursor. */
  private at: number | undefined;
  private epochsShown = -1;

  constructor(private readonly context: TabContext) {
    const { remote, model, prefs } = context;
    this.metrics = new Metrics((start, end) => remote.metrics({ start, end }));
    this.charts = trainingCharts({
      group: 'training',
      stacked: true,
      cursor: (point) => {
        this.at = point === undefined ? undefined : this.metrics.drawn.rows()[point];
        this.describe();
      },
      pick: (step) => model.choose({ step: nearestStep(model.steps, step) }),
    });
    this.log = prefs.get('training.log', ['off', 'on']) === 'on';
    if (this.log) this.charts.gradient.setLog(true);
    this.logChoice = checkbox(logWord, this.log, (log) => this.setLog(log));
    this.controls = [this.logChoice.element, this.changes, this.usage];
    const { loss, accuracy, gradient } = this.charts;
    this.element = h('div', { class: 'training' }, this.missing, loss.element, accuracy.element, gradient.element);
    this.update();
  }

  update(): void {
    this.mark();
    const { usage, missingSteps } = this.context.model.snapshot ?? {};
    setText(this.missing, missingSteps === undefined ? '' : missingStepsText(missingSteps));
    setText(this.usage, usage ? usageText(usage) : '');
    this.metrics
      .update()
      .then((changed) => {
        const epochs = this.epochs.length;
        if (!changed && epochs === this.epochsShown) return;
        this.epochsShown = epochs;
        this.draw();
      })
      .catch(this.context.failed);
  }

  forget(): void {
    this.metrics.forget();
  }

  toggleLog(): void {
    this.setLog(!this.log);
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.all.map((chart) => chart.picture());
  }

  tables(): Table[] {
    const changes = this.maskChanges;
    return [this.stepsTable(), epochsTable(this.epochs), ...(changes.length > 0 ? [masksTable(changes)] : [])];
  }

  private stepsTable(): Table {
    const { step, loss, accuracy, gradientNorm, learningRate } = this.metrics.columns;
    return {
      ...tableWords.steps,
      columns: stepColumns,
      length: step.length,
      rows: (start, end) =>
        step
          .slice(start, end)
          .map((at, i): Cell[] => [
            at,
            loss[start + i],
            accuracy[start + i],
            gradientNorm[start + i],
            learningRate[start + i],
          ]),
    };
  }

  dispose(): void {
    for (const chart of this.all) chart.dispose();
  }

  private get all(): Chart[] {
    return [this.charts.loss, this.charts.accuracy, this.charts.gradient];
  }

  private get epochs(): readonly EpochEvent[] {
    return this.context.model.snapshot?.epochs ?? [];
  }

  private get maskChanges(): readonly MaskTotals[] {
    return this.context.model.snapshot?.maskChanges ?? [];
  }

  private setLog(log: boolean): void {
    this.log = log;
    this.context.prefs.set('training.log', log ? 'on' : 'off');
    (this.logChoice.element as HTMLInputElement).checked = log;
    this.charts.gradient.setLog(log);
    this.draw();
  }

  private mark(): void {
    const { step } = this.context.model.state;
    const marks = maskMarks(this.maskChanges);
    this.changes.hidden = this.maskChanges.length === 0;
    setText(this.changesText, maskLegend(this.maskChanges.length, marks.length > 0));
    for (const chart of this.all) chart.setMarks([...marks, { axis: 'x', value: step, text: '', colour: 'focus' }]);
  }

  private draw(): void {
    const { columns: all, drawn } = this.metrics;
    showTraining(this.charts, { steps: all.step, drawn }, this.epochs, this.log);
    this.describe();
    this.context.stage.refreshTable();
  }

  private describe(): void {
    const { readOut } = this.context.stage;
    const { step, loss, accuracy, gradientNorm, learningRate } = this.metrics.columns;
    const index = this.at ?? step.length - 1;
    if (index < 0 || index >= step.length) {
      readOut.say(noStep);
      return;
    }
    const change = this.maskChanges.findLast((one) => one.step <= step[index]);
    const epoch = this.epochs.findLast((one) => one.step <= step[index]);
    const facts = [epoch && epochWords(epoch), change && maskWords(change)];
    readOut.say(
      stepWords({
        step: step[index],
        loss: loss[index],
        accuracy: accuracy[index],
        gradientNorm: gradientNorm[index],
        learningRate: learningRate[index],
      }),
      // What happened at this very step comes first, where nothing is cut off.
      (change?.step === step[index] ? facts.toReversed() : facts).filter((fact) => fact !== undefined).join(' · '),
      exactStep(loss[index], accuracy[index], gradientNorm[index]),
    );
  }
}

const mount = (context: TabContext): Mounted => {
  const { model } = context;
  const view = new TrainingView(context);
  const stop = model.listen(({ tab, rewound }) => {
    if (rewound) view.forget();
    if (!tab) view.update();
  });
  const exhibit: Exhibit = {
    help,
    stem: () => [model.id, 'training'],
    caption: () => caption(model.id, model.snapshot, maskMarks(model.snapshot?.maskChanges ?? []).length),
    pictures: () => view.pictures(),
    tables: () => view.tables(),
    key: (event) => {
      if (event.key !== 'l' || event.ctrlKey || event.metaKey || event.altKey) return false;
      view.toggleLog();
      return true;
    },
    dispose: () => {
      stop();
      view.dispose();
    },
  };
  return { exhibit, controls: view.controls, content: view.element };
};

/** A run that has not made a step shows nothing here; one that ended so says why. */
const supports = (model: RunModel): true | Obstacle => {
  const { snapshot } = model;
  if (snapshot && snapshot.step > 0) return true;
  if (!snapshot || !model.ended) return { ...waiting, waiting: true };
  const layer = hasLayer(model);
  return layer === true ? madeNoStep(snapshot.record.error?.message) : layer;
};

export const trainingTab: TabRecord = { id: 'training', title: help.title, supports, mount };
