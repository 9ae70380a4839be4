/** What the report of a sweep says. */
import type { Spread } from '../../src/core/stats';
import { valueText } from '../../src/core/plain-value';
import type { Figure, SweepReportData, SweepState, TrialState } from '../../src/protocol/sweep';
import { spreadWords, stateWords } from '../../src/protocol/words';
import { count, figure as number, many, percent } from '../format';

export const figureWords: Record<Figure, { title: string; column: string; unit: string; scale: number }> = {
  accuracy: { title: 'Validation accuracy', column: 'validation accuracy, %', unit: '%', scale: 100 },
  loss: { title: 'Validation loss', column: 'validation loss', unit: 'nats', scale: 1 },
  firstLoss: { title: 'Loss of the first batch', column: 'first loss', unit: 'nats', scale: 1 },
  density: { title: 'Density', column: 'density', unit: '', scale: 1 },
  stored: { title: 'Stored weights', column: 'stored weights', unit: '', scale: 1 },
  orthogonalityError: { title: 'Largest max |WWᵀ − I| of a layer', column: 'max |WWᵀ − I|', unit: '', scale: 1 },
  isometryError: { title: 'Largest |σ − 1| of a layer', column: 'max |σ − 1|', unit: '', scale: 1 },
  dead: { title: 'Dead directions of all layers', column: 'dead', unit: '', scale: 1 },
  jacobianMin: { title: 'Smallest σ of the Jacobian', column: 'Jacobian min σ', unit: '', scale: 1 },
  jacobianMean: { title: 'Mean σ of the Jacobian', column: 'mean σ', unit: '', scale: 1 },
  jacobianMax: { title: 'Largest σ of the Jacobian', column: 'max σ', unit: '', scale: 1 },
  initSeconds: { title: 'Time to draw the layers', column: 'drawing, ms', unit: 'ms', scale: 1000 },
  seconds: { title: 'Time of a trial', column: 'time, s', unit: 's', scale: 1 },
};

export const sections = {
  initialisation: 'Initialisation',
  groups: 'Results',
  trials: 'Trials',
  failures: 'What failed',
  warnings: 'Warnings',
  config: 'Config',
};

export const columns = {
  trial: 'trial',
  state: 'state',
  outcome: 'outcome',
  size: 'n',
  failed: 'failed',
  why: 'why',
};

/** Two digits say enough. */
const deviationText = (value: number): string => number(value, value < 100 ? 2 : 3);

/** In the unit of the column. */
export const spreadText = (of: Figure, found: Spread | undefined, n: number): string => {
  if (!found) return '';
  const { scale } = figureWords[of];
  return spreadWords(of, found, {
    n,
    mean: (value) => number(scale * value),
    deviation: (value) => deviationText(scale * value),
  });
};

export const stateText = (state: TrialState): string => (state === 'waiting' ? 'waiting' : stateWords[state]);

const sweepStates: Record<SweepState, string> = {
  running: 'running',
  completed: 'completed',
  failed: 'ended, with failures',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

/** What varied, in words: `sparsity.density: 0.1, 0.5`. */
const axisText = ({ keys, groups }: SweepReportData): string =>
  keys
    .map((key, k) => `${key}: ${[...new Set(groups.map(({ values }) => valueText(values[k])))].join(', ')}`)
    .join('; ');

export const sweepFacts = (data: SweepReportData): (readonly [string, string])[] => {
  const { record, trials, groups, generatedAt, sparsescope } = data;
  const of = (state: TrialState): number => trials.filter((trial) => trial.state === state).length;
  const failed = of('failed');
  const open = trials.length - of('completed') - failed;
  const counts = [
    `${count(of('completed'))} of ${many(trials.length, 'trial')} completed`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(open > 0 ? [`${count(open)} not done`] : []),
  ];
  const best = groups
    .flatMap((group) => group.spread.accuracy ?? [])
    .reduce<Spread | undefined>((most, one) => (most && most.mean >= one.mean ? most : one), undefined);
  const winner = best && groups.find(({ spread }) => spread.accuracy === best);
  const named = winner && data.keys.map((key, k) => `${key} ${valueText(winner.values[k])}`).join(', ');
  return [
    ['state', `${sweepStates[record.state]}: ${counts.join(', ')}`],
    ...(best
      ? [['best', `accuracy ${percent(best.mean)} (n = ${best.count})${named ? ` with ${named}` : ''}`] as const]
      : []),
    ...(data.keys.length > 0 ? [['varied', axisText(data)] as const] : []),
    ['trials at once', String(record.jobs)],
    ['report', `${generatedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}, Sparsescope ${sparsescope}`],
  ];
};

export const spreadNote = (most: number): string =>
  most > 1
    ? `Points are means over seeds, up to ${count(most)} of them, bars one standard deviation of the sample to either side.`
    : 'One seed each: there is no spread to draw.';

export const chartLabel = (of: Figure, along: string, panel: string): string =>
  `${figureWords[of].title} by ${along}${panel === '' ? '' : `, ${panel}`}`;

export const morePanels = (shown: number, all: number): string =>
  `The first ${count(shown)} of ${count(all)} panels are drawn; the table has all.`;

/** Ids of trials: the first few. */
export const fewIds = (ids: readonly string[]): string =>
  ids.length <= 8 ? ids.join(', ') : `${ids.slice(0, 7).join(', ')} and ${count(ids.length - 7)} more`;

export const trialCount = (all: number): string => many(all, 'trial');

export const sweepTitle = (id: string): string => id.replace(/-(\d+)$/, ' · sweep $1');
