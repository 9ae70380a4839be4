/** Completion for YAML configs. JSON ones are completed by VS Code itself, from the contributed JSON Schema. */
import * as vscode from 'vscode';
import { completionsAt } from '../../config/complete';
import { configFormat } from '../../config/format';
import { isConfigDocument } from './document';

/** After `key:`, `-` and `{` comes a space, and then a word is wanted. */
export const completionTriggers = [' '];

export const completion: vscode.CompletionItemProvider = {
  provideCompletionItems(document, position) {
    if (!isConfigDocument(document) || configFormat(document.uri.path) !== 'yaml') return [];
    return completionsAt(document.getText(), document.offsetAt(position)).map((found, index) => {
      const kind = found.kind === 'key' ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember;
      const item = new vscode.CompletionItem(found.label, kind);
      item.insertText = new vscode.SnippetString(found.snippet);
      item.documentation = new vscode.MarkdownString(found.documentation);
      item.range = new vscode.Range(document.positionAt(found.span.start), document.positionAt(found.span.end));
      // In the order of the schema, which is the order in which a config is read.
      item.sortText = String(index).padStart(3, '0');
      if (found.more) item.command = { title: '', command: 'editor.action.triggerSuggest' };
      return item;
    });
  },
};
