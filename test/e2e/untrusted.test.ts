/** In a workspace that is not trusted everything can be looked at and nothing is run. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { capture, root } from '../../scripts/lib/process.mjs';
import { startServer } from '../../scripts/lib/vscode-server.mjs';
import { copyOf, openWorkbench, pictureFailures, scratchFolder } from './fixtures';
import { settings } from './setup';
import type { Workbench } from './workbench';

let server: Awaited<ReturnType<typeof startServer>>;
let workbench: Workbench;

beforeAll(async () => {
  const trust = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
  server = await startServer({
    data: scratchFolder('server'),
    settings: { ...settings, ...trust },
    vsix: inject('vsix'),
    trust: true,
    env: { EXTENSIONS_GALLERY: '{"serviceUrl":""}' },
  });
  const folder = copyOf('test/host/workspace');
  // What somebody else has run, and sent.
  const recorded = await capture(process.execPath, [join(root, 'dist/cli.js'), 'run', 'quick.sparse.yaml'], {
    cwd: folder,
  });
  expect(recorded.code, recorded.output).toBe(0);
  workbench = await openWorkbench(folder, `http://127.0.0.1:${server.port}`);
});
afterAll(async () => {
  await workbench.close();
  await server.stop();
});
pictureFailures(() => workbench);

it('underlines mistakes all the same', async () => {
  await workbench.statusBar('Restricted Mode').waitFor();
  await workbench.openFile('mistaken.sparse.yaml');
  await workbench.page.locator('.squiggly-error').first().waitFor();
});

it('refuses to run, with the reason', async () => {
  await workbench.openFile('quick.sparse.yaml');
  await workbench.configSeen();
  await workbench.command('Sparsescope: Run Config');
  const toast = workbench.notification(/trust/i).first();
  await toast.waitFor();
  expect(await toast.textContent()).toMatch(/not trusted/i);
  await workbench.screenshot('untrusted');
});

it('shows a recorded run', async () => {
  await workbench.command('View: Show Sparsescope');
  await workbench
    .treeRows('Runs')
    .filter({ hasText: /quick · run 1/ })
    .click();
  const panel = await workbench.webview('[role=tab]');
  const picture = panel.locator('[role=tabpanel] canvas:visible').first();
  await picture.waitFor();
  await expect.poll(() => workbench.colours(picture), { timeout: 90_000 }).toBeGreaterThan(2);
  await workbench.screenshot('untrusted-run');
});

it('shows a .safetensors file', async () => {
  await workbench.openInExplorer('.sparsescope', 'runs', 'quick-1', 'init.safetensors');
  await workbench.webview('text=layers.fc1.weight');
});

it('complained about nothing on the way', () => {
  expect(workbench.complaints).toEqual([]);
});
