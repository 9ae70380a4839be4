/** Levels that look at the code without running it, and the build. */
import { rmSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { capture, hostDirectory, say, tool } from '../lib/process.mjs';
import { build, packageExtension } from '../lib/setup.mjs';

/** @typedef {import('../test.mjs').Level} Level */

/**
 * Each check is one test; two at a time, since the type checker uses one core.
 * @param {{ title: string; command: [string, string[]] }[]} checks
 */
const runChecks = async (checks) => {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...checks];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const { code, output } = await capture(...check.command);
      say(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.title}`);
      if (code !== 0) say(output.trimEnd());
      counts[code === 0 ? 'passed' : 'failed']++;
    }
  };
  await Promise.all([worker(), worker()]);
  return counts;
};

/** @type {Level} */
export const typesLevel = {
  id: 'types',
  title: 'the type checker over every project',
  run: () =>
    runChecks(
      ['tsconfig.json', 'tsconfig.core.json', 'tsconfig.webview.json', 'tsconfig.test.json'].map((project) => ({
        title: project,
        command: tool('typescript/bin/tsc', ['-p', project, '--pretty', 'false']),
      })),
    ),
};

/** @type {Level} */
export const lintLevel = {
  id: 'lint',
  title: 'rules of the house, form, dead code',
  run: () =>
    runChecks([
      { title: 'eslint', command: tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0']) },
      { title: 'prettier', command: tool('prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn']) },
      { title: 'knip', command: tool('knip/bin/knip.js', ['--no-progress']) },
    ]),
};

/** Where the level leaves the packaged extension for those that install it. */
export const packagedExtension = join(hostDirectory, 'sparsescope.vsix');

/** @type {Level} */
export const buildLevel = {
  id: 'build',
  title: 'dist/ and the VSIX',
  run: async () => {
    mkdirSync(hostDirectory, { recursive: true });
    rmSync(packagedExtension, { force: true });
    await build();
    await packageExtension(packagedExtension);
    return { passed: 2, failed: 0, skipped: 0 };
  },
};
