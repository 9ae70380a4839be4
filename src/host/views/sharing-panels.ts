/** The panels of diagnosed sharing: one per config, brought back with the window. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { sharingPanelType, type TestState } from '../../contributions';
import { Peer } from '../../protocol/rpc';
import type { SharingReport, TestedPoint } from '../../protocol/sharing';
import type { SharingViewApi, SharingViewEvents } from '../../protocol/sharing-view';
import type { Disposable, Nothing } from '../emitter';
import { describeError, isForPeople } from '../errors';
import type { Report } from '../log';
import { SharingDesk, type SharingEngine, type SharingSubject } from '../../runs/sharing/desk';
import type { MeasuredProblems } from '../sharing/measured-problems';
import { words } from '../words';
import { Saver } from './save';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

interface Opened {
  panel: vscode.WebviewPanel;
  desk: SharingDesk;
  peer: Peer<SharingViewApi, Nothing, SharingViewEvents, Nothing>;
  /** All messages of its page. */
  messages: vscode.EventEmitter<unknown>;
  /** Its place is to be tested as soon as the view asks for its report: before, nobody listens. */
  toTest: boolean;
  /** How often the view asked for its report, and all that was tested there. */
  asked: number;
  tested: TestedPoint[];
  /** The title of the edit that each finding of its last report suggests, if any. */
  fixes: (string | null)[];
}

export class SharingPanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Opened>();
  private readonly registrations: Disposable[];

  /** `subject`: what is known of a config. */
  constructor(
    private readonly extension: vscode.Uri,
    private readonly subject: (configPath: string) => SharingSubject,
    private readonly engine: SharingEngine,
    private readonly measured: MeasuredProblems,
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
    this.create(configPath);
  }

  /**
   * The config's panel on its map of divergence, with a test of the config's own place. What was tested before stays.
   */
  test(configPath: string): void {
    const known = this.open.get(configPath);
    const opened = known ?? this.create(configPath);
    opened.toTest = true;
    if (!known) return;
    known.panel.reveal(undefined, true);
    known.peer.emit('changed', {});
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

  list(): TestState['sharing'] {
    return [...this.open].map(([config, { asked, fixes, tested }]) => ({
      config,
      asked,
      fixes,
      tested: tested.map(({ outcome }) => outcome),
    }));
  }

  /** A message as though the config's page had sent it; nothing where no panel is open. */
  hear(configPath: string, message: unknown): void {
    this.open.get(configPath)?.messages.fire(message);
  }

  private again(configPath: string): void {
    this.measured.forget(vscode.Uri.file(configPath));
    const known = this.open.get(configPath);
    known?.desk.forget();
    known?.peer.emit('changed', {});
  }

  private create(configPath: string): Opened {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    return this.adopt(vscode.window.createWebviewPanel(sharingPanelType, '', place), configPath);
  }

  private adopt(panel: vscode.WebviewPanel, configPath: string): Opened {
    const title = words.sharingOf(basename(configPath));
    const desk = new SharingDesk(this.subject(configPath), this.engine, () => peer.emit('changed', {}));
    const saver = new Saver(vscode.Uri.file(dirname(configPath)));
    const { sharing, sharingOwners, sharers, measureSharing, testSharing, applySharingFix } = desk;
    const told = (report: SharingReport): SharingReport => {
      opened.fixes = report.findings.map(({ fix }) => fix?.title ?? null);
      return report;
    };
    const api: SharingViewApi = {
      ...{ sharingOwners, sharers },
      measureSharing: async (params, context) => {
        const report = told(await measureSharing(params, context));
        await this.measured.show(vscode.Uri.file(configPath), report);
        return report;
      },
      testSharing: async (params, context) => {
        opened.tested = await testSharing(params, context);
        return opened.tested;
      },
      sharing: async (params, context) => {
        opened.asked++;
        if (opened.toTest) peer.emit('test', {});
        opened.toTest = false;
        return told(await sharing(params, context));
      },
      applySharingFix: async (params, context) => {
        await applySharingFix(params, context);
        this.again(configPath);
      },
      save: (chunk) => saver.save(chunk),
    };
    const { webview } = panel;
    const messages = new vscode.EventEmitter<unknown>();
    webview.onDidReceiveMessage((message) => messages.fire(message));
    const peer = new Peer<SharingViewApi, Nothing, SharingViewEvents, Nothing>(
      webviewChannel(
        { postMessage: (message) => webview.postMessage(message), onDidReceiveMessage: messages.event },
        this.report,
      ),
      api,
      (error) => {
        if (!isForPeople(error)) this.report(error);
        return describeError(error);
      },
    );
    const opened: Opened = { panel, desk, peer, messages, toTest: false, asked: 0, tested: [], fixes: [] };
    this.open.set(configPath, opened);
    panel.title = title;
    panel.onDidDispose(() => {
      this.open.delete(configPath);
      peer.close(new vscode.CancellationError());
      messages.dispose();
    });
    openPage(webview, this.extension, title, { view: 'sharing', state: { configPath } });
    return opened;
  }
}
