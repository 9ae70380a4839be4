/** Compare Runs: those selected in the tree, or chosen from a list. */
import * as vscode from 'vscode';
import type { RunReference } from '../../contributions';
import { mostComparedRuns } from '../../protocol/compare-runs';
import { runTitle } from '../../protocol/words';
import { tooManyRuns } from '../errors';
import type { Services } from '../services';
import { runDescription } from '../trees/run-row';
import { words } from '../words';
import { inform } from './register';

type Used = Pick<Services, 'store' | 'report' | 'runComparisons'>;

/** Nothing when the choice is left. */
const chooseRuns = async ({ store, report }: Used, given: RunReference | undefined): Promise<string[] | undefined> => {
  if (!store.loaded) await store.refresh();
  const items = store
    .list()
    .filter(({ record }) => record !== undefined)
    .map((entry) => ({
      label: runTitle(entry.id),
      description: runDescription(entry),
      picked: entry.directory === given?.directory,
      directory: entry.directory,
    }));
  if (items.length === 0) {
    inform(words.noRuns(), report);
    return undefined;
  }
  const options = { canPickMany: true, matchOnDescription: true, placeHolder: words.pickRuns() } as const;
  return (await vscode.window.showQuickPick(items, options))?.map(({ directory }) => directory);
};

/** @throws SparseError `host.too-many-runs` */
export const compareRuns = async (
  services: Used,
  run?: RunReference,
  selected: readonly RunReference[] = [],
): Promise<void> => {
  // One item alone is where a choice begins; several are the choice.
  const given = selected.length > 1 ? selected.map(({ directory }) => directory) : undefined;
  const directories = given ?? (await chooseRuns(services, run));
  if (!directories) return;
  const { length } = directories;
  if (length > mostComparedRuns) throw tooManyRuns(length, mostComparedRuns);
  if (length < 2) inform(words.twoRuns(), services.report);
  else services.runComparisons.show(directories);
};
