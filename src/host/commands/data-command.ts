/** Preview Data: the panel asks the engine itself, so that it can ask again. */
import * as vscode from 'vscode';
import type { DataPreview } from '../../protocol/data-preview';
import type { Services } from '../services';
import { words } from '../words';
import { pickConfig } from './pick';
import { needTrust, rootOf, withEngine } from './run-commands';

export const previewData = async (services: Services, config?: vscode.Uri): Promise<void> => {
  needTrust();
  const document = await pickConfig(config instanceof vscode.Uri ? config : undefined);
  if (document) services.previews.show(document.uri.fsPath);
};

/** What the engine says of a config's data, as the config is now. */
export const askForPreview = async (services: Pick<Services, 'engine'>, configPath: string): Promise<DataPreview> => {
  needTrust();
  const uri = vscode.Uri.file(configPath);
  const document = await vscode.workspace.openTextDocument(uri);
  return withEngine(
    services,
    words.readingData(vscode.workspace.asRelativePath(uri)),
    vscode.ProgressLocation.Notification,
    (api, options) => api.previewData({ configPath, configText: document.getText(), root: rootOf(uri) }, options),
  );
};
