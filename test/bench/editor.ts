/** What a person waits for in the editor, measured in a real VS Code with the packaged extension. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/lib/process.mjs';
import { startServer } from '../../scripts/lib/vscode-server.mjs';
import { Workbench } from '../e2e/workbench';
import { writeLargeFile } from './files';
import { rowOf, type BenchRow } from './row';

const rounds = 3;

/** Milliseconds that VS Code itself says the activation took. */
const activationTime = async (workbench: Workbench): Promise<number> => {
  await workbench.command('Developer: Show Running Extensions');
  const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Sparsescope' }).first();
  const text = await row.locator('.activation-time').textContent();
  const match = /(\d+)\s*ms/.exec(text ?? '');
  if (!match) throw new Error(`VS Code told no activation time: ${text ?? ''}`);
  await workbench.command('View: Close Editor');
  return Number(match[1]);
};

/** From the click on Run Config to the first mask that is drawn. */
const firstPicture = async (workbench: Workbench): Promise<number> => {
  await workbench.openFile('mlp7-eoi.sparse.yaml');
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Run Config' }).first();
  await lens.waitFor();
  const began = performance.now();
  await lens.click();
  await workbench.webview('[role=tabpanel] canvas');
  return performance.now() - began;
};

const openLargeFile = async (workbench: Workbench): Promise<number> => {
  await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'large.safetensors' }).waitFor();
  const began = performance.now();
  await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'large.safetensors' }).click();
  await workbench.webview('text=layers.fc0.weight');
  return performance.now() - began;
};

export const benchEditor = async (): Promise<BenchRow[]> => {
  const { SPARSESCOPE_CHROMIUM: chromium, SPARSESCOPE_VSIX: vsix } = process.env;
  if (!chromium || !vsix) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'sparsescope-bench-'));
  const times = { activation: [] as number[], cold: [] as number[], warm: [] as number[], large: [] as number[] };
  const settings = { 'workbench.colorTheme': 'Default Dark Modern', 'git.enabled': false };
  const env = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  const server = await startServer({ data: join(scratch, 'server'), settings, vsix, env });
  try {
    for (let round = 0; round < rounds; round++) {
      const folder = join(scratch, `examples-${round}`);
      cpSync(join(root, 'examples'), folder, { recursive: true, filter: (path) => !path.includes('.sparsescope') });
      writeLargeFile(join(folder, 'large.safetensors'));
      const workbench = await Workbench.open(folder, `http://127.0.0.1:${server.port}`, chromium);
      times.activation.push(await activationTime(workbench));
      times.large.push(await openLargeFile(workbench));
      times.cold.push(await firstPicture(workbench));
      await workbench.command('View: Close All Editors');
      times.warm.push(await firstPicture(workbench));
      await workbench.close();
    }
  } finally {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return [
    rowOf('extension activation', times.activation, 'as VS Code reports it'),
    rowOf('Run Config to first picture, engine not started', times.cold, 'MLP-7, headless Chromium'),
    rowOf('Run Config to first picture, engine warm', times.warm, 'while another run goes on'),
    rowOf('4 GiB safetensors: click to list of tensors', times.large, 'custom editor, headless Chromium'),
  ];
};
