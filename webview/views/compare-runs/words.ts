/** What the comparison of runs says. */
import type { Spread } from '../../../src/core/stats';
import type { ComparedRun } from '../../../src/protocol/compare-runs';
import { runTitle, stateWords } from '../../../src/protocol/words';
import { count, figure, many } from '../../format';
import { numeric, text } from '../../parts/table';

export const help = {
  title: 'Compared runs',
  text: [
    'The table has the keys in which the configs differ, and what came of each run. Click a column to sort by it; a cleared box leaves the run out of all pictures.',
    'Lines are coloured by method: how a run begins, and what changes its masks. A run that goes on is followed.',
    'Runs that differ in `seed` only are one experiment: the last picture joins them to their mean, with one sample standard deviation up and down. Runs that were not completed are shown, and left out of means.',
    'Accuracy and loss of the table are those of the validation set after the last epoch.',
  ],
  keys: [
    ['← →', 'Move the cursor in a chart (Shift: far)'],
    ['v', 'Curves of the validation set, or of the training set'],
  ],
} as const;

export const words = {
  title: (runs: number) => `Comparison of ${many(runs, 'run')}`,
  facts: (methods: number, keys: number) =>
    `${many(methods, 'method')} · ${many(keys, 'key')} differ${keys === 1 ? 's' : ''}`,
  stem: 'runs',
  reading: 'Reading the runs',
  tryAgain: 'Try Again',
  nothing: 'None of these runs can be read',
  nothingRemedy: 'They may have been moved or deleted. Choose others in the Runs view.',
  runs: 'Runs',
  methods: 'Shown methods',
  which: 'Curves of',
  validation: 'Validation',
  training: 'Training',
  unknownMethod: 'config not readable',
  unreadable: 'cannot be read',
  open: 'open',
  openRun: (run: string) => `Open ${run}`,
  sameConfig: 'The configs of these runs do not differ in any key.',
  otherData: 'Not all runs have the same data: their accuracies and losses are of different examples.',
  noneShown: 'No run is shown.',
  noEpoch: 'No shown run has ended its first epoch.',
  caption: (methods: string, hidden: number) => `${methods}${hidden > 0 ? ` · ${many(hidden, 'run')} not shown` : ''}`,
  step: 'step',
  loss: (of: string) => `${of} loss (nats)`,
  accuracy: (of: string) => `${of} accuracy`,
  lossLabel: 'Loss by step, a line for each run',
  accuracyLabel: 'Accuracy by step, a line for each run',
  density: 'density',
  densityLabel: 'Validation accuracy by density: runs, and means over seeds',
  notCompleted: 'not completed',
} as const;

/** `training · 40/100`. */
export const stateText = ({ state, step, totalSteps }: ComparedRun): string => {
  if (state === null) return words.unreadable;
  return state === 'completed' ? stateWords[state] : `${stateWords[state]} · ${count(step)}/${count(totalSteps)}`;
};

/** The axis of the last picture says of how many seeds its bars are: `n = 3`, or `n = 2 to 5`. */
export const densityTitle = (counts: readonly number[], unfinished: boolean): string =>
  `${seedsTitle(counts)}${unfinished ? '; grey: not completed' : ''}`;

const seedsTitle = (counts: readonly number[]): string => {
  const several = counts.filter((n) => n > 1);
  if (several.length === 0) return 'Validation accuracy, each run';
  const [least, most] = [Math.min(...several), Math.max(...several)];
  return `Validation accuracy, mean ± sd over seeds (n = ${least === most ? least : `${least} to ${most}`})`;
};

/** `0.700 ± 0.100 (n = 3)`; of a single run there is no deviation. */
const spreadText = ({ mean, deviation, count: n }: Spread): string =>
  deviation === undefined ? figure(mean) : `${figure(mean)} ± ${figure(deviation)} (n = ${n})`;

export const atStep = (step: number): string => `step ${count(step)}`;
export const atDensity = (density: number): string => `density ${figure(density)}`;
export const runFigures = (run: ComparedRun, accuracy: number, loss: number): string =>
  `${runTitle(run.id)}: accuracy ${figure(accuracy)}, loss ${figure(loss)}`;
export const runAccuracy = (run: ComparedRun, accuracy: number): string =>
  `${runTitle(run.id)}${run.state === 'completed' ? '' : ` (${stateText(run)})`}: ${figure(accuracy)}`;
export const groupAccuracy = (method: string, accuracy: Spread): string => `${method}: ${spreadText(accuracy)}`;
export const best = (run: string): string => `best: ${run}`;

const outcome = [
  numeric('validation accuracy'),
  numeric('validation loss'),
  numeric('density'),
  numeric('step'),
  numeric('time (s)'),
];
export const runColumns = { run: text('run'), outcome, state: text('state') };

export const tables = {
  runs: { name: 'Runs', caption: 'Compared runs, with the keys in which they differ' },
  groups: { name: 'Seeds', caption: 'Runs that differ in their seed only, over those that were completed' },
  curves: { name: 'Epochs', caption: 'Compared runs, by epoch' },
};

export const groupColumns = [
  text('method'),
  numeric('runs'),
  numeric('completed'),
  numeric('accuracy mean'),
  numeric('accuracy sd'),
  numeric('loss mean'),
  numeric('loss sd'),
  numeric('density'),
];

export const curveColumns = [
  text('run'),
  numeric('step'),
  numeric('train loss'),
  numeric('train accuracy'),
  numeric('validation loss'),
  numeric('validation accuracy'),
];
