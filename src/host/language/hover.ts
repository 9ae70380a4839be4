import * as vscode from 'vscode';
import { checkedDocument, isConfigDocument, toRange } from './document';
import { hoverAt } from './hover-text';

export const hover: vscode.HoverProvider = {
  provideHover(document, position) {
    if (!isConfigDocument(document)) return undefined;
    const found = hoverAt(checkedDocument(document), document.offsetAt(position));
    return found && new vscode.Hover(new vscode.MarkdownString(found.markdown), toRange(found.range));
  },
};
