/** The page of the theory of sharing: one in a window. It computes by itself and asks nothing but where to save. */
import * as vscode from 'vscode';
import { theoryPanelType } from '../../contributions';
import { Peer } from '../../protocol/rpc';
import type { TheoryViewApi } from '../../protocol/sharing-view';
import type { Disposable, Nothing } from '../emitter';
import { describeError, isForPeople } from '../errors';
import type { Report } from '../log';
import { words } from '../words';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

export class TheoryPanel implements vscode.WebviewPanelSerializer {
  private shown: vscode.WebviewPanel | undefined;
  private readonly registration: Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly report: Report,
  ) {
    this.registration = vscode.window.registerWebviewPanelSerializer(theoryPanelType, this);
  }

  /** The open one brought to the front, or a new one. */
  show(): void {
    if (this.shown) this.shown.reveal();
    else this.adopt(vscode.window.createWebviewPanel(theoryPanelType, '', vscode.ViewColumn.Active));
  }

  // Called by the editor when the panel was open as the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.shown) panel.dispose();
    else this.adopt(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.registration.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const folder = vscode.workspace.workspaceFolders?.at(0)?.uri ?? this.extension;
    const saver = new Saver(folder);
    const peer = new Peer<TheoryViewApi, Nothing, Nothing, Nothing>(
      webviewChannel(panel.webview, this.report),
      { save: (chunk) => saver.save(chunk) },
      (error) => {
        if (!isForPeople(error)) this.report(error);
        return describeError(error);
      },
    );
    this.shown = panel;
    panel.title = words.sharingTheory();
    panel.onDidDispose(() => {
      this.shown = undefined;
      peer.close(new vscode.CancellationError());
    });
    openPage(panel.webview, this.extension, panel.title, { view: 'sharing-theory', state: {} });
  }
}
