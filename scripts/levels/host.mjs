/** The integration tests: mocha inside the extension host of a real VS Code, which a headless Chromium opens. */
import { build as bundle } from 'esbuild';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArguments } from '../lib/chromium.mjs';
import { Failure, hostDirectory, root, say } from '../lib/process.mjs';
import { ensureBuild } from '../lib/setup.mjs';
import { extensionHostLogs, installServer, startServer } from '../lib/vscode-server.mjs';

/** @typedef {import('../test.mjs').Level} Level */

const longest = 5 * 60_000;

const pictures = join(root, 'test-results/host');

/** One file that exports `run`: the standard contract of `extensionTestsPath`. @param {string} folder */
const bundleTests = async (folder) => {
  const outfile = join(folder, 'tests.js');
  await bundle({
    entryPoints: [join(root, 'test/host/index.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
    outfile,
  });
  return outfile;
};

/** Opens the workbench with the tests as its payload. @param {string} url @param {string} executablePath */
const drive = async (url, executablePath) => {
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    /** @type {Promise<number>} */
    const ended = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _, /** @type {unknown[]} */ args) => {
      const line = args.map(String).join(' ');
      if (line.startsWith('[test] ')) say(line.slice('[test] '.length));
    });
    await page.goto(url);
    const late = new Promise((resolve) => setTimeout(() => resolve(undefined), longest).unref());
    const code = await Promise.race([ended, late]);
    if (code !== 0) await page.screenshot({ path: join(pictures, 'failure.png') });
    // Leaving the page ends its extension host; a vanished browser would be waited for.
    await page.goto('about:blank');
    return code;
  } finally {
    await browser.close();
  }
};

/** @type {Level} */
export const hostLevel = {
  id: 'host',
  title: 'the extension in its host: a real VS Code server, opened in Chromium',
  browser: true,
  pictures: true,
  run: async (context) => {
    await ensureBuild();
    await installServer();
    mkdirSync(join(hostDirectory, 'tmp'), { recursive: true });
    const folder = mkdtempSync(join(hostDirectory, 'tmp/host-'));
    const workspace = join(folder, 'workspace');
    cpSync(join(root, 'test/host/workspace'), workspace, { recursive: true });
    const results = join(folder, 'results.json');
    const tests = await bundleTests(folder);
    const server = await startServer({
      data: join(folder, 'server'),
      settings: { 'security.workspace.trust.enabled': false, 'git.enabled': false },
      env: { SPARSESCOPE_TEST_RESULTS: results, EXTENSIONS_GALLERY: '{"serviceUrl":""}' },
    });
    try {
      const remote = `vscode-remote://127.0.0.1:${server.port}`;
      const code = await drive(
        server.url(workspace, [
          ['extensionDevelopmentPath', remote + root],
          ['extensionTestsPath', remote + tests],
          ['skipWelcome', 'true'],
        ]),
        context.chromium,
      );
      const log = extensionHostLogs(join(folder, 'server'));
      if (code !== 0) {
        const kept = join(pictures, 'host.log');
        mkdirSync(pictures, { recursive: true });
        writeFileSync(kept, `${log}\n${readFileSync(server.log, 'utf8')}`);
        say(`Logs of the extension host: ${kept}`);
      }
      if (!existsSync(results)) throw new Failure('The extension host ran no tests.');
      // Written after every test: of tests that never end it says which was the last.
      const { running, ...outcome } = JSON.parse(readFileSync(results, 'utf8'));
      if (code !== 0 && (code === undefined || outcome.failed === 0)) {
        const how = code === undefined ? `did not end within ${longest / 60_000} minutes` : `ended with code ${code}`;
        const message = `The extension host ${how}.`;
        say(message);
        outcome.failed++;
        outcome.failures.push({ name: running, message });
      }
      return outcome;
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
