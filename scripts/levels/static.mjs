/** Levels that look at the code without running it, and the build. */
import { rmSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstLines } from '../lib/outcome.mjs';
import { capture, hostDirectory, say, tool } from '../lib/process.mjs';
import { build, packageExtension } from '../lib/setup.mjs';

/** @typedef {import('../test.mjs').Level} Level */

/**
 * Each check is one test; two at a time, since the type checker uses one core.
 * @param {{ title: string; command: [string, string[]] }[]} checks
 * @returns {Promise<import('../lib/outcome.mjs').Outcome>}
 */
const runChecks = async (checks) => {
  let passed = 0;
  /** @type {import('../lib/outcome.mjs').Told[]} */
  const failures = [];
  const queue = [...checks];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const { code, output } = await capture(...check.command);
      say(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.title}`);
      if (code === 0) {
        passed++;
        continue;
      }
      say(output.trimEnd());
      // Of ESLint and knip the first line is only the file or the kind of what is wrong.
      failures.push({ name: check.title, message: firstLines(output, 2) });
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed, failed: failures.length, skipped: 0, failures };
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
