/** Edits of a config that a diagnosis suggests. */
import * as vscode from 'vscode';
import { configEdit, keyEdits } from '../../config/edit';
import { configFormat } from '../../config/format';
import { withoutByteOrderMark } from '../../config/text';
import type { SharingEdit } from '../../protocol/sharing';
import { editRefused } from '../errors';
import { checkedDocument } from '../language/document';

/** One edit, so that one undo takes it back; nothing where the text has no place for it. */
export function editOf(document: vscode.TextDocument, edits: readonly SharingEdit[]): vscode.WorkspaceEdit | undefined {
  const text = document.getText();
  const shift = text.length - withoutByteOrderMark(text).length;
  const { locateKey } = checkedDocument(document);
  const keys = keyEdits(edits, (path) => locateKey(path) !== undefined);
  const found = configEdit(text.slice(shift), configFormat(document.uri.path), keys);
  if (!found) return undefined;
  const [start, end] = [found.span.start, found.span.end].map((offset) => document.positionAt(offset + shift));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(start, end), found.text);
  return edit;
}

/**
 * The config is shown, so that the person sees what was done and can undo it.
 * @throws SparseError `host.edit-refused`
 */
export const editConfig = async (uri: vscode.Uri, edits: readonly SharingEdit[]): Promise<void> => {
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = editOf(document, edits);
  if (!edit || !(await vscode.workspace.applyEdit(edit)))
    throw editRefused(vscode.workspace.asRelativePath(uri), edits.map(({ path }) => path).join(', '));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preserveFocus: true });
};
