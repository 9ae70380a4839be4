/**
 * One run's panel: serves `RunViewApi` from the run folder alone, so that it works with no engine and without trust.
 */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { runPanelType } from '../../contributions';
import { Peer } from '../../protocol/rpc';
import type { SharedWeightCalls, SharingCalls } from '../../protocol/sharing-view';
import type { RunViewApi, RunViewEvents, RunViewState } from '../../protocol/views';
import { RunFolder } from '../../runs/folder';
import { RunReader } from '../../runs/reader';
import { executeCommand } from '../commands/register';
import { configGone, describeError, isForPeople, runFolderGone } from '../errors';
import { detach, type Report } from '../log';
import { titleOf } from '../run-title';
import type { Nothing } from '../emitter';
import type { Selection } from '../selection';
import { Throttle } from '../throttle';
import { SharingDesk, type SharingEngine } from '../../runs/sharing/desk';
import { runSubject } from '../../runs/sharing/run-subject';
import { editConfig } from '../sharing/edit-config';
import { SharedWeightPictures } from '../../runs/sharing/weights';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

/** A run of another process tells nothing by itself: the folder of a visible panel is looked at this often. */
const pollInterval = 1_000;

export interface PanelServices {
  extension: vscode.Uri;
  selection: Selection;
  /** What measures and tests shared weights. */
  measuring: SharingEngine;
  report: Report;
}

export class RunPanel {
  state: RunViewState;
  /** Requests served, for the tests. */
  calls = 0;
  private readonly reader: RunReader;
  private readonly peer: Peer<RunViewApi, Nothing, RunViewEvents, Nothing>;
  private readonly tell: Throttle;
  private readonly polling: ReturnType<typeof setInterval>;
  private readonly saver: Saver;
  private readonly desk: SharingDesk;
  private readonly weights: SharedWeightPictures;

  constructor(
    readonly panel: vscode.WebviewPanel,
    state: RunViewState,
    private readonly services: PanelServices,
  ) {
    this.state = state;
    const folder = new RunFolder(state.directory);
    this.reader = new RunReader(folder);
    const subject = runSubject(
      folder,
      async () => (await this.reader.snapshot()).record.configPath,
      async (path, edits) => {
        if (!existsSync(path)) throw configGone(folder.id, path);
        await editConfig(vscode.Uri.file(path), edits);
      },
    );
    this.desk = new SharingDesk(subject, services.measuring);
    this.weights = new SharedWeightPictures(async () => (await this.desk.mapped()).sharing, this.desk.sharers);
    const home = vscode.Uri.file(state.directory);
    // Exports belong beside the person's own files, not into the hidden run folder.
    this.saver = new Saver(vscode.workspace.getWorkspaceFolder(home)?.uri ?? home);
    this.tell = new Throttle(() => this.sendChange(), services.report);
    this.polling = setInterval(() => this.tell.request(), pollInterval);
    this.peer = new Peer(webviewChannel(panel.webview, services.report), this.serve(), (error) => {
      if (!isForPeople(error)) services.report(error);
      return describeError(error);
    });
    const title = titleOf(folder.directory);
    panel.title = title;
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(services.extension, 'media', `sparsescope-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    openPage(panel.webview, services.extension, title, { view: 'run', state });
    panel.onDidDispose(() => this.dispose());
  }

  get directory(): string {
    return this.state.directory;
  }

  /** Something was written to the run folder: the view hears of it at most 10 times a second. */
  noteChange(): void {
    this.tell.request();
  }

  /** The layer or step was chosen elsewhere. */
  show(layer: string | null, step: number | null): void {
    this.state = { ...this.state, layer, step };
    this.peer.emit('select', this.state);
  }

  private dispose(): void {
    clearInterval(this.polling);
    this.tell.dispose();
    this.peer.close(new vscode.CancellationError());
    this.weights.dispose();
    this.reader.dispose();
  }

  /** Hidden webviews are not told: they ask for a snapshot when they come back. */
  private async sendChange(): Promise<void> {
    if (!this.panel.visible || !existsSync(this.directory)) return;
    if (!(await this.reader.poll())) return;
    this.peer.emit('changed', this.reader.current());
  }

  private serve(): RunViewApi {
    const { reader } = this;
    /** Says the one thing that matters when the folder vanished, instead of which file could not be opened. */
    const read = async <T>(work: () => Promise<T>): Promise<T> => {
      this.calls++;
      try {
        return await work();
      } catch (error) {
        throw existsSync(this.directory) ? error : runFolderGone(this.directory);
      }
    };
    return {
      snapshot: () => read(() => reader.snapshot()),
      maskTile: (params) => read(() => reader.maskTile(params)),
      weightTile: (params) => read(() => reader.weightTile(params)),
      valueTile: (params) => read(() => reader.valueTile(params)),
      rotations: (params) => read(() => reader.rotations(params)),
      metrics: (params) => read(() => reader.metrics(params)),
      spectra: (params) => read(() => reader.spectra(params)),
      jacobians: (params) => read(() => reader.jacobians(params)),
      signals: (params) => read(() => reader.signals(params)),
      sharingEvents: (params) => read(() => reader.sharingEvents(params)),
      sharingFailures: () => read(() => reader.sharingFailures()),
      ...this.serveSharing(read),
      select: (state) => {
        this.state = { ...state, directory: this.directory };
        const { layer, step } = state;
        this.services.selection.set({ directory: this.directory, layer, step }, this);
        return Promise.resolve();
      },
      act: async ({ action }) => {
        // The command shows its own errors and may ask: the view does not wait for it.
        detach(this.act(action), this.services.report);
        return Promise.resolve();
      },
      save: (chunk) => this.saver.save(chunk),
    };
  }

  private serveSharing(read: <T>(work: () => Promise<T>) => Promise<T>): SharingCalls & SharedWeightCalls {
    const { desk, weights } = this;
    return {
      sharing: (params, context) => read(() => desk.sharing(params, context)),
      sharingOwners: (params, context) => read(() => desk.sharingOwners(params, context)),
      sharers: (params, context) => read(() => desk.sharers(params, context)),
      measureSharing: (params, context) => read(() => desk.measureSharing(params, context)),
      testSharing: (params, context) => read(() => desk.testSharing(params, context)),
      applySharingFix: (params, context) => read(() => desk.applySharingFix(params, context)),
      sharedLayers: (params, context) => read(() => weights.sharedLayers(params, context)),
      sharingTile: (params, context) => read(() => weights.sharingTile(params, context)),
      sharersOfWeight: (params, context) => read(() => weights.sharersOfWeight(params, context)),
    };
  }

  private async act(action: Parameters<RunViewApi['act']>[0]['action']): Promise<void> {
    const run = { directory: this.directory };
    switch (action) {
      case 'cancel':
        await executeCommand('sparsescope.cancelRun', run);
        break;
      case 'resume':
        await executeCommand('sparsescope.resumeRun', run);
        break;
      case 'open-config': {
        const { record } = await this.reader.snapshot();
        const source = existsSync(record.configPath) ? record.configPath : new RunFolder(this.directory).configFile;
        await vscode.window.showTextDocument(vscode.Uri.file(source), { viewColumn: vscode.ViewColumn.One });
        break;
      }
      case 'show-log':
        await executeCommand('sparsescope.openLog');
        break;
    }
  }
}

/** `preserveFocus`: the person goes on typing where they were. */
export const createRunPanel = (
  state: RunViewState,
  place: { viewColumn: vscode.ViewColumn; preserveFocus: boolean },
  services: PanelServices,
): RunPanel => new RunPanel(vscode.window.createWebviewPanel(runPanelType, '', place), state, services);
