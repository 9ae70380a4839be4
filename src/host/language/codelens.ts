import * as vscode from 'vscode';
import { checkedDocument, isConfigDocument, onDidLook } from './document';
import type { Lens } from './lens-text';
import { lensesOf } from './lens-text';

/** Commands behind the lenses. */
export interface LensCommands {
  /** Takes the config's Uri. */
  runConfig: string;
  /** Takes the config's Uri. */
  previewData: string;
  /** Takes the config's Uri. */
  diagnoseSharing: string;
  /** Takes the config's Uri. */
  sweepConfig: string;
  showLayers: string;
}

export const codeLens = (commands: LensCommands): vscode.CodeLensProvider => {
  const toCommand = ({ title, action }: Lens, uri: vscode.Uri): vscode.Command => {
    switch (action) {
      case 'run':
        return { title, command: commands.runConfig, arguments: [uri] };
      case 'data':
        return { title, command: commands.previewData, arguments: [uri] };
      case 'sharing':
        return { title, command: commands.diagnoseSharing, arguments: [uri] };
      case 'sweep':
        return { title, command: commands.sweepConfig, arguments: [uri] };
      case 'layers':
        return { title, command: commands.showLayers };
      case 'problems':
        return { title, command: 'workbench.actions.view.problems' };
    }
  };
  return {
    onDidChangeCodeLenses: (listener, self) => onDidLook(() => void listener.call(self)),
    provideCodeLenses: (document) =>
      isConfigDocument(document)
        ? lensesOf(checkedDocument(document)).map((lens) => {
            const line = lens.line ?? 0;
            return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), toCommand(lens, document.uri));
          })
        : [],
  };
};
