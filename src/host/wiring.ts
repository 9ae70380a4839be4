/** Connects the parts: engine to store to panels, folders to store, state to context keys. */
import * as vscode from 'vscode';
import { runRecordGlob, sweepRecordGlob, type ContextKeyTypes } from '../contributions';
import { sweepOfTrial } from '../runs/project';
import { chosenNode } from './engine-node';
import { detach } from './log';
import type { Services } from './services';
import { settingsToTell } from './settings';
import { Throttle } from './throttle';

/** Run folders are written in bursts; they are read again at most this often. */
const refreshInterval = 500;

const setContext = <K extends keyof ContextKeyTypes>(key: K, value: ContextKeyTypes[K]): Thenable<unknown> =>
  vscode.commands.executeCommand('setContext', key, value);

export const connect = (services: Services): vscode.Disposable => {
  const { engine, store, sweeps, sweepRunner, selection, panels, runComparisons, report } = services;
  const refresh = new Throttle(() => store.refresh(), report, refreshInterval);
  const read = (): void => refresh.request();
  const watcher = vscode.workspace.createFileSystemWatcher(runRecordGlob);
  const refreshSweeps = new Throttle(() => sweeps.refresh(), report, refreshInterval);
  const readSweeps = (): void => refreshSweeps.request();
  const sweepWatcher = vscode.workspace.createFileSystemWatcher(sweepRecordGlob);
  const readBoth = (): void => {
    read();
    readSweeps();
  };
  const keys = (): void => {
    detach(setContext('sparsescope.running', engine.running.length > 0), report);
    detach(setContext('sparsescope.sweeping', sweepRunner.running !== undefined), report);
    detach(setContext('sparsescope.runsLoaded', store.loaded), report);
  };
  readBoth();
  const tellSettings = settingsToTell(report);
  tellSettings();
  return vscode.Disposable.from(
    refresh,
    watcher,
    watcher.onDidCreate(read),
    watcher.onDidChange(read),
    watcher.onDidDelete(read),
    refreshSweeps,
    sweepWatcher,
    sweepWatcher.onDidCreate(readSweeps),
    sweepWatcher.onDidChange(readSweeps),
    sweepWatcher.onDidDelete(readSweeps),
    sweepRunner.onDidChange(keys),
    vscode.workspace.onDidChangeWorkspaceFolders(readBoth),
    // A file watcher may miss what a network disk does; coming back to the window is a good moment to look.
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) readBoth();
    }),
    selection.onDidChange(({ directory }) => {
      // The trials of a sweep are not of the list of runs.
      if (directory !== undefined && sweepOfTrial(directory) !== undefined) detach(store.look(directory), report);
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
      if (['sparsescope.backend', 'sparsescope.node'].some((id) => change.affectsConfiguration(id)))
        engine.restartWhenIdle();
      if (change.affectsConfiguration('sparsescope')) tellSettings();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // Only now may it run on the person's own Node.
      if (chosenNode().node !== undefined) engine.restartWhenIdle();
    }),
  );
};
