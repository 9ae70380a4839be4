/** Quick fixes: the suggestion of each issue under the cursor. */
import * as vscode from 'vscode';
import { diagnosticSource } from './diagnostics';
import { checkedDocument, isConfigDocument, toRange } from './document';

export const fixes: vscode.CodeActionProvider = {
  provideCodeActions(document, range, context) {
    if (!isConfigDocument(document)) return [];
    return checkedDocument(document).issues.flatMap(({ code, range: where, suggestion }) => {
      const place = toRange(where);
      if (!suggestion || !place.intersection(range)) return [];
      const action = new vscode.CodeAction(suggestion.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, place, suggestion.text);
      action.isPreferred = true;
      action.diagnostics = context.diagnostics.filter(
        (known) => known.source === diagnosticSource && known.code === code && known.range.isEqual(place),
      );
      return [action];
    });
  },
};
