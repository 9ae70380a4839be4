/** Start, cancel and resume runs. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { runContexts, type RunReference } from '../../contributions';
import type { EngineApi, RunHandle } from '../../protocol/engine';
import type { CallOptions, Remote } from '../../protocol/rpc';
import { isEnded, type RunRecord } from '../../protocol/run';
import { goesOnText, stateWords } from '../../protocol/words';
import { configGone, configHasErrors, runUnreadable, untrusted } from '../errors';
import { checkedDocument } from '../language/document';
import { detach } from '../log';
import type { RunEntry } from '../run-store';
import type { Services } from '../services';
import { setting } from '../settings';
import { runContext } from '../trees/run-row';
import { words } from '../words';
import { pickConfig, pickRun, refuseTrial } from './pick';
import { executeCommand, inform } from './register';

/** Throws `host.untrusted-workspace`: nothing of an untrusted workspace is run. */
export const needTrust = (): void => {
  if (!vscode.workspace.isTrusted) throw untrusted();
};

/** Calls the engine under a notification with Cancel, from its start to its answer. */
export const withEngine = <T>(
  services: Pick<Services, 'engine'>,
  title: string,
  location: vscode.ProgressLocation,
  work: (api: Remote<EngineApi>, options: CallOptions) => Promise<T>,
): Thenable<T> =>
  vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let reached = 0;
    const api = await services.engine.api();
    return work(api, {
      signal: controller.signal,
      onProgress: ({ done, total, message }) => {
        const percent = total > 0 ? (100 * done) / total : 0;
        progress.report({ message, increment: Math.max(0, percent - reached) });
        reached = Math.max(reached, percent);
      },
    });
  });

/**
 * The workspace folder of the config, so that its run is found again in the Runs view; else the config's own folder.
 */
export const rootOf = (config: vscode.Uri): string =>
  vscode.workspace.getWorkspaceFolder(config)?.uri.fsPath ?? dirname(config.fsPath);

/** Refuses before the engine is asked, with the place: the editor has the whole list under Problems. */
export const checkDocument = (document: vscode.TextDocument): void => {
  const { issues } = checkedDocument(document);
  const errors = issues.filter((issue) => issue.severity === 'error');
  const first = errors.at(0);
  if (!first) return;
  const file = vscode.workspace.asRelativePath(document.uri);
  throw configHasErrors(file, errors.length, first.message, first.range.start.line + 1);
};

const startDocument = async (services: Services, document: vscode.TextDocument): Promise<RunHandle> => {
  checkDocument(document);
  const name = vscode.workspace.asRelativePath(document.uri);
  const handle = await withEngine(
    services,
    words.startingRun(name),
    vscode.ProgressLocation.Notification,
    (api, options) =>
      api.startRun(
        { configPath: document.uri.fsPath, configText: document.getText(), root: rootOf(document.uri) },
        options,
      ),
  );
  await services.store.refresh();
  if (setting('sparsescope.openPanelOnRun')) services.panels.open(handle.directory, { preserveFocus: true });
  return handle;
};

/** Says that a config is a sweep, with the way to run it. */
export const offerSweep = async (config: vscode.Uri, trials: number): Promise<void> => {
  const message = words.isSweep(vscode.workspace.asRelativePath(config), trials);
  const choice = await vscode.window.showInformationMessage(message, words.sweepConfig());
  if (choice !== undefined) await executeCommand('sparsescope.sweepConfig', config);
};

export const runConfig = async (services: Services, config?: vscode.Uri): Promise<RunHandle | undefined> => {
  needTrust();
  const document = await pickConfig(config);
  if (!document) return undefined;
  const { sweep } = checkedDocument(document);
  if (!sweep) return startDocument(services, document);
  detach(offerSweep(document.uri, sweep.count), services.report);
  return undefined;
};

/** Throws `host.run-unreadable` with the reason. */
const recordOf = ({ id, record, problem }: RunEntry): RunRecord => {
  if (!record) throw runUnreadable(id, problem ?? '');
  return record;
};

/** Runs the config of a run once more: the file as it is now. */
export const runAgain = async (services: Services, run?: RunReference): Promise<RunHandle | undefined> => {
  needTrust();
  const entry = await pickRun(services, run, ({ record }) => record !== undefined, words.noRuns());
  if (!entry) return undefined;
  const { configPath } = recordOf(entry);
  if (!existsSync(configPath)) throw configGone(entry.id, configPath);
  return runConfig(services, vscode.Uri.file(configPath));
};

export const resumeRun = async (services: Services, run?: RunReference): Promise<RunHandle | undefined> => {
  needTrust();
  const resumable = (known: RunEntry): boolean => runContext(known) === runContexts.resumable;
  const entry = await pickRun(services, run, resumable, words.nothingToResume());
  if (!entry) return undefined;
  recordOf(entry);
  refuseTrial(entry);
  const { id, directory } = entry;
  const handle = await withEngine(
    services,
    words.resumingRun(id),
    vscode.ProgressLocation.Notification,
    (api, options) => api.resumeRun({ directory }, options),
  );
  inform(words.resumedRun(id, goesOnText(handle.from)), services.report);
  await services.store.refresh();
  if (setting('sparsescope.openPanelOnRun')) services.panels.open(directory, { preserveFocus: true });
  return handle;
};

/** Answers when the run has stopped, at most one step later. Runs of other processes are not ours to stop. */
export const cancelRun = async (services: Services, run?: RunReference): Promise<void> => {
  const { engine } = services;
  const ours = (directory: string): boolean => engine.running.some((live) => live.directory === directory);
  const entry = await pickRun(services, run, ({ directory }) => ours(directory), words.nothingRuns());
  if (!entry) return;
  refuseTrial(entry);
  if (!ours(entry.directory)) {
    const { state, pid } = recordOf(entry);
    const why = isEnded(state) ? words.alreadyEnded(entry.id, stateWords[state]) : words.notOurs(entry.id, pid);
    inform(why, services.report);
    return;
  }
  const title = words.stopping(entry.id);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
    const api = await engine.api();
    await api.cancelRun({ id: entry.id, directory: entry.directory });
  });
  await services.store.refresh();
};
