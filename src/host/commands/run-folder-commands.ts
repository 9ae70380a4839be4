/** What is done with a run's folder: look, reveal, delete. None of it needs the engine or a trusted workspace. */
import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { RunReference } from '../../contributions';
import { systemCode } from '../../formats/errors';
import { removeFailed } from '../../runs/errors';
import { RunFolder } from '../../runs/folder';
import { rootOfRun } from '../../runs/project';
import { freshReport } from '../../runs/report/write';
import { runUnreadable } from '../errors';
import type { RunEntry } from '../run-store';
import type { Services } from '../services';
import { words } from '../words';
import { pickRun, refuseTrial } from './pick';
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

/** Without a record only the place tells that it is a run: nothing outside the project's runs is deleted like this. */
const removeUnreadable = async ({ id, directory, problem }: RunEntry): Promise<void> => {
  if (rootOfRun(directory) === undefined) throw runUnreadable(id, problem ?? '');
  // It may only be young: whoever makes a run holds its lock.
  const lock = await new RunFolder(directory).lock();
  await lock.release();
  try {
    await rm(directory, { recursive: true });
  } catch (cause) {
    throw removeFailed(directory, systemCode(cause) ?? String(cause));
  }
};

export const deleteRun = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (!entry) return;
  const { id, directory } = entry;
  refuseTrial(entry);
  const answer = await vscode.window.showWarningMessage(
    words.deleteRun(id),
    { modal: true, detail: words.deleteRunDetail(directory) },
    words.delete(),
  );
  if (answer !== words.delete()) return;
  services.panels.close(directory);
  // Refuses what is no run folder and what a living process writes.
  if (entry.record) await new RunFolder(directory).remove();
  else await removeUnreadable(entry);
  await services.store.refresh();
};

export const revealFolder = async (directory: string): Promise<void> => {
  const command = isLocal() ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, vscode.Uri.file(directory));
};

export const revealRunFolder = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (entry) await revealFolder(entry.directory);
};

/** In a browser where there is one for it; else where it can be taken from. */
export const showReport = async ({ report }: Services, file: string): Promise<void> => {
  if (isLocal() && (await vscode.env.openExternal(vscode.Uri.file(file)))) return;
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file));
  inform(words.reportElsewhere(), report);
};

export const openReport = async (services: Services, run?: RunReference): Promise<void> => {
  const entry = await anyRun(services, run);
  if (!entry) return;
  // Runs of this window write none, and one that was resumed has an old one.
  await showReport(services, await freshReport(new RunFolder(entry.directory), services.reportMaker));
};
