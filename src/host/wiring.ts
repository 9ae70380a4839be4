/** Connects the parts: engine to store to panels, folders to store, state to context keys. */
import * as vscode from 'vscode';
import { runRecordGlob, type ContextKeyTypes } from '../contributions';
import { detach } from './log';
import type { Services } from './services';
import { Throttle } from './throttle';

/** Run folders are written in bursts; they are read again at most this often. */
const refreshInterval = 500;

const setContext = <K extends keyof ContextKeyTypes>(key: K, value: ContextKeyTypes[K]): Thenable<unknown> =>
  vscode.commands.executeCommand('setContext', key, value);

export const connect = ({ engine, store, panels, runComparisons, report }: Services): vscode.Disposable => {
  const refresh = new Throttle(() => store.refresh(), report, refreshInterval);
  const read = (): void => refresh.request();
  const watcher = vscode.workspace.createFileSystemWatcher(runRecordGlob);
  const keys = (): void => {
    detach(setContext('sparsescope.running', engine.running.length > 0), report);
    detach(setContext('sparsescope.runsLoaded', store.loaded), report);
  };
  read();
  return vscode.Disposable.from(
    refresh,
    watcher,
    watcher.onDidCreate(read),
    watcher.onDidChange(read),
    watcher.onDidDelete(read),
    vscode.workspace.onDidChangeWorkspaceFolders(read),
    // A file watcher may miss what a network disk does; coming back to the window is a good moment to look.
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) read();
    }),
    engine.onDidChange(keys),
    store.onDidChange(keys),
    engine.onRunChanged((value) => {
      store.applyRecord(value);
      panels.noteChange(value.directory);
      runComparisons.noteChange(value.directory);
    }),
    engine.onRunEvent((value) => {
      store.applyEvent(value);
      panels.noteChange(value.directory);
      runComparisons.noteChange(value.directory);
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('sparsescope.backend')) engine.restartWhenIdle();
    }),
  );
};
