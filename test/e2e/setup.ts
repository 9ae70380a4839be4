/** Once for all end-to-end tests: a VS Code server with the packaged extension in it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hostDirectory } from '../../scripts/lib/process.mjs';
import { startServer } from '../../scripts/lib/vscode-server.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the server. */
    origin: string;
    /** Folder for workspaces, emptied afterwards. */
    scratch: string;
  }
}

/** User settings of every window: nothing moves or opens by itself that a test did not ask for. */
export const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'git.enabled': false,
};

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const vsix = process.env['SPARSESCOPE_VSIX'];
  if (!vsix) throw new Error('SPARSESCOPE_VSIX names no VSIX: start these tests with npm test -- --only e2e');
  mkdirSync(join(hostDirectory, 'tmp'), { recursive: true });
  const scratch = mkdtempSync(join(hostDirectory, 'tmp/e2e-'));
  const env = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  const server = await startServer({ data: join(scratch, 'server'), settings, vsix, env });
  project.provide('origin', `http://127.0.0.1:${server.port}`);
  project.provide('scratch', scratch);
  return async () => {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
}
