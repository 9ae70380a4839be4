/** Diagnose Sharing: the panel of a config that shares weights; its theory has a page of its own. */
import * as vscode from 'vscode';
import { sharesNothing } from '../errors';
import { checkedDocument } from '../language/document';
import type { Services } from '../services';
import { pickConfig } from './pick';
import { checkDocument } from './run-commands';

export const diagnoseSharing = async (services: Services, config?: vscode.Uri): Promise<void> => {
  const document = await pickConfig(config instanceof vscode.Uri ? config : undefined);
  if (!document) return;
  checkDocument(document);
  const { config: parsed } = checkedDocument(document);
  if (parsed && !parsed.sharing) throw sharesNothing(vscode.workspace.asRelativePath(document.uri));
  services.sharing.show(document.uri.fsPath);
};
