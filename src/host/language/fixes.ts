/** Quick fixes: the suggestion of each issue under the cursor, and where files of data are missing, their download. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions';
import { diagnosticSource } from './diagnostics';
import { checkedDocument, isConfigDocument, toRange } from './document';
import { words } from './words';

export const fixes: vscode.CodeActionProvider = {
  provideCodeActions(document, range, context) {
    if (!isConfigDocument(document)) return [];
    return checkedDocument(document).issues.flatMap(({ code, range: where, suggestion }) => {
      const place = toRange(where);
      const download = code === 'data.file-missing';
      if (!(suggestion ?? download) || !place.intersection(range)) return [];
      const title = suggestion?.title ?? words.download();
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      if (suggestion) {
        action.edit = new vscode.WorkspaceEdit();
        action.edit.replace(document.uri, place, suggestion.text);
      } else action.command = { title, command: 'sparsescope.downloadDataSet' satisfies CommandId };
      action.isPreferred = true;
      action.diagnostics = context.diagnostics.filter(
        (known) => known.source === diagnosticSource && known.code === code && known.range.isEqual(place),
      );
      return [action];
    });
  },
};
