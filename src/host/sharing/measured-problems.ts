/**
 * What a measurement predicts to fail is underlined in its config, with the edit that mends it, until the text is
 * another one.
 */
import * as vscode from 'vscode';
import { configSelector } from '../../contributions';
import type { SharingReport } from '../../protocol/sharing';
import { diagnosticSource } from '../language/diagnostics';
import { checkedDocument, toRange } from '../language/document';
import { editOf } from './edit-config';
import { measuredProblems } from './measured-text';
import type { MeasuredProblem } from './measured-text';

interface Underlined {
  problem: MeasuredProblem;
  diagnostic: vscode.Diagnostic;
}

export class MeasuredProblems implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(`${diagnosticSource}-measured`);
  /** By the config's address. */
  private readonly known = new Map<string, Underlined[]>();
  private readonly registrations: vscode.Disposable[];

  constructor() {
    this.registrations = [
      vscode.languages.registerCodeActionsProvider(configSelector, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.forget(document.uri);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
  }

  /** `report`: measured of the text that the config has now. */
  async show(uri: vscode.Uri, report: SharingReport): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    const underlined = measuredProblems(report, checkedDocument(document)).map((problem): Underlined => {
      const { range, message, code } = problem;
      const diagnostic = new vscode.Diagnostic(toRange(range), message, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = diagnosticSource;
      diagnostic.code = code;
      return { problem, diagnostic };
    });
    this.known.set(uri.toString(), underlined);
    this.collection.set(
      uri,
      underlined.map(({ diagnostic }) => diagnostic),
    );
  }

  forget(uri: vscode.Uri): void {
    this.known.delete(uri.toString());
    this.collection.delete(uri);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.known.get(document.uri.toString()) ?? []).flatMap(({ problem: { fix }, diagnostic }) => {
      const edit = fix && diagnostic.range.intersection(range) && editOf(document, fix.edits);
      if (!edit) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      action.diagnostics = [diagnostic];
      return [action];
    });
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    this.collection.dispose();
  }
}
