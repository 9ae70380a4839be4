/** The panels of compared initialisations: one per config, brought back with the window. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { comparePanelType } from '../../contributions';
import type { CompareViewApi, CompareViewEvents, CompareViewState } from '../../protocol/compare';
import { Peer } from '../../protocol/rpc';
import { executeCommand } from '../commands/register';
import { comparisonGone, describeError, isForPeople } from '../errors';
import type { Disposable, Nothing } from '../emitter';
import { detach, type Report } from '../log';
import { words } from '../words';
import { parseCompareState } from './compare-state';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

interface Opened {
  panel: vscode.WebviewPanel;
  state: CompareViewState;
  peer: Peer<CompareViewApi, Nothing, CompareViewEvents, Nothing>;
}

export class ComparePanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Opened>();
  private readonly registration: Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly report: Report,
  ) {
    this.registration = vscode.window.registerWebviewPanelSerializer(comparePanelType, this);
  }

  /** The config's panel with this comparison: the open one brought to the front, or a new one beside the config. */
  show(state: CompareViewState): void {
    const known = this.open.get(state.configPath);
    if (!known) {
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.adopt(vscode.window.createWebviewPanel(comparePanelType, '', place), state);
      return;
    }
    known.state = state;
    known.panel.reveal(undefined, true);
    known.peer.emit('changed', { methods: state.methods });
  }

  /** Says so in the config's panel, where the comparison from before stays. */
  cancelled(configPath: string): void {
    this.open.get(configPath)?.peer.emit('cancelled', {});
  }

  // Called by the editor for each panel that was open when the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const state = parseCompareState(kept);
    if (!state || this.open.has(state.configPath)) panel.dispose();
    else this.adopt(panel, state);
    return Promise.resolve();
  }

  dispose(): void {
    this.registration.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, state: CompareViewState): void {
    const { configPath, methods, layer } = state;
    const title = words.comparison(basename(configPath));
    const peer = new Peer<CompareViewApi, Nothing, CompareViewEvents, Nothing>(
      webviewChannel(panel.webview, this.report),
      this.serve(configPath),
      (error) => {
        if (!isForPeople(error)) this.report(error);
        return describeError(error);
      },
    );
    this.open.set(configPath, { panel, state, peer });
    panel.title = title;
    panel.onDidDispose(() => {
      this.open.delete(configPath);
      peer.close(new vscode.CancellationError());
    });
    openPage(panel.webview, this.extension, title, { view: 'compare', state: { configPath, methods, layer } });
  }

  private serve(configPath: string): CompareViewApi {
    const saver = new Saver(vscode.Uri.file(dirname(configPath)));
    const state = (): CompareViewState | undefined => this.open.get(configPath)?.state;
    return {
      summary: () => {
        const comparison = state()?.comparison;
        const { methods = [], notDrawn = [] } = comparison ?? {};
        return Promise.resolve({ config: basename(configPath), methods: methods.length, notDrawn });
      },
      method: ({ index }) => {
        const method = state()?.comparison?.methods.at(index);
        return method ? Promise.resolve(method) : Promise.reject(comparisonGone(configPath));
      },
      again: () => {
        const uri = vscode.Uri.file(configPath);
        // The command shows its own errors and its progress: the view hears `changed` when there is something new.
        detach(executeCommand('sparsescope.compareInitialisations', uri, state()?.methods), this.report);
        return Promise.resolve();
      },
      save: (chunk) => saver.save(chunk),
    };
  }
}
