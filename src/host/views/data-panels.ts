/** The panels of previewed data: one per config, brought back with the window. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { dataPanelType } from '../../contributions';
import type { DataPreview, DataViewApi, DataViewEvents } from '../../protocol/data-preview';
import { Peer } from '../../protocol/rpc';
import type { Disposable, Nothing } from '../emitter';
import { describeError, isForPeople } from '../errors';
import type { Report } from '../log';
import { words } from '../words';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

interface Opened {
  panel: vscode.WebviewPanel;
  peer: Peer<DataViewApi, Nothing, DataViewEvents, Nothing>;
}

export class DataPanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Opened>();
  private readonly registration: Disposable;

  /** `ask`: reads the data of a config. */
  constructor(
    private readonly extension: vscode.Uri,
    private readonly ask: (configPath: string) => Promise<DataPreview>,
    private readonly report: Report,
  ) {
    this.registration = vscode.window.registerWebviewPanelSerializer(dataPanelType, this);
  }

  /** The config's panel, brought to the front and read anew, or a new one beside the config. */
  show(configPath: string): void {
    const known = this.open.get(configPath);
    if (known) {
      known.panel.reveal(undefined, true);
      known.peer.emit('changed', {});
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(dataPanelType, '', place), configPath);
  }

  // Called by the editor for each panel that was open when the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const path = (kept as { configPath?: unknown } | null | undefined)?.configPath;
    if (typeof path !== 'string' || path === '' || this.open.has(path)) panel.dispose();
    else this.adopt(panel, path);
    return Promise.resolve();
  }

  dispose(): void {
    this.registration.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, configPath: string): void {
    const title = words.dataOf(basename(configPath));
    const peer = new Peer<DataViewApi, Nothing, DataViewEvents, Nothing>(
      webviewChannel(panel.webview, this.report),
      { preview: () => this.ask(configPath) },
      (error) => {
        if (!isForPeople(error)) this.report(error);
        return describeError(error);
      },
    );
    this.open.set(configPath, { panel, peer });
    panel.title = title;
    panel.onDidDispose(() => {
      this.open.delete(configPath);
      peer.close(new vscode.CancellationError());
    });
    openPage(panel.webview, this.extension, title, { view: 'data', state: { configPath } });
  }
}
