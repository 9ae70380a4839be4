/** The panels of diagnosed sharing: one per config, brought back with the window. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { sharingPanelType } from '../../contributions';
import { Peer } from '../../protocol/rpc';
import type { SharingViewApi, SharingViewEvents } from '../../protocol/sharing-view';
import type { Disposable, Nothing } from '../emitter';
import { describeError, isForPeople } from '../errors';
import type { Report } from '../log';
import { SharingDesk, type SharingEngine, type SharingSubject } from '../../runs/sharing/desk';
import { words } from '../words';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

interface Opened {
  panel: vscode.WebviewPanel;
  desk: SharingDesk;
  peer: Peer<SharingViewApi, Nothing, SharingViewEvents, Nothing>;
}

export class SharingPanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Opened>();
  private readonly registrations: Disposable[];

  /** `subject`: what is known of a config. */
  constructor(
    private readonly extension: vscode.Uri,
    private readonly subject: (configPath: string) => SharingSubject,
    private readonly engine: SharingEngine,
    private readonly report: Report,
  ) {
    this.registrations = [
      vscode.window.registerWebviewPanelSerializer(sharingPanelType, this),
      // What was measured is of the text that was saved before.
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.again(uri.fsPath)),
    ];
  }

  /** The config's panel, brought to the front and diagnosed anew, or a new one beside the config. */
  show(configPath: string): void {
    const known = this.open.get(configPath);
    if (known) {
      known.panel.reveal(undefined, true);
      this.again(configPath);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(sharingPanelType, '', place), configPath);
  }

  // Called by the editor for each panel that was open when the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const path = (kept as { configPath?: unknown } | null | undefined)?.configPath;
    if (typeof path !== 'string' || path === '' || this.open.has(path)) panel.dispose();
    else this.adopt(panel, path);
    return Promise.resolve();
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  private again(configPath: string): void {
    const known = this.open.get(configPath);
    known?.desk.forget();
    known?.peer.emit('changed', {});
  }

  private adopt(panel: vscode.WebviewPanel, configPath: string): void {
    const title = words.sharingOf(basename(configPath));
    const desk = new SharingDesk(this.subject(configPath), this.engine);
    const saver = new Saver(vscode.Uri.file(dirname(configPath)));
    const { sharing, sharingOwners, sharers, measureSharing, testSharing, applySharingFix } = desk;
    const api: SharingViewApi = {
      ...{ sharing, sharingOwners, sharers, measureSharing, testSharing },
      applySharingFix: async (params, context) => {
        await applySharingFix(params, context);
        this.again(configPath);
      },
      save: (chunk) => saver.save(chunk),
    };
    const peer = new Peer<SharingViewApi, Nothing, SharingViewEvents, Nothing>(
      webviewChannel(panel.webview, this.report),
      api,
      (error) => {
        if (!isForPeople(error)) this.report(error);
        return describeError(error);
      },
    );
    this.open.set(configPath, { panel, desk, peer });
    panel.title = title;
    panel.onDidDispose(() => {
      this.open.delete(configPath);
      peer.close(new vscode.CancellationError());
    });
    openPage(panel.webview, this.extension, title, { view: 'sharing', state: { configPath } });
  }
}
