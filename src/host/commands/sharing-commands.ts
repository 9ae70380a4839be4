/**
 * Diagnose Sharing and Test Prediction: the panel of a config that shares weights. Its theory has a page of its own.
 */
import * as vscode from 'vscode';
import { sharesNothing } from '../errors';
import { checkedDocument } from '../language/document';
import type { Services } from '../services';
import { pickConfig } from './pick';
import { checkDocument, needTrust } from './run-commands';

/** @throws SparseError `host.shares-nothing` */
const pickShared = async (given: vscode.Uri | undefined): Promise<string | undefined> => {
  const document = await pickConfig(given instanceof vscode.Uri ? given : undefined);
  if (!document) return undefined;
  checkDocument(document);
  const { config } = checkedDocument(document);
  if (config && !config.sharing) throw sharesNothing(vscode.workspace.asRelativePath(document.uri));
  return document.uri.fsPath;
};

export const diagnoseSharing = async (services: Services, config?: vscode.Uri): Promise<void> => {
  const path = await pickShared(config);
  if (path !== undefined) services.sharing.show(path);
};

/** The test itself is the panel's, with its progress, its Cancel and what goes wrong. */
export const testPrediction = async (services: Services, config?: vscode.Uri): Promise<void> => {
  needTrust();
  const path = await pickShared(config);
  if (path !== undefined) services.sharing.test(path);
};
