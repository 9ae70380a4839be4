/** Loss, accuracy and gradient norm over the steps, with one cursor. */
import type { EpochEvent, MaskTotals } from '../../../src/protocol/run';
import { Chart } from '../../drawing/chart';
import type { ChartSpec, Column, Mark, SeriesSpec } from '../../drawing/chart-spec';
import { atSteps, type DrawnMetrics } from './metrics';
import { chartWords } from './words';

const batch: SeriesSpec = { label: chartWords.batch, colour: 'muted', draw: 'line', width: 1 };
const train: SeriesSpec = { label: chartWords.train, colour: 0, draw: 'points' };
const validation: SeriesSpec = { label: chartWords.validation, colour: 1, draw: 'marked', width: 2 };
/** From 0, the initialisation, which has no metrics of its own. */
const steps = (label: string): ChartSpec['x'] => ({ label, whole: true, range: (_, last) => [0, Math.max(1, last)] });

export interface TrainingHandlers {
  group: string;
  /** One below the other: the last one names the common axis. */
  stacked?: boolean;
  cursor?: (index: number | undefined) => void;
  pick?: (step: number) => void;
}

export interface TrainingCharts {
  loss: Chart;
  accuracy: Chart;
  gradient: Chart;
}

export const trainingCharts = (handlers: TrainingHandlers): TrainingCharts => {
  const { stacked = false, ...rest } = handlers;
  const chart = (spec: Pick<ChartSpec, 'label' | 'y' | 'series'>, last = false): Chart =>
    new Chart({ ...spec, x: steps(last || !stacked ? chartWords.step : ''), ...rest });
  return {
    loss: chart({
      label: chartWords.loss.label,
      y: { label: chartWords.loss.title, range: (least, most) => [Math.min(0, least), most * 1.05 || 1] },
      series: [batch, train, validation],
    }),
    accuracy: chart({
      label: chartWords.accuracy.label,
      y: { label: chartWords.accuracy.title, range: () => [0, 1] },
      series: [batch, train, validation],
    }),
    gradient: chart(
      {
        label: chartWords.gradient.label,
        y: { label: chartWords.gradient.title, range: (_, most) => [0, most * 1.05 || 1] },
        series: [{ label: chartWords.gradient.line, colour: 0, draw: 'line', width: 1 }],
      },
      true,
    ),
  };
};

/** More lines than this would hide what they mark. */
const mostMarks = 40;

/** A dotted line at each change of the masks; none where there are too many to be told apart. */
export const maskMarks = (changes: readonly MaskTotals[]): Mark[] =>
  changes.length > mostMarks ? [] : changes.map(({ step }) => ({ axis: 'x', value: step, text: '', dash: [1, 4] }));

/** A logarithm has no place for what is not positive. */
const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

/** `steps`: of all rows of `drawn`. */
export function showTraining(
  charts: TrainingCharts,
  { steps: all, drawn }: { steps: readonly number[]; drawn: DrawnMetrics },
  epochs: readonly EpochEvent[],
  log: boolean,
): void {
  const x = drawn.rows().map((row) => all[row]);
  const of = (get: (epoch: EpochEvent) => number): Column => atSteps(all, drawn, epochs, get);
  charts.loss.setData([x, drawn.column('loss'), of((epoch) => epoch.trainLoss), of((epoch) => epoch.validationLoss)]);
  charts.accuracy.setData([
    x,
    drawn.column('accuracy'),
    of((epoch) => epoch.trainAccuracy),
    of((epoch) => epoch.validationAccuracy),
  ]);
  const norm = drawn.column('gradientNorm');
  charts.gradient.setData([x, log ? norm.map(positive) : norm]);
}
