/** The custom editor of safetensors files: read-only, header first, tensors by range. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { tensorEditorType } from '../../contributions';
import { fromBytes, openFile, type ByteSource } from '../../formats/byte-source';
import { maskTile, valueTile, weightTile } from '../../formats/matrix-tiles';
import { tensorStatistics } from '../../formats/statistics';
import { openSafetensors, type SafetensorsFile } from '../../formats/safetensors';
import { asFarAsShared, type AsFarAsShared } from '../../formats/shared-weights';
import { Peer, RpcCancelled } from '../../protocol/rpc';
import type { TensorFileSummary, TensorViewApi, TensorViewEvents } from '../../protocol/views';
import type { Nothing } from '../emitter';
import { describeError, isForPeople, tensorFileRefused } from '../errors';
import { type Report } from '../log';
import { Throttle } from '../throttle';
import { words } from '../words';
import { Saver } from './save';
import { TensorRotations, playedAs } from './tensor-rotations';
import { shownMetadata, tensorPage } from './tensor-pages';
import { webviewChannel } from './webview-channel';
import { openPage } from './webview-shell';

/** A file that cannot be read by range is in memory as a whole; over this the person is asked. */
const wholeFileLimit = 64 << 20;
/** Writers write in many steps: the file is opened again once they pause. */
const settleTime = 300;

/** One file, opened on first need and again after it changed. A failed opening is tried again at the next request. */
export class TensorDocument implements vscode.CustomDocument {
  private opened: Promise<AsFarAsShared> | undefined;
  private accepted = false;

  constructor(readonly uri: vscode.Uri) {}

  get fileName(): string {
    return basename(this.uri.path);
  }

  /** Throws what reading and checking the header throws: one sentence naming the file. */
  async file(): Promise<SafetensorsFile> {
    return (await this.read()).found;
  }

  private async read(): Promise<AsFarAsShared> {
    this.opened ??= this.source().then(openSafetensors).then(asFarAsShared);
    try {
      return await this.opened;
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }

  /** Forgets what was read: the next request opens the file again. */
  async reset(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    await opened?.then(
      ({ found }) => found.close(),
      () => undefined,
    );
  }

  async summary(): Promise<TensorFileSummary> {
    const { found, problem } = await this.read();
    const { size, headerBytes, metadata, tensors } = found;
    return {
      fileName: this.fileName,
      size,
      headerBytes,
      metadata: shownMetadata(metadata),
      tensors: tensors.length,
      ...(problem && { problem: problem.message }),
    };
  }

  dispose(): void {
    // Closing a file that was only read cannot lose anything.
    this.reset().catch(() => undefined);
  }

  private async source(): Promise<ByteSource> {
    if (this.uri.scheme === 'file') return openFile(this.uri.fsPath);
    const { size } = await vscode.workspace.fs.stat(this.uri);
    if (size > wholeFileLimit && !this.accepted) {
      const question = words.largeFile(this.fileName, Math.round(size / (1 << 20)));
      const answer = await vscode.window.showWarningMessage(question, { modal: true }, words.openAnyway());
      if (answer === undefined) throw tensorFileRefused(this.fileName);
      this.accepted = true;
    }
    // Wrapped, because this is a Node Buffer.
    return fromBytes(this.fileName, new Uint8Array(await vscode.workspace.fs.readFile(this.uri)));
  }
}

interface OpenEditor {
  uri: string;
  calls: number;
}

export class TensorEditors implements vscode.CustomReadonlyEditorProvider<TensorDocument> {
  readonly open = new Set<OpenEditor>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly report: Report,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(tensorEditorType, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  // The file is not read here: a file that lies must give a page that says so, not a failed editor.
  openCustomDocument(uri: vscode.Uri): TensorDocument {
    return new TensorDocument(uri);
  }

  resolveCustomEditor(document: TensorDocument, panel: vscode.WebviewPanel): void {
    const { report } = this;
    const shown: OpenEditor = { uri: document.uri.toString(), calls: 0 };
    this.open.add(shown);
    const api = this.serve(document, () => shown.calls++);
    const peer = new Peer<TensorViewApi, Nothing, TensorViewEvents, Nothing>(
      webviewChannel(panel.webview, report),
      api,
      (error) => {
        if (!isForPeople(error)) report(error);
        return describeError(error);
      },
    );
    const show = (): void =>
      openPage(panel.webview, this.extension, document.fileName, {
        view: 'tensors',
        state: { uri: shown.uri, tensor: null },
      });
    const changed = new Throttle(
      async () => {
        await document.reset();
        try {
          peer.emit('changed', await document.summary());
        } catch {
          // Not readable any more: a fresh page asks again and shows the sentence.
          show();
        }
      },
      report,
      settleTime,
    );
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(document.uri, '..'), document.fileName),
    );
    watcher.onDidChange(() => changed.request());
    watcher.onDidCreate(() => changed.request());
    panel.onDidDispose(() => {
      this.open.delete(shown);
      watcher.dispose();
      changed.dispose();
      peer.close(new vscode.CancellationError());
    });
    show();
  }

  private serve(document: TensorDocument, count: () => void): TensorViewApi {
    const rotations = new TensorRotations();
    const saver = new Saver(vscode.Uri.joinPath(document.uri, '..'));
    const file = (): Promise<SafetensorsFile> => {
      count();
      return document.file();
    };
    return {
      summary: () => {
        count();
        return document.summary();
      },
      tensors: async (range) => {
        const opened = await file();
        return tensorPage(opened.tensors, range, (entry) => playedAs(opened, entry));
      },
      statistics: async ({ name }, context) => {
        const opened = await file();
        try {
          return await tensorStatistics(opened, opened.need(name), context.signal, (done, total) =>
            context.progress({ done, total, message: name }),
          );
        } catch (error) {
          throw context.signal.aborted ? new RpcCancelled() : error;
        }
      },
      maskTile: async ({ name, ...range }) => {
        const opened = await file();
        return maskTile(opened, opened.need(name), range);
      },
      weightTile: async ({ name, ...range }) => {
        const opened = await file();
        return weightTile(opened, opened.need(name), range);
      },
      valueTile: async ({ name, ...range }) => {
        const opened = await file();
        return valueTile(opened, opened.need(name), range);
      },
      rotations: async (request, context) => rotations.page(await file(), request, context),
      save: (chunk) => saver.save(chunk),
    };
  }
}
