/** Training: loss, accuracy and gradient norm as they are recorded. */
import type { EpochEvent } from '../../../src/protocol/run';
import { checkbox } from '../../controls';
import type { Chart } from '../../drawing/chart';
import { h } from '../../dom';
import { count, figure } from '../../format';
import type { Exhibit } from '../../parts/stage';
import { numeric, type Cell, type Table } from '../../parts/table';
import { nearestStep, type RunModel } from '../run/run-model';
import type { Mounted, Obstacle, TabContext, TabRecord } from '../run/tab';
import { runTitle, stateWords } from '../../../src/protocol/words';
import { hasLayer } from '../run/words';
import { Metrics } from './metrics';
import { showTraining, trainingCharts, type TrainingCharts } from './training-charts';

const help = {
  title: 'Training',
  text: [
    'Each point of the thin line is one update, measured on its batch. Points are means over the whole epoch on the training set, the strong line is the validation set.',
    'The gradient norm is over all kept weights and biases.',
    'A click chooses the recorded step nearest to it for all views.',
  ],
  keys: [
    ['← →', 'Move the cursor in a chart (Shift: far)'],
    ['l', 'Logarithmic gradient norm'],
  ],
} as const;

const columns = ['step', 'loss', 'accuracy', 'gradient norm', 'learning rate'].map(numeric);

class TrainingView {
  readonly element: HTMLElement;
  readonly controls: HTMLElement[];
  private readonly metrics: Metrics;
  private readonly charts: TrainingCharts;
  private readonly logChoice;
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
    this.logChoice = checkbox('Log gradient norm', this.log, (log) => this.setLog(log));
    this.controls = [this.logChoice.element];
    const { loss, accuracy, gradient } = this.charts;
    this.element = h('div', { class: 'training' }, loss.element, accuracy.element, gradient.element);
    this.update();
  }

  update(): void {
    this.mark();
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

  table(): Table {
    const { step, loss, accuracy, gradientNorm, learningRate } = this.metrics.columns;
    return {
      caption: 'Training, by step',
      columns,
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

  private setLog(log: boolean): void {
    this.log = log;
    this.context.prefs.set('training.log', log ? 'on' : 'off');
    (this.logChoice.element as HTMLInputElement).checked = log;
    this.charts.gradient.setLog(log);
    this.draw();
  }

  private mark(): void {
    const { step } = this.context.model.state;
    for (const chart of this.all) chart.setMarks([{ axis: 'x', value: step, text: '', colour: 'focus' }]);
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
      readOut.say('No step has been recorded yet.');
      return;
    }
    const epoch = this.epochs.findLast((one) => one.step <= step[index]);
    readOut.say(
      `step ${count(step[index])} · loss ${figure(loss[index])} · accuracy ${figure(accuracy[index])} · ` +
        `gradient norm ${figure(gradientNorm[index])} · learning rate ${figure(learningRate[index])}`,
      epoch
        ? `epoch ${count(epoch.epoch)}: validation loss ${figure(epoch.validationLoss)}, accuracy ${figure(epoch.validationAccuracy)}`
        : '',
      `loss ${loss[index]}, accuracy ${accuracy[index]}, gradient norm ${gradientNorm[index]}`,
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
    caption: () => {
      const { snapshot } = model;
      const state = snapshot ? `${stateWords[snapshot.record.state]} · step ${count(snapshot.step)}` : '';
      return [`${runTitle(model.id)} · training`, state];
    },
    pictures: () => view.pictures(),
    table: () => view.table(),
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
  if (!snapshot || !model.ended) return { title: 'Waiting for the first step', explanation: '', waiting: true };
  const layer = hasLayer(model);
  return layer === true
    ? {
        title: 'This run made no training step',
        explanation: snapshot.record.error?.message ?? 'It was stopped before its first step. Resume it to train it.',
      }
    : layer;
};

export const trainingTab: TabRecord = { id: 'training', title: 'Training', supports, mount };
