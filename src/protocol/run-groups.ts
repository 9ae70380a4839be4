/** Which runs are the same experiment, by their settings: for the view of compared runs and for reports of many. */
import { spread, type Spread } from '../core/stats';
import type { ComparedRun } from './compare-runs';

/** A name changes nothing of what is computed. */
const names = ['name'];
/** Runs that differ in these only are the same experiment, done again. */
const repeats = [...names, 'seed'];
const densityKey = 'sparsity.density';

type Configured = Pick<ComparedRun, 'settings'>;

/**
 * The keys that are not set to the same in all runs, in the order in which configs have them; a run without settings
 * has no say.
 */
export function differingKeys(runs: readonly Configured[]): string[] {
  const all = runs.map(({ settings }) => settings).filter((settings) => settings !== null);
  const keys = new Set(all.flatMap((settings) => Object.keys(settings)));
  return [...keys].filter((key) => !names.includes(key) && new Set(all.map((settings) => settings[key])).size > 1);
}

/**
 * Places of the runs that agree in all keys but `ignored`. A run without settings is alone: nothing is known to be the
 * same.
 */
function alike(runs: readonly Configured[], ignored: readonly string[]): number[][] {
  const keys = differingKeys(runs).filter((key) => !ignored.includes(key));
  const groups = new Map<string, number[]>();
  runs.forEach(({ settings }, place) => {
    const id = settings ? JSON.stringify(keys.map((key) => settings[key] ?? null)) : `alone ${place}`;
    groups.set(id, [...(groups.get(id) ?? []), place]);
  });
  return [...groups.values()];
}

/** Validation after the last epoch; nothing before the first. */
export const finalOf = ({ curve }: Pick<ComparedRun, 'curve'>): { accuracy: number; loss: number } | undefined => {
  const accuracy = curve.validationAccuracy.at(-1);
  const loss = curve.validationLoss.at(-1);
  return accuracy === undefined || loss === undefined ? undefined : { accuracy, loss };
};

/** Runs that differ in their seed only. */
export interface RunGroup {
  /** Places of its runs. */
  runs: number[];
  /** Number of its line: groups that differ in `sparsity.density` only have the same. */
  line: number;
  /** Over the completed runs: one that goes on or has failed would be compared by an earlier step. */
  accuracy: Spread | undefined;
  loss: Spread | undefined;
  density: Spread | undefined;
}

/** In the order of their first runs. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const lines = alike(runs, [...repeats, densityKey]);
  return alike(runs, repeats).map((places) => {
    const completed = places.map((place) => runs[place]).filter(({ state }) => state === 'completed');
    const finals = completed.flatMap((run) => finalOf(run) ?? []);
    return {
      runs: places,
      line: lines.findIndex((line) => line.includes(places[0])),
      accuracy: spread(finals.map(({ accuracy }) => accuracy)),
      loss: spread(finals.map(({ loss }) => loss)),
      density: spread(completed.flatMap(({ density }) => density ?? [])),
    };
  });
}

/** Whether accuracies cannot be compared, since not all runs were tested on the same data. */
export const dataDiffer = (runs: readonly Pick<ComparedRun, 'data'>[]): boolean =>
  new Set(runs.flatMap(({ data }) => (data ? [`${data.source} ${data.sha256}`] : []))).size > 1;
