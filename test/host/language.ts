import assert from 'node:assert/strict';
import {
  commands,
  languages,
  MarkdownString,
  workspace,
  type CodeAction,
  type CodeLens,
  type CompletionList,
  type Hover,
  type Position as PositionType,
  type TextDocument,
} from 'vscode';
import { fileUri, openText, problemsOf, state, until } from './support';

/** Where a piece of text stands, `inside` characters into it. */
const placeOf = (document: TextDocument, text: string, inside = 1): PositionType => {
  const offset = document.getText().indexOf(text);
  assert.notEqual(offset, -1, `${text} is not in ${document.fileName}`);
  return document.positionAt(offset + inside);
};

const hoverText = async (document: TextDocument, place: PositionType): Promise<string> => {
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, place);
  return hovers
    .flatMap((hover) => hover.contents)
    .map((content) => (content instanceof MarkdownString ? content.value : JSON.stringify(content)))
    .join('\n');
};

export const languageJourneys = (): void =>
  void describe('a config in the editor', () => {
    it('underlines an unknown key, says which was meant, and mends it', async () => {
      const { document } = await openText('mistaken.sparse.yaml');
      const [problem, ...others] = await problemsOf('mistaken.sparse.yaml');
      assert.deepEqual(others, []);
      assert.equal(document.getText(problem.range), 'densty');
      assert.match(problem.message, /densty.*did you mean.*density/i);
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem.range,
      );
      const mend = actions.find((action) => action.edit);
      assert.ok(mend?.edit, `no quick fix among ${actions.map((action) => action.title).join(', ')}`);
      assert.ok(await workspace.applyEdit(mend.edit));
      assert.match(document.getText(), /^ {2}density: 0\.1$/m);
      await until('the problem to go', () => languages.getDiagnostics(document.uri).length === 0);
      await commands.executeCommand('workbench.action.files.revert');
    });

    it('refuses an impossible density with the nearest possible one', async () => {
      await openText('impossible.sparse.yaml');
      const problems = await problemsOf('impossible.sparse.yaml');
      // 1/784 for fc1, 1/32 for fc2.
      assert.match(problems.map((problem) => problem.message).join('\n'), /0\.0013|0\.00128|0\.03125|0\.0313/);
    });

    it('hovers tell the computed density and non-zeros', async () => {
      const { document } = await openText('quick.sparse.yaml');
      // 784 x 32 at density 0.25.
      assert.match(await hoverText(document, placeOf(document, 'name: fc1', 7)), /6[,. ]?272/);
      const density = await hoverText(document, placeOf(document, 'density: 0.25'));
      // (784 x 32 + 32 x 10) x 0.25 over the whole network.
      assert.match(density, /6[,. ]?352/);
    });

    it('offers to run above the first line', async () => {
      const { document } = await openText('quick.sparse.yaml');
      const lenses = await until('a CodeLens', async () => {
        const all = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
        return all.find((lens) => lens.command?.command === 'sparsescope.runConfig');
      });
      assert.equal(lenses.range.start.line, 0);
      assert.match(lenses.command!.title, /Run Config/);
    });

    it('offers to look at the data above its key', async () => {
      const { document } = await openText('quick.sparse.yaml');
      const lens = await until('a CodeLens of the data', async () => {
        const all = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
        return all.find(({ command }) => command?.command === 'sparsescope.previewData');
      });
      assert.match(document.lineAt(lens.range.start.line).text, /^data:/);
      assert.deepEqual(lens.command!.arguments?.map(String), [String(document.uri)]);
    });

    it('says that files of the data are missing until they are there, and offers to fetch them', async () => {
      const name = 'no-files.sparse.yaml';
      const text = 'version: 1\nmodel: { preset: mlp-7 }\ndata: { source: mnist, path: ./fetched, validation: 0.1 }\n';
      await workspace.fs.writeFile(fileUri(name), Buffer.from(text));
      const { document } = await openText(name);
      const [problem, ...others] = await problemsOf(name);
      assert.deepEqual(others, []);
      assert.equal(document.getText(problem.range), './fetched');
      assert.match(problem.message, /has no file train-images-idx3-ubyte.*Sparsescope: Download Data Set/);
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem.range,
      );
      assert.ok(actions.some(({ command }) => command?.command === 'sparsescope.downloadDataSet'));
      for (const file of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'])
        await workspace.fs.writeFile(fileUri(`fetched/${file}`), new Uint8Array());
      await until('the problem to go when the lenses are asked for again', async () => {
        await commands.executeCommand('vscode.executeCodeLensProvider', document.uri);
        return languages.getDiagnostics(document.uri).length === 0;
      });
      await workspace.fs.delete(fileUri(name));
      await workspace.fs.delete(fileUri('fetched'), { recursive: true });
    });

    it('completes a value with what is possible', async () => {
      const { document } = await openText('quick.sparse.yaml');
      const list = await commands.executeCommand<CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        placeOf(document, 'distribution: uniform', 'distribution: '.length),
      );
      const labels = list.items.map((item) => (typeof item.label === 'string' ? item.label : item.label.label));
      // A word that stands nowhere in the document: only the schema knows it.
      assert.ok(labels.includes('erk'), labels.slice(0, 20).join(', '));
    });

    it('shows the planned layers of the config in the editor', async () => {
      await openText('quick.sparse.yaml');
      const layers = await until('two planned layers', async () => {
        const { layers: rows } = await state();
        return rows.length === 2 ? rows : undefined;
      });
      assert.deepEqual(
        layers.map((layer) => layer.name),
        ['fc1', 'fc2'],
      );
      assert.match(layers[0].description, /32 × 784 · 0\.25/);
    });

    it('leaves other YAML files alone', async () => {
      const { document } = await openText('other.yaml');
      assert.deepEqual(languages.getDiagnostics(fileUri('other.yaml')), []);
      const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
      assert.deepEqual(
        lenses.filter((lens) => lens.command?.command.startsWith('sparsescope.')),
        [],
      );
    });
  });
