/** Commands about files that are no runs: an example config, a checkpoint, a data set. */
import * as vscode from 'vscode';
import { tensorEditorType } from '../../contributions';
import { makeFolder } from '../../formats/make-folder';
import type { DataSetName } from '../../protocol/engine';
import { folderNotOnDisk } from '../errors';
import { exampleConfig } from '../example-config';
import type { Services } from '../services';
import { lookAgain } from '../language/document';
import { words } from '../words';
import { writeNew } from './new-file';
import { inform } from './register';
import { needTrust, withEngine } from './run-commands';

/** The first free of `mlp7-eoi.sparse.yaml`, `mlp7-eoi-2.sparse.yaml`, ... */
const example = { stem: 'mlp7-eoi', ending: '.sparse.yaml', text: exampleConfig };

/** Writes an example config into the workspace and opens it; with no folder open, as an untitled document. */
export const newConfig = async (): Promise<void> => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const document =
    folder?.scheme === 'file'
      ? await vscode.workspace.openTextDocument(await writeNew(folder, example))
      : await vscode.workspace.openTextDocument({ language: 'yaml', content: exampleConfig });
  await vscode.window.showTextDocument(document);
};

export const openCheckpoint = async (): Promise<void> => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    title: words.openCheckpoint(),
    openLabel: words.open(),
    filters: { safetensors: ['safetensors'] },
    ...(folder && { defaultUri: folder }),
  });
  const uri = chosen?.[0];
  if (uri) await vscode.commands.executeCommand('vscode.openWith', uri, tensorEditorType);
};

const chooseDataSet = async (): Promise<DataSetName | undefined> => {
  const names: DataSetName[] = ['mnist', 'cifar-10', 'cifar-100'];
  const items = names.map((name) => ({ label: name, detail: words.dataSetDetail[name](), name }));
  return (await vscode.window.showQuickPick(items, { placeHolder: words.pickDataSet() }))?.name;
};

/** `data` in the workspace, which is made only once it is chosen, or a folder anywhere. */
const chooseFolder = async (): Promise<vscode.Uri | undefined> => {
  const root = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  if (root) {
    const here = { label: 'data', description: words.inFolder(root.fsPath) };
    const other = { label: words.otherFolder() };
    const answer = await vscode.window.showQuickPick([here, other], { placeHolder: words.pickFolder() });
    if (answer !== other) return answer && vscode.Uri.joinPath(root, 'data');
  }
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: words.dataFolder(),
    ...(root && { defaultUri: root }),
  });
  return chosen?.[0];
};

/** Downloads and checks a data set; answers its files, or `undefined` when the choice was left. */
export const downloadDataSet = async (
  services: Services,
  given?: DataSetName,
  folder?: vscode.Uri,
): Promise<string[] | undefined> => {
  needTrust();
  const name = given ?? (await chooseDataSet());
  if (!name) return undefined;
  const target = folder ?? (await chooseFolder());
  if (!target) return undefined;
  if (target.scheme !== 'file') throw folderNotOnDisk(target.toString(true));
  const directory = target.fsPath;
  await makeFolder(directory);
  const { files } = await withEngine(
    services,
    words.downloading(name),
    vscode.ProgressLocation.Notification,
    (api, options) => api.downloadDataSet({ name, directory }, options),
  );
  lookAgain();
  inform(words.downloaded(name, files.length, directory), services.report);
  return files;
};
