/** Levels run by vitest: unit and golden, the webviews alone in a browser, the whole thing end to end. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, hostDirectory, run, say, tool } from '../lib/process.mjs';
import { ensureBuild, packageExtension } from '../lib/setup.mjs';
import { installServer } from '../lib/vscode-server.mjs';
import { packagedExtension } from './static.mjs';

/** @typedef {import('../test.mjs').Level} Level */

/**
 * Runs a vitest configuration and counts by its JSON report.
 * @param {string} name
 * @param {string} config
 * @param {Record<string, string>} [env]
 */
const runVitest = async (name, config, env = {}) => {
  const results = join(hostDirectory, 'results');
  mkdirSync(results, { recursive: true });
  const file = join(results, `${name}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const [command, args] = tool('vitest/vitest.mjs', ['run', '--config', config, ...reporters]);
  // Vite warns that a .ts configuration is ES module syntax in a CommonJS package; it is compiled, so it does not matter.
  const quiet = { VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' };
  const code = await run(command, args, { env: { ...process.env, ...quiet, ...env } });
  if (!existsSync(file)) throw new Failure(`vitest ended with exit code ${code} and left no report.`);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  // A file that does not load has no tests to count, and an unhandled rejection belongs to none.
  const broken = report.testResults.filter(
    (/** @type {{ status: string; assertionResults: { status: string }[] }} */ suite) =>
      suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  );
  counts.failed += broken.length;
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
};

/** @type {Level} */
export const unitLevel = {
  id: 'unit',
  title: 'unit and golden tests',
  run: async () => {
    await ensureBuild();
    return runVitest('unit', 'vitest.config.ts');
  },
};

/** @type {Level} */
export const viewLevel = {
  id: 'view',
  title: 'the webviews in Chromium, with a recorded run behind them',
  browser: true,
  run: async ({ chromium }) => {
    await ensureBuild();
    return runVitest('view', 'test/view/vitest.config.ts', { SPARSESCOPE_CHROMIUM: chromium });
  },
};

/** @type {Level} */
export const endToEndLevel = {
  id: 'e2e',
  title: 'the packaged extension in a real VS Code, by mouse and keyboard',
  browser: true,
  run: async ({ chromium }) => {
    await ensureBuild();
    await installServer();
    if (!existsSync(packagedExtension)) await packageExtension(packagedExtension);
    const env = { SPARSESCOPE_CHROMIUM: chromium, SPARSESCOPE_VSIX: packagedExtension };
    const counts = await runVitest('e2e', 'test/e2e/vitest.config.ts', env);
    say('Screenshots are in test-results/.');
    return counts;
  },
};
