/** What is done with a run's folder: look, reveal, delete. None of it needs the engine or a trusted workspace. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunReference } from '../../contributions';
import { RunFolder } from '../../runs/folder';
import { noReport } from '../errors';
import type { RunEntry } from '../run-store';
import type { Services } from '../services';
import { words } from '../words';
import { pickRun } from './pick';
import { inform } from './register';

/** Whether this machine's own programs can reach the files; else they are on a server, or the editor is a web page. */
const isLocal = (): boolean => vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;

const anyRun = (services: Services, run?: RunReference): Promise<RunEntry | undefined> =>
  pickRun(services, run, () => true, words.noRuns());

export const openRun = async (services: Services, run?: RunReference): Promise<void> => {
  // A folder outside the workspace is not in the store, but can be shown.
  const directory = (await anyRun(services, run))?.directory ?? run?.directory;
  if (directory !== undefined) services.panels.open(directory, { preserveFocus: false });
};

export const deleteRun = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (!entry) return;
  const { id, directory } = entry;
  const answer = await vscode.window.showWarningMessage(
    words.deleteRun(id),
    { modal: true, detail: words.deleteRunDetail(directory) },
    words.delete(),
  );
  if (answer !== words.delete()) return;
  services.panels.close(directory);
  // Refuses what is no run folder and what a living process writes.
  await new RunFolder(directory).remove();
  await services.store.refresh();
};

export const revealRunFolder = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (!entry) return;
  const command = isLocal() ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, vscode.Uri.file(entry.directory));
};

export const openReport = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (!entry) return;
  const file = join(entry.directory, 'report.html');
  if (!existsSync(file)) throw noReport(entry.id);
  if (isLocal() && (await vscode.env.openExternal(vscode.Uri.file(file)))) return;
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file));
  inform(words.reportElsewhere(), services.report);
};
