/** What the editor knows of a config while it is typed: problems, fixes, hovers, lenses, completion. */
import * as vscode from 'vscode';
import { configSelector } from '../../contributions';
import type { Report } from '../log';
import type { LensCommands } from './codelens';
import { codeLens } from './codelens';
import { completion, completionTriggers } from './completion';
import { registerDiagnostics } from './diagnostics';
import { fixes } from './fixes';
import { hover } from './hover';

export const registerLanguageFeatures = (deps: { commands: LensCommands; report: Report }): vscode.Disposable =>
  vscode.Disposable.from(
    registerDiagnostics(deps.report),
    vscode.languages.registerCodeActionsProvider(configSelector, fixes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerHoverProvider(configSelector, hover),
    vscode.languages.registerCodeLensProvider(configSelector, codeLens(deps.commands)),
    vscode.languages.registerCompletionItemProvider(configSelector, completion, ...completionTriggers),
  );
