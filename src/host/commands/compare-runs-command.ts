/** Compare Runs: those selected in the tree, or chosen from a list. */
import * as vscode from 'vscode';
import type { RunReference } from '../../contributions';
import { mostComparedRuns } from '../../protocol/compare-runs';
import { runTitle } from '../../protocol/words';
import { tooManyRuns } from '../errors';
import type { Services } from '../services';
import type { SweepEntry, TrialEntry } from '../sweep-store';
import { trialDescription } from '../trees/sweep-row';
import { runDescription } from '../trees/run-row';
import { words } from '../words';
import { inform } from './register';

type Used = Pick<Services, 'store' | 'sweeps' | 'report' | 'runComparisons'>;

const begunTrials = (sweep: SweepEntry | undefined): TrialEntry[] =>
  (sweep?.trials ?? []).filter(({ state }) => state !== 'waiting');

/** Nothing when the choice is left. */
const chooseRuns = async (
  { store, sweeps, report }: Used,
  given: RunReference | undefined,
): Promise<string[] | undefined> => {
  if (!store.loaded) await store.refresh();
  const runs = store
    .list()
    .filter(({ record }) => record !== undefined)
    .map((entry) => ({
      label: runTitle(entry.id),
      description: runDescription(entry),
      picked: entry.directory === given?.directory,
      directory: entry.directory,
    }));
  // A trial is compared with others of its sweep first of all; a sweep stands for all of them.
  const trial = given && sweeps.trial(given.directory);
  const whole = given && sweeps.get(given.directory);
  const begun = begunTrials(whole ?? (trial && sweeps.get(trial.sweep)));
  const trials = begun.map((each) => ({
    label: each.title,
    description: trialDescription(each),
    picked: each === trial || (whole !== undefined && begun.length <= mostComparedRuns),
    directory: each.directory,
  }));
  const items = [...trials, ...runs];
  if (items.length === 0) {
    inform(words.noRuns(), report);
    return undefined;
  }
  const options = { canPickMany: true, matchOnDescription: true, placeHolder: words.pickRuns() } as const;
  return (await vscode.window.showQuickPick(items, options))?.map(({ directory }) => directory);
};

/** A sweep among what is selected stands for its trials. */
const runsOf = ({ sweeps }: Used, { directory }: RunReference): string[] => {
  const sweep = sweeps.get(directory);
  return sweep ? begunTrials(sweep).map((trial) => trial.directory) : [directory];
};

/** @throws SparseError `host.too-many-runs` */
export const compareRuns = async (
  services: Used,
  run?: RunReference,
  selected: readonly RunReference[] = [],
): Promise<void> => {
  // One item alone is where a choice begins; several are the choice.
  const given = selected.length > 1 ? [...new Set(selected.flatMap((each) => runsOf(services, each)))] : undefined;
  const directories = given ?? (await chooseRuns(services, run));
  if (!directories) return;
  const { length } = directories;
  if (length > mostComparedRuns) throw tooManyRuns(length, mostComparedRuns);
  if (length < 2) inform(words.twoRuns(), services.report);
  else services.runComparisons.show(directories);
};
