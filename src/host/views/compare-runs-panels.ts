/**
 * The panels of compared runs: one for each set of them, read from the run folders alone, brought back with the window.
 */
import * as vscode from 'vscode';
import { compareRunsPanelType } from '../../contributions';
import type { CompareRunsViewApi, CompareRunsViewEvents } from '../../protocol/compare-runs';
import { Peer } from '../../protocol/rpc';
import { ComparedRunReader } from '../../runs/compared-run';
import { RunFolder } from '../../runs/folder';
import { executeCommand } from '../commands/register';
import { describeError, isForPeople } from '../errors';
import type { Disposable, Nothing } from '../emitter';
import { detach, type Report } from '../log';
import { Throttle } from '../throttle';
import { words } from '../words';
import { parseCompareRunsState } from './compare-runs-state';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

/** Runs of other processes tell nothing by themselves: the folders of a visible panel are looked at this often. */
const pollInterval = 1_000;

interface Opened {
  panel: vscode.WebviewPanel;
  /** Looks at the run's folder soon, also when the run had ended. */
  noteChange(directory: string): void;
}

/** The same runs, in whichever order they were chosen. */
const nameOf = (directories: readonly string[]): string => [...directories].sort().join('\n');

export class CompareRunsPanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Opened>();
  private readonly registration: Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly report: Report,
  ) {
    this.registration = vscode.window.registerWebviewPanelSerializer(compareRunsPanelType, this);
  }

  /** The panel of these runs: the open one brought to the front, or a new one. */
  show(directories: string[]): void {
    const known = this.open.get(nameOf(directories));
    if (known) known.panel.reveal();
    else this.adopt(vscode.window.createWebviewPanel(compareRunsPanelType, '', vscode.ViewColumn.Active), directories);
  }

  /** Something was written to the run's folder. */
  noteChange(directory: string): void {
    for (const opened of this.open.values()) opened.noteChange(directory);
  }

  // Called by the editor for each panel that was open when the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const state = parseCompareRunsState(kept);
    if (!state || this.open.has(nameOf(state.directories))) panel.dispose();
    else this.adopt(panel, state.directories);
    return Promise.resolve();
  }

  dispose(): void {
    this.registration.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, directories: string[]): void {
    const { report } = this;
    const readers = directories.map((directory) => new ComparedRunReader(new RunFolder(directory)));
    const peer = new Peer<CompareRunsViewApi, Nothing, CompareRunsViewEvents, Nothing>(
      webviewChannel(panel.webview, report),
      this.serve(directories, readers),
      (error) => {
        if (!isForPeople(error)) report(error);
        return describeError(error);
      },
    );
    const told = new Set<string>();
    /** Hidden pages are not told: when they come back, they begin anew. */
    const look = async (): Promise<void> => {
      if (!panel.visible) return;
      const indices: number[] = [];
      for (const [index, reader] of readers.entries())
        if (await hasChanged(reader, told.delete(directories[index]))) indices.push(index);
      if (indices.length > 0) peer.emit('changed', { indices });
    };
    const tell = new Throttle(look, report, pollInterval);
    const polling = setInterval(() => tell.request(), pollInterval);
    const noteChange = (directory: string): void => {
      if (!directories.includes(directory)) return;
      told.add(directory);
      tell.request();
    };
    this.open.set(nameOf(directories), { panel, noteChange });
    panel.onDidDispose(() => {
      this.open.delete(nameOf(directories));
      clearInterval(polling);
      tell.dispose();
      peer.close(new vscode.CancellationError());
      for (const reader of readers) reader.dispose();
    });
    panel.title = words.comparedRuns(directories.length);
    openPage(panel.webview, this.extension, panel.title, { view: 'compare-runs', state: { directories } });
  }

  private serve(directories: readonly string[], readers: readonly ComparedRunReader[]): CompareRunsViewApi {
    const home = vscode.Uri.file(directories[0]);
    // Exports belong beside the person's own files, not into a hidden run folder.
    const saver = new Saver(vscode.workspace.getWorkspaceFolder(home)?.uri ?? home);
    return {
      run: ({ index }) => readers[index].read(),
      open: ({ directory }) => {
        // The command shows its own errors: the view does not wait for it.
        if (directories.includes(directory)) detach(executeCommand('sparsescope.openRun', { directory }), this.report);
        return Promise.resolve();
      },
      save: (chunk) => saver.save(chunk),
    };
  }
}

/** What one run does wrong is told by its row when it is read, and costs the others nothing. */
const hasChanged = async (reader: ComparedRunReader, ended: boolean): Promise<boolean> => {
  try {
    return await reader.changed(ended);
  } catch (error) {
    if (!isForPeople(error)) throw error;
    return true;
  }
};
