import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import {
  commands,
  DiagnosticSeverity,
  extensions,
  languages,
  Uri,
  window,
  workspace,
  type CodeAction,
  type CodeLens,
  type Diagnostic,
} from 'vscode';
import type { TestState } from '../../src/contributions';
import { execute, fileUri, openText, problemsOf, state, until } from './support';

const file = 'mlp-roast.sparse.yaml';

type Panel = TestState['sharing'][number];

const untilPanel = (what: string, fits: (panel: Panel) => boolean): Promise<Panel> =>
  until(
    `the panel of ${file} to ${what}`,
    async () => (await state()).sharing.find((panel) => panel.config === fileUri(file).fsPath && fits(panel)),
    { look: async () => (await state()).sharing },
  );

export const sharingJourneys = (): void =>
  void describe('shared weights', () => {
    it('are diagnosed beside their config', async () => {
      const { extensionUri } = extensions.getExtension('sparsescope.sparsescope')!;
      copyFileSync(Uri.joinPath(extensionUri, 'examples', file).fsPath, fileUri(file).fsPath);
      const { document } = await openText(file);
      const lens = await until('a CodeLens', async () => {
        const all = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
        return all.find((one) => one.command?.command === 'sparsescope.diagnoseSharing');
      });
      assert.match(document.lineAt(lens.range.start.line).text, /^sharing:/);
      await execute('sparsescope.diagnoseSharing', document.uri);
      await untilPanel('ask', ({ asked }) => asked > 0);
    });

    it('are tested where the config stands', async () => {
      await execute('sparsescope.testPrediction', fileUri(file));
      const { tested } = await untilPanel('have a place tested', (panel) => panel.tested.length > 0);
      assert.deepEqual(tested, ['diverged']);
    });

    it('are mended by the edit that the predicted divergence suggests, which one undo takes back', async () => {
      const { document } = await openText(file);
      const before = document.getText();
      const problem = (await problemsOf(file)).find(({ message }) => message.includes('predicted to diverge'));
      assert.ok(problem);
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem.range,
      );
      const mend = actions.find(({ title, edit }) => edit && title.includes('stable-rps'));
      assert.ok(mend?.edit, `no such fix among ${actions.map(({ title }) => title).join(', ')}`);
      assert.ok(await workspace.applyEdit(mend.edit));
      assert.match(document.getText(), /method: stable-rps/);
      await until('the problem to go', () => languages.getDiagnostics(document.uri).length === 0);
      const { asked } = await untilPanel('be there', () => true);
      await document.save();
      await untilPanel('ask again', (panel) => panel.asked > asked);
      await window.showTextDocument(document);
      await commands.executeCommand('undo');
      assert.equal(document.getText(), before);
      await document.save();
    });

    it("are mended by the panel's own button, through its messages, which one undo takes back", async () => {
      const { document } = await openText(file);
      const before = document.getText();
      let id = 1e6;
      const send = (method: string, params: unknown): Thenable<void> =>
        // An id that the page itself has not come to: it waits for no answer to it.
        execute('sparsescope.test.send', fileUri(file).fsPath, { kind: 'call', id: id++, method, params });
      await send('measureSharing', { level: 'sharpness' });
      // What was measured is underlined with its own way out, until the text is another one.
      const isMeasured = ({ code }: Diagnostic): boolean => code === 'sharing.sharpness';
      const measured = await until('the sharpness to be underlined', () =>
        languages.getDiagnostics(document.uri).find(isMeasured),
      );
      assert.match(measured.message, /predicted to fail/);
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        measured.range,
      );
      const mend = actions.find(({ title, edit }) => edit && title.includes('scaler: theory'));
      assert.match(mend?.edit?.get(document.uri)[0].newText ?? '', /theory/);
      // Of the report that was measured: what was known before has other findings at these places.
      const suggestion = (title: string | null): boolean => title?.includes('stable-rps') ?? false;
      const { asked, fixes } = await untilPanel('suggest an edit', (panel) => panel.fixes.some(suggestion));
      // A finding that is not there changes nothing.
      await send('applySharingFix', { finding: fixes.length });
      await send('applySharingFix', { finding: fixes.findIndex(suggestion) });
      await until('the config to be edited', () => document.getText() !== before);
      assert.match(document.getText(), /method: stable-rps/);
      assert.equal(languages.getDiagnostics(document.uri).some(isMeasured), false);
      await untilPanel('diagnose it anew', (panel) => panel.asked > asked);
      assert.equal(window.activeTextEditor?.document.uri.fsPath, document.uri.fsPath);
      await openText(file);
      await commands.executeCommand('undo');
      assert.equal(document.getText(), before);
      await document.save();
    });

    it('are set against pruning in a sweep of its own, which replaces no file', async () => {
      const first = await execute('sparsescope.compareAtEqualMemory', fileUri(file));
      assert.equal(first?.fsPath, fileUri('mlp-roast-equal-memory.sparse.yaml').fsPath);
      const open = window.activeTextEditor?.document;
      assert.equal(open?.uri.fsPath, first.fsPath);
      assert.match(open.getText(), /name: stable-rps[\s\S]*name: snip[\s\S]*name: thinner/);
      assert.deepEqual(
        languages.getDiagnostics(first).filter(({ severity }) => severity === DiagnosticSeverity.Error),
        [],
      );
      const second = await execute('sparsescope.compareAtEqualMemory', fileUri(file));
      assert.ok(second && second.fsPath !== first.fsPath && existsSync(second.fsPath));
      // A sweep has no one memory to be compared with.
      assert.equal(await execute('sparsescope.compareAtEqualMemory', first), undefined);
      await commands.executeCommand('notifications.clearAll');
      await commands.executeCommand('workbench.action.closeAllEditors');
    });
  });
