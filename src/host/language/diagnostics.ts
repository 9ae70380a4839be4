/** Mistakes are underlined and listed under Problems a moment after the typing stops. */
import * as vscode from 'vscode';
import type { ConfigIssue } from '../../config/issues';
import type { Report } from '../log';
import { checkedDocument, isConfigDocument, onDidLook, toRange } from './document';

/** Milliseconds without a key press. */
const pause = 200;

export const diagnosticSource = 'sparsescope';

const toDiagnostic = (issue: ConfigIssue): vscode.Diagnostic => {
  const severity = issue.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(toRange(issue.range), issue.message, severity);
  diagnostic.source = diagnosticSource;
  diagnostic.code = issue.code;
  return diagnostic;
};

class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(diagnosticSource);
  private readonly timers = new Map<vscode.TextDocument, ReturnType<typeof setTimeout>>();

  constructor(private readonly report: Report) {}

  /** Checks now. */
  refresh(document: vscode.TextDocument): void {
    this.forget(document);
    if (document.isClosed || !isConfigDocument(document)) return;
    try {
      this.collection.set(document.uri, checkedDocument(document).issues.map(toDiagnostic));
    } catch (error) {
      this.report(error);
    }
  }

  /** Checks when the typing stops. */
  schedule(document: vscode.TextDocument): void {
    if (!isConfigDocument(document)) return;
    this.forget(document);
    this.timers.set(
      document,
      setTimeout(() => this.refresh(document), pause),
    );
  }

  close(document: vscode.TextDocument): void {
    this.forget(document);
    this.collection.delete(document.uri);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.collection.dispose();
  }

  private forget(document: vscode.TextDocument): void {
    clearTimeout(this.timers.get(document));
    this.timers.delete(document);
  }
}

export function registerDiagnostics(report: Report): vscode.Disposable {
  const diagnostics = new Diagnostics(report);
  for (const document of vscode.workspace.textDocuments) diagnostics.refresh(document);
  return vscode.Disposable.from(
    diagnostics,
    onDidLook((document) => diagnostics.refresh(document)),
    vscode.workspace.onDidOpenTextDocument((document) => diagnostics.refresh(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => diagnostics.schedule(document)),
    // Whoever comes back to a config may have fetched its data in between.
    vscode.window.onDidChangeActiveTextEditor((editor) => editor && diagnostics.refresh(editor.document)),
    vscode.workspace.onDidCloseTextDocument((document) => diagnostics.close(document)),
  );
}
