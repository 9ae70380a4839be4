/**
 * npm test [-- --only LEVEL,LEVEL]: sets up what is missing, then every level of tests in order. The last line is the
 * total over all levels. A level that cannot run here is skipped with its reason; in CI (CI set) that is a failure.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { Failure, hostDirectory, root, say, start } from './lib/process.mjs';
import { checkNode, ensureModules } from './lib/setup.mjs';

/**
 * @typedef {{ passed: number; failed: number; skipped: number }} Counts
 * @typedef {{ chromium: string }} Context Path of the browser.
 * @typedef {object} Level
 * @property {string} id
 * @property {string} title
 * @property {boolean} [browser] Whether it needs Chromium.
 * @property {(context: Context) => Promise<Counts>} run
 */

/** The levels in order. Loaded late: they use installed packages. @returns {Promise<Level[]>} */
const loadLevels = async () => {
  const [fixed, vitest, host] = await Promise.all([
    import('./levels/static.mjs'),
    import('./levels/vitest.mjs'),
    import('./levels/host.mjs'),
  ]);
  const before = [fixed.typesLevel, fixed.lintLevel, fixed.buildLevel, vitest.unitLevel, vitest.viewLevel];
  return [...before, host.hostLevel, vitest.endToEndLevel];
};

/** @param {Level[]} levels @param {string[]} args */
const chosen = (levels, args) => {
  const at = args.indexOf('--only');
  if (at < 0) {
    if (args.length > 0) throw new Failure(`Unknown argument ${args[0]}. Use: npm test [-- --only LEVEL,LEVEL]`);
    return levels;
  }
  const names = (args[at + 1] ?? '').split(',');
  const unknown = names.find((name) => !levels.some((level) => level.id === name));
  if (unknown !== undefined)
    throw new Failure(`There is no level "${unknown}". Levels: ${levels.map((level) => level.id).join(', ')}.`);
  return levels.filter((level) => names.includes(level.id));
};

/** @param {Counts} counts */
const inWords = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Runs one level; a level that breaks, or ran nothing at all, is one failure. @param {Level} level @returns {Promise<Counts>} */
const runLevel = async (level) => {
  let chromium = '';
  if (level.browser) {
    const browser = await ensureChromium();
    if (!browser.path) {
      say(`SKIPPED: ${browser.reason}.`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    chromium = browser.path;
  }
  try {
    const counts = await level.run({ chromium });
    if (counts.passed + counts.failed + counts.skipped > 0) return counts;
    say('No test ran.');
  } catch (error) {
    say(error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error));
  }
  return { passed: 0, failed: 1, skipped: 0 };
};

start(async () => {
  checkNode();
  mkdirSync(hostDirectory, { recursive: true });
  await ensureModules();
  const wanted = chosen(await loadLevels(), process.argv.slice(2));
  // Pictures and logs of this run only; each level leaves its own here.
  rmSync(join(root, 'test-results'), { recursive: true, force: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  for (const level of wanted) {
    say(`\n== ${level.id}: ${level.title}`);
    const began = Date.now();
    const counts = await runLevel(level);
    if (process.env['CI'] && counts.skipped > 0) {
      say(`In CI what is skipped has failed (${counts.skipped}).`);
      counts.failed += counts.skipped;
      counts.skipped = 0;
    }
    const line = `${level.id.padEnd(6)} ${inWords(counts)} (${((Date.now() - began) / 1000).toFixed(1)} s)`;
    summary.push(line);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  say(`\n${summary.join('\n')}\n`);
  say(inWords(total));
  return total.failed > 0 ? 1 : 0;
});
