/** Configs that a command writes: an existing file is never replaced. */
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { cannotWrite, systemCode } from '../../formats/errors';

/**
 * Writes the first free of `stem.ending`, `stem-2.ending`, ...
 * @throws SparseError `file.*` where the folder cannot be written to
 */
export const writeNew = async (
  folder: vscode.Uri,
  { stem, ending, text }: { stem: string; ending: string; text: string },
): Promise<vscode.Uri> => {
  for (let n = 1; ; n++) {
    const uri = vscode.Uri.joinPath(folder, `${stem}${n === 1 ? '' : `-${n}`}${ending}`);
    try {
      await writeFile(uri.fsPath, text, { flag: 'wx' });
      return uri;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw cannotWrite(uri.fsPath, error);
    }
  }
};
