/** Quick fixes: the suggestion of each issue under the cursor, and where files of data are missing, their download. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions';
import { diagnosticSource } from './diagnostics';
import { checkedDocument, isConfigDocument, toRange } from './document';
import { words } from './words';

function download(): vscode.CodeAction {
  const title = words.download();
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { title, command: 'sparsescope.downloadDataSet' satisfies CommandId };
  return action;
}

export const fixes: vscode.CodeActionProvider = {
  provideCodeActions(document, range, context) {
    if (!isConfigDocument(document)) return [];
    return checkedDocument(document).issues.flatMap(({ code, range: where, suggestion, others = [] }) => {
      const place = toRange(where);
      if (!place.intersection(range)) return [];
      const edits = [...(suggestion ? [suggestion] : []), ...others].map(({ title, text, range: own }) => {
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.edit = new vscode.WorkspaceEdit();
        action.edit.replace(document.uri, own ? toRange(own) : place, text);
        return action;
      });
      const actions = edits.length === 0 && code === 'data.file-missing' ? [download()] : edits;
      for (const [index, action] of actions.entries()) {
        action.isPreferred = index === 0;
        action.diagnostics = context.diagnostics.filter(
          (known) => known.source === diagnosticSource && known.code === code && known.range.isEqual(place),
        );
      }
      return actions;
    });
  },
};
