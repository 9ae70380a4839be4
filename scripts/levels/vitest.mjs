/** Levels run by vitest: unit and golden, the webviews alone in a browser, the whole thing end to end. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOfVitest } from '../lib/outcome.mjs';
import { Failure, hostDirectory, root, run, say, tool } from '../lib/process.mjs';
import { ensureBuild, packageExtension } from '../lib/setup.mjs';
import { installServer } from '../lib/vscode-server.mjs';
import { packagedExtension } from './static.mjs';

/** @typedef {import('../test.mjs').Level} Level */

/**
 * Runs a vitest configuration; what came of it is in its JSON report.
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
  return outcomeOfVitest(JSON.parse(readFileSync(file, 'utf8')), root, code);
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
  pictures: true,
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
  pictures: true,
  run: async ({ chromium }) => {
    await ensureBuild();
    await installServer();
    if (!existsSync(packagedExtension)) await packageExtension(packagedExtension);
    const env = { SPARSESCOPE_CHROMIUM: chromium, SPARSESCOPE_VSIX: packagedExtension };
    const outcome = await runVitest('e2e', 'test/e2e/vitest.config.ts', env);
    say('Screenshots are in test-results/e2e.');
    return outcome;
  },
};
