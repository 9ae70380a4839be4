/** Doctor: what is installed, what computes and why, in a form that can be pasted into a report. */
import * as os from 'node:os';
import * as vscode from 'vscode';
import type { EngineInfo } from '../../protocol/engine';
import { backendOf, protocolVersion } from '../../protocol/engine';
import { factsText, type Facts } from '../../protocol/facts';
import { backendText, executorText, kernelText } from '../../protocol/words';
import { chosenNode } from '../engine-node';
import { describeError } from '../errors';
import type { Services } from '../services';
import { setting, wrongSettings } from '../settings';
import { words } from '../words';

const doctorScheme = 'sparsescope-doctor';
const doctorUri = vscode.Uri.parse(`${doctorScheme}:/Sparsescope Doctor.txt`);

const engineFacts = (info: EngineInfo | undefined, problem: string | undefined): Facts =>
  info
    ? [
        ['engine', `process ${info.pid}, Sparsescope ${info.sparsescope}, protocol ${info.protocolVersion}`],
        ['engine node', `${info.node}, ${chosenNode().why}`],
        ['TensorFlow.js', info.tfjs],
        ['backend', backendText(backendOf(info))],
        ['available', info.available.join(', ')],
        ['kernels', kernelText(info.kernels)],
        ['sparse runs', executorText(info.executor)],
      ]
    : [['engine', problem ?? 'not started']];

/** In English everywhere, so that whoever gets the report can read it. */
const gather = async ({ context, engine, store }: Services): Promise<string> => {
  let problem: string | undefined;
  try {
    await engine.api();
  } catch (error) {
    problem = describeError(error).message;
  }
  const { version } = context.extension.packageJSON as { version: string };
  const memory = (os.totalmem() / 2 ** 30).toFixed(1);
  return factsText([
    ['Sparsescope', `${version}, protocol ${protocolVersion}`],
    [
      'VS Code',
      `${vscode.version} (${vscode.env.appHost}${vscode.env.remoteName ? `, ${vscode.env.remoteName}` : ''})`,
    ],
    ['extension host node', process.versions.node],
    ['system', `${os.type()} ${os.release()} ${os.arch()}, ${os.cpus().length} processors, ${memory} GiB`],
    ['workspace', vscode.workspace.isTrusted ? 'trusted' : 'not trusted: viewing only'],
    ['backend setting', setting('sparsescope.backend')],
    ...wrongSettings().map((sentence): [string, string] => ['setting', sentence]),
    ...engineFacts(engine.info, problem),
    ['engine starts', String(engine.starts)],
    ['runs', `${store.list().length}, of which ${engine.running.length} going on here`],
  ]);
};

/** Holds the last report as a read-only document. */
export class Doctor implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private text = '';

  constructor(private readonly services: Services) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(doctorScheme, this),
    );
  }

  provideTextDocumentContent(): string {
    return this.text;
  }

  /** Shows the report in an editor, offers to copy it, and answers it. */
  async run(): Promise<string> {
    this.text = await gather(this.services);
    this.changed.fire(doctorUri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(doctorUri), { preview: true });
    const offer = vscode.window.showInformationMessage(words.doctorDone(), words.copy()).then(async (choice) => {
      if (choice !== undefined) await vscode.env.clipboard.writeText(this.text);
    });
    offer.then(undefined, this.services.report);
    return this.text;
  }
}
