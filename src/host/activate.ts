/** Builds the services and registers everything of src/contributions.ts. */
import * as vscode from 'vscode';
import { views, type CommandId } from '../contributions';
import { gpuFolderVariable } from '../gpu/engines';
import { registerCommands } from './commands';
import { askForPreview } from './commands/data-command';
import { registerTestCommands } from './commands/test-state';
import { EngineClient } from './engine-client';
import { nodeToStart } from './engine-node';
import { Installations } from './installations';
import { registerLanguageFeatures } from './language';
import { reporter } from './log';
import { registerNotices } from './notices';
import { RunStore } from './run-store';
import { Selection } from './selection';
import type { Services } from './services';
import { setting } from './settings';
import { configSubject } from './sharing/config-subject';
import { MeasuredProblems } from './sharing/measured-problems';
import { measuringOf } from './sharing/measuring';
import { SweepRunner } from './sweep-runner';
import { SweepStore } from './sweep-store';
import { StatusBar } from './status-bar';
import { LayersTree } from './trees/layers-tree';
import { RunsTree } from './trees/runs-tree';
import { ComparePanels } from './views/compare-panels';
import { CompareRunsPanels } from './views/compare-runs-panels';
import { DataPanels } from './views/data-panels';
import { RunPanels } from './views/run-panels';
import { SharingPanels } from './views/sharing-panels';
import { TheoryPanel } from './views/theory-panel';
import { TensorEditors } from './views/tensor-editor';
import { connect } from './wiring';

/** The editor itself makes a command that brings each view to the front. */
const lensCommands = {
  runConfig: 'sparsescope.runConfig' satisfies CommandId,
  previewData: 'sparsescope.previewData' satisfies CommandId,
  diagnoseSharing: 'sparsescope.diagnoseSharing' satisfies CommandId,
  sweepConfig: 'sparsescope.sweepConfig' satisfies CommandId,
  showLayers: `${views.layers}.focus`,
};

const createServices = (
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  closing: () => boolean,
): Services => {
  const report = reporter(log);
  // Every engine that this window starts finds it, the trials of sweeps too.
  process.env[gpuFolderVariable] ??= vscode.Uri.joinPath(context.globalStorageUri, 'gpu-engines').fsPath;
  const modulePath = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  const node = nodeToStart(report);
  const engine = new EngineClient({
    modulePath,
    node,
    backend: () => setting('sparsescope.backend'),
    log: (level, message) => log[level](message),
    report,
  });
  // Only folders of a disk hold runs: a virtual workspace has none.
  const roots = (): string[] =>
    (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
  const store = new RunStore({
    roots,
    isOurs: (directory) => engine.running.some((run) => run.directory === directory),
    report,
  });
  const sweeps = new SweepStore({ roots, report });
  const { version } = context.extension.packageJSON as { version: string };
  const reportMaker = { assets: vscode.Uri.joinPath(context.extensionUri, 'dist').fsPath, version };
  const sweepRunner = new SweepRunner({ modulePath, node, maker: reportMaker, report });
  const selection = new Selection(report);
  const measuring = measuringOf(engine);
  const panels = new RunPanels({ extension: context.extensionUri, selection, measuring, report });
  const comparisons = new ComparePanels(context.extensionUri, report);
  const runComparisons = new CompareRunsPanels(context.extensionUri, report);
  const previews = new DataPanels(context.extensionUri, (path) => askForPreview({ engine }, path), report);
  const measured = new MeasuredProblems();
  context.subscriptions.push(measured);
  const sharing = new SharingPanels(context.extensionUri, configSubject, measuring, measured, report);
  const theory = new TheoryPanel(context.extensionUri, report);
  return {
    context,
    log,
    report,
    engine,
    store,
    sweeps,
    sweepRunner,
    reportMaker,
    installations: new Installations(),
    closing,
    selection,
    panels,
    comparisons,
    runComparisons,
    previews,
    sharing,
    theory,
  };
};

/** The window closes after a few seconds whatever we do, milliseconds; a run that is killed then is interrupted. */
const closingGrace = 2_000;

/** Answers what ends in good order all that goes on. */
export const start = (context: vscode.ExtensionContext, log: vscode.LogOutputChannel): (() => Promise<void>) => {
  let closing = false;
  const services = createServices(context, log, () => closing);
  const { engine, store, sweeps, sweepRunner, installations, selection, panels, report } = services;
  const layers = new LayersTree(store, selection, report);
  const tensors = new TensorEditors(context.extensionUri, report);
  const status = new StatusBar(engine, store);
  context.subscriptions.push(
    store,
    sweeps,
    panels,
    services.comparisons,
    services.runComparisons,
    services.previews,
    services.sharing,
    services.theory,
    status,
    layers.register(),
    new RunsTree(store, sweeps, selection, report).register(),
    tensors.register(),
    registerCommands(services, layers),
    registerLanguageFeatures({ commands: lensCommands, report }),
    registerNotices(services),
    connect(services),
  );
  if (context.extensionMode === vscode.ExtensionMode.Test)
    context.subscriptions.push(...registerTestCommands({ services, status, layers, tensors }));
  return async () => {
    closing = true;
    await Promise.all([engine.stop(closingGrace), sweepRunner.stop('interrupted'), installations.stop()]);
  };
};
