/**
 * Export from a webview: the person chooses the file, the bytes come in parts, the file appears whole or not at all.
 */
import * as vscode from 'vscode';
import { messageOf } from '../../core/errors';
import { writeAtomically } from '../../formats/atomic-file';
import type { SaveChunk } from '../../protocol/save';
import { saveFailed, saveOutOfOrder } from '../errors';

/** A picture or table larger than this is no export but a mistake. */
const maxSaveBytes = 512 << 20;

interface Saving {
  target: vscode.Uri;
  name: string;
  parts: Uint8Array[];
  bytes: number;
}

const write = async ({ target, name, parts }: Saving): Promise<void> => {
  if (target.scheme === 'file') return writeAtomically(target.fsPath, parts);
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
  } catch (error) {
    throw saveFailed(name, messageOf(error));
  }
};

/** One view's exports, one at a time. */
export class Saver {
  private saving: Saving | undefined;

  /** `beside`: folder proposed at first. */
  constructor(private readonly beside: vscode.Uri) {}

  /** Serves `save` of a view. Throws `host.save-out-of-order`, `host.save-failed` and the errors of writing. */
  async save(chunk: SaveChunk): Promise<{ saved: boolean }> {
    if (chunk.offset === 0) {
      const target = await this.ask(chunk.name);
      this.saving = target && { target, name: chunk.name, parts: [], bytes: 0 };
      if (!target) return { saved: false };
    }
    const saving = this.saving;
    if (!saving || saving.bytes !== chunk.offset || saving.bytes + chunk.bytes.byteLength > maxSaveBytes) {
      this.saving = undefined;
      throw saveOutOfOrder(chunk.name);
    }
    saving.parts.push(chunk.bytes);
    saving.bytes += chunk.bytes.byteLength;
    if (chunk.last) {
      this.saving = undefined;
      await write(saving);
    }
    return { saved: true };
  }

  private async ask(name: string): Promise<vscode.Uri | undefined> {
    // The name comes from a view: only its last part counts.
    const safe = name.replaceAll(/[/\\:]/g, '-');
    const extension = /\.(\w+)$/.exec(safe)?.[1] ?? '';
    return vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(this.beside, safe),
      ...(extension !== '' && { filters: { [extension.toUpperCase()]: [extension] } }),
    });
  }
}
