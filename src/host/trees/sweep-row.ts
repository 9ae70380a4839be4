/** What the Runs view says of a sweep and of its trials, and what can be done with them. */
import { valueText } from '../../core/plain-value';
import { sweepContexts } from '../../contributions';
import { isEnded } from '../../protocol/run';
import { stateWords } from '../../protocol/words';
import { share } from '../format';
import type { SweepEntry, TrialEntry } from '../sweep-store';
import { words } from '../words';

type Facts = (readonly [string, string])[];

export const sweepContext = ({ record }: SweepEntry): string => {
  if (!record) return sweepContexts.unreadable;
  if (record.state === 'running') return sweepContexts.live;
  return record.state === 'completed' ? sweepContexts.completed : sweepContexts.resumable;
};

export const trialContext = ({ state }: TrialEntry): string => {
  if (state === 'waiting') return sweepContexts.waiting;
  return isEnded(state) ? sweepContexts.ended : sweepContexts.trial;
};

/** `mlp7 · sweep 1` */
export const sweepTitle = (id: string): string => {
  const parts = /^(.+)-(\d+)$/.exec(id);
  return parts ? words.sweepTitle(parts[1], parts[2]) : id;
};

/** `running · 12/60 · 1 failed · best 0.942 val` */
export const sweepDescription = ({ record, trials, ended, failed, best }: SweepEntry): string => {
  if (!record) return words.unreadable();
  const parts = [words.trialsDone(ended, trials.length)];
  // That all have ended, some of them badly, the number of them says.
  if (record.state !== 'failed') parts.unshift(words.sweepStates[record.state]());
  if (failed > 0) parts.push(words.failedTrials(failed));
  if (best?.accuracy !== undefined) parts.push(words.best(words.validation(share(best.accuracy))));
  return parts.join(' · ');
};

const trialState = (state: TrialEntry['state']): string => (state === 'waiting' ? words.waiting() : stateWords[state]);

/** `training · step 40/60 · 0.942 val · 0003` */
export const trialDescription = ({ id, state, step, totalSteps, accuracy }: TrialEntry): string => {
  const parts = [trialState(state)];
  if (state !== 'completed' && step > 0) parts.push(words.step(step, totalSteps));
  if (accuracy !== undefined) parts.push(words.validation(share(accuracy)));
  return [...parts, id].join(' · ');
};

/** Names of facts are Markdown, and keys come from a file. */
const nameOf = (key: string): string => key.replaceAll(/[^\w.[\]-]/g, '·');

/** How many values of a key a tooltip has room for. */
const mostValues = 8;

const valuesOf = (record: NonNullable<SweepEntry['record']>, k: number): string => {
  const texts = [...new Set(record.trials.map(({ values }) => valueText(values[k])))];
  const shown = texts.slice(0, mostValues).join(', ');
  return texts.length > mostValues ? words.andMore(shown, texts.length - mostValues) : shown;
};

export const sweepFacts = (entry: SweepEntry): Facts => {
  const { record, problem, directory, trials, ended, failed, best } = entry;
  const { facts } = words;
  if (!record) return [[facts.problem(), problem ?? directory]];
  return [
    [facts.state(), words.sweepStates[record.state]()],
    [facts.trials(), words.trialsDone(ended, trials.length)],
    ...(failed > 0 ? [[facts.failed(), String(failed)] as const] : []),
    ...record.keys.map((key, k) => [nameOf(key), valuesOf(record, k)] as const),
    ...(best?.accuracy === undefined
      ? []
      : [[facts.bestTrial(), `${best.id}: ${best.title}: ${words.validation(share(best.accuracy))}`] as const]),
    [facts.jobs(), String(record.jobs)],
    [facts.backend(), record.backend],
    [facts.created(), new Date(record.createdAt).toLocaleString()],
    [facts.folder(), directory],
  ];
};

export const trialFacts = (trial: TrialEntry, sweep: SweepEntry | undefined): Facts => {
  const { facts } = words;
  const keys = sweep?.record?.keys ?? [];
  const values = sweep?.record?.trials.find(({ id }) => id === trial.id)?.values ?? [];
  return [
    [facts.trial(), trial.id],
    [facts.state(), trialState(trial.state) + (trial.problem === undefined ? '' : `: ${trial.problem}`)],
    ...keys.map((key, k) => [nameOf(key), valueText(values[k])] as const),
    ...(trial.totalSteps > 0 ? [[facts.step(), `${trial.step} / ${trial.totalSteps}`] as const] : []),
    [facts.lastValidation(), trial.accuracy === undefined ? '-' : share(trial.accuracy)],
    [facts.folder(), trial.directory],
  ];
};
