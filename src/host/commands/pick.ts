/** Which run, which config: the argument, the only candidate, or a question. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { configFile, configGlob, type RunReference } from '../../contributions';
import { runTitle } from '../../protocol/words';
import { sweepOfTrial } from '../../runs/project';
import { isTrial, notAConfig, notOnDisk } from '../errors';
import type { RunEntry } from '../run-store';
import type { Services } from '../services';
import { runDescription } from '../trees/run-row';
import { words } from '../words';
import { executeCommand, inform } from './register';

const maxConfigs = 200;

/**
 * The run given, listed or not; else the only one that `fits`, else the one chosen; `undefined` when there is none or
 * the choice is left.
 */
export const pickRun = async (
  { store, report }: Pick<Services, 'store' | 'report'>,
  given: RunReference | undefined,
  fits: (entry: RunEntry) => boolean,
  none: string,
): Promise<RunEntry | undefined> => {
  if (given) return store.find(given.directory);
  if (!store.loaded) await store.refresh();
  const candidates = store.list().filter(fits);
  if (candidates.length === 0) {
    inform(none, report);
    return undefined;
  }
  if (candidates.length === 1) return candidates[0];
  const items = candidates.map((entry) => ({
    label: runTitle(entry.id),
    description: runDescription(entry),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: words.pickRun() }))?.entry;
};

/** What changes a run is not done with a trial alone. @throws SparseError `host.is-trial` */
export const refuseTrial = ({ id, directory }: RunEntry): void => {
  const sweep = sweepOfTrial(directory);
  if (sweep !== undefined) throw isTrial(id, basename(sweep));
};

const chooseConfig = async (): Promise<vscode.Uri | undefined> => {
  const found = await vscode.workspace.findFiles(configGlob, '**/{node_modules,.sparsescope}/**', maxConfigs);
  if (found.length === 0) {
    const create = words.createExample();
    const answer = await vscode.window.showInformationMessage(words.noConfigYet(), create);
    if (answer === create) await executeCommand('sparsescope.newConfig');
    return undefined;
  }
  if (found.length === 1) return found[0];
  const items = found
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (await vscode.window.showQuickPick(items, { placeHolder: words.pickConfig() }))?.uri;
};

/**
 * The config to run, as a document: the one given, the one in the active editor, or the one chosen.
 * What was typed and not saved is saved first, so that the file, its run and its name agree.
 */
export const pickConfig = async (given: vscode.Uri | undefined): Promise<vscode.TextDocument | undefined> => {
  const active = vscode.window.activeTextEditor?.document.uri;
  const uri = given ?? (active && configFile.test(active.path) ? active : await chooseConfig());
  if (!uri) return undefined;
  if (!configFile.test(uri.path)) throw notAConfig(uri.path);
  if (uri.scheme !== 'file') throw notOnDisk(uri.toString(true));
  const document = await vscode.workspace.openTextDocument(uri);
  // Refused by a read-only disk, the editor says so itself; the typed text is what runs all the same.
  if (document.isDirty) await document.save();
  return document;
};
