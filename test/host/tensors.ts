import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { TabInputCustom, commands, window } from 'vscode';
import { tensorEditorType } from '../../src/contributions';
import { writeSafetensors } from '../../src/formats/safetensors';
import { fileUri, state, until } from './support';

const openInEditor = async (name: string): Promise<void> => {
  const uri = fileUri(name);
  await commands.executeCommand('vscode.open', uri);
  const input = await until('the custom editor', () => {
    const active = window.tabGroups.activeTabGroup.activeTab?.input;
    return active instanceof TabInputCustom ? active : undefined;
  });
  assert.equal(input.viewType, tensorEditorType);
  assert.equal(input.uri.toString(), uri.toString());
  await until(
    `the page of ${name} to ask`,
    async () => (await state()).tensorEditors.some((editor) => editor.uri === uri.toString() && editor.calls > 0),
    { look: async () => (await state()).tensorEditors },
  );
};

export const tensorJourneys = (): void =>
  void describe('a .safetensors file', () => {
    it('opens in the custom editor', async () => {
      const data = Float32Array.from({ length: 64 * 48 }, (_, i) => (i % 7 === 0 ? i : 0));
      const path = fileUri('good.safetensors').fsPath;
      await writeSafetensors(path, [{ name: 'a.weight', dtype: 'F32', shape: [64, 48], data }], { by: 'a test' });
      await openInEditor('good.safetensors');
    });

    // What its page says then is read in test/e2e/mistakes.test.ts: nothing in here can look into a webview.
    it('that lies about its header opens too', async () => {
      const lie = Buffer.alloc(16);
      lie.writeBigUInt64LE(1n << 40n);
      writeFileSync(fileUri('lying.safetensors').fsPath, lie);
      await openInEditor('lying.safetensors');
    });

    it('closes without a trace', async () => {
      await commands.executeCommand('workbench.action.closeAllEditors');
      await until('no editor to be open', async () => (await state()).tensorEditors.length === 0);
    });
  });
