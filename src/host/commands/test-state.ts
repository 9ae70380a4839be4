/**
 * Hidden commands of the integration tests: what a webview or a tree shows cannot be read from outside, nor a button
 * pressed.
 */
import * as vscode from 'vscode';
import type { TestState } from '../../contributions';
import { diagnosticSource } from '../language/diagnostics';
import type { Services } from '../services';
import type { StatusBar } from '../status-bar';
import type { LayersTree } from '../trees/layers-tree';
import { runDescription } from '../trees/run-row';
import { sweepDescription, trialDescription } from '../trees/sweep-row';
import type { TensorEditors } from '../views/tensor-editor';
import { registerCommand } from './register';

interface Seen {
  services: Services;
  status: StatusBar;
  layers: LayersTree;
  tensors: TensorEditors;
}

const testState = ({ services, status, layers, tensors }: Seen): TestState => {
  const { engine, store, sweeps, panels } = services;
  return {
    runs: store.list().map((entry) => ({
      id: entry.id,
      directory: entry.directory,
      state: entry.record?.state ?? 'unreadable',
      step: entry.step,
      description: runDescription(entry),
    })),
    sweeps: sweeps.list().map((entry) => ({
      id: entry.id,
      directory: entry.directory,
      state: entry.record?.state ?? 'unreadable',
      description: sweepDescription(entry),
      trials: entry.trials.map((trial) => ({
        id: trial.id,
        directory: trial.directory,
        title: trial.title,
        description: trialDescription(trial),
      })),
    })),
    panels: panels
      .list()
      .map(({ state: { directory, tab, layer, step }, calls }) => ({ directory, tab, layer, step, calls })),
    sharing: services.sharing.list(),
    tensorEditors: [...tensors.open].map(({ uri, calls }) => ({ uri, calls })),
    layers: layers.rows.map(({ name, description }) => ({ name, description })),
    engine: { state: engine.state, pid: engine.pid, backend: engine.info?.backend, starts: engine.starts },
    statusBar: { text: status.text, cancelVisible: status.cancelVisible },
    diagnostics: vscode.languages
      .getDiagnostics()
      .flatMap(([, list]) => list)
      .filter((d) => d.source === diagnosticSource).length,
  };
};

export const registerTestCommands = (seen: Seen): vscode.Disposable[] => {
  const { report, sharing } = seen.services;
  return [
    registerCommand('sparsescope.test.state', () => Promise.resolve(testState(seen)), report),
    registerCommand(
      'sparsescope.test.send',
      (config, message) => {
        sharing.hear(config, message);
        return Promise.resolve();
      },
      report,
    ),
  ];
};
