/** In a workspace that is not trusted everything can be looked at and nothing is run. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
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
  workbench = await openWorkbench(copyOf('test/host/workspace'), `http://127.0.0.1:${server.port}`);
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
  await workbench.command('Sparsescope: Run Config');
  const toast = workbench.notification(/trust/i).first();
  await toast.waitFor();
  expect(await toast.textContent()).toMatch(/not trusted/i);
  await workbench.screenshot('untrusted');
});
