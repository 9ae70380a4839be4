/** Once for all end-to-end tests: a VS Code server with the packaged extension in it. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hostDirectory } from '../../scripts/lib/process.mjs';
import { extensionHostLogs, startServer } from '../../scripts/lib/vscode-server.mjs';
import type {} from './fixtures';

/** User settings of every window: nothing moves or opens by itself that a test did not ask for. */
export const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'explorer.compactFolders': false,
  'git.enabled': false,
};

/** Entries of an extension host's log at level error that name this extension: an unhandled rejection is one. */
const errorsOfOurs = (log: string): string[] =>
  log.split(/\n(?=\d{4}-\d\d-\d\d )/).filter((entry) => entry.includes('[error]') && /sparsescope/i.test(entry));

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { SPARSESCOPE_VSIX: vsix, SPARSESCOPE_CHROMIUM: chromium } = process.env;
  if (!vsix || !chromium) throw new Error('Start these tests with: npm test -- --only e2e');
  mkdirSync(join(hostDirectory, 'tmp'), { recursive: true });
  const scratch = mkdtempSync(join(hostDirectory, 'tmp/e2e-'));
  const env = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  const server = await startServer({ data: join(scratch, 'server'), settings, vsix, env });
  project.provide('origin', `http://127.0.0.1:${server.port}`);
  project.provide('scratch', scratch);
  project.provide('vsix', vsix);
  project.provide('chromium', chromium);
  return async () => {
    await server.stop();
    // The servers of single tests have their folders beside the shared one.
    const logs = readdirSync(scratch)
      .filter((name) => name.startsWith('server'))
      .map((name) => extensionHostLogs(join(scratch, name)));
    rmSync(scratch, { recursive: true, force: true });
    const ours = logs.flatMap(errorsOfOurs);
    if (ours.length === 0) return;
    // What is thrown here vitest only prints: it would still end with 0.
    process.exitCode = 1;
    throw new Error(`The extension host logged errors of ours:\n${ours.join('\n')}`);
  };
}
