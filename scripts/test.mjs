/**
 * npm test [-- --only LEVEL,LEVEL]: sets up what is missing, then every level of tests in order. The end is the table of
 * levels, every failure by name (a log is often cut to its end), and as the last line the total over all levels. A
 * level that cannot run here is skipped with its reason; in CI (CI set) that is a failure.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { failuresText, firstLines, skipsFailed } from './lib/outcome.mjs';
import { Failure, hostDirectory, root, say, start } from './lib/process.mjs';
import { checkNode, ensureModules } from './lib/setup.mjs';

/**
 * @typedef {import('./lib/outcome.mjs').Outcome} Outcome
 * @typedef {{ chromium: string }} Context Path of the browser.
 * @typedef {object} Level
 * @property {string} id
 * @property {string} title
 * @property {boolean} [browser] Whether it needs Chromium.
 * @property {boolean} [pictures] Whether it leaves pictures or logs in test-results/<id>.
 * @property {(context: Context) => Promise<Outcome>} run
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

/** @param {Outcome} outcome */
const inWords = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Runs one level; a level that breaks, or ran nothing at all, is one failure. @param {Level} level @returns {Promise<Outcome>} */
const runLevel = async (level) => {
  let chromium = '';
  if (level.browser) {
    const browser = await ensureChromium();
    if (!browser.path) {
      say(`SKIPPED: ${browser.reason}.`);
      const skips = [{ name: level.title, message: browser.reason ?? '' }];
      return { passed: 0, failed: 0, skipped: 1, skips };
    }
    chromium = browser.path;
  }
  // Pictures and logs of this run only. Those of a level that does not run are left to who looks at them.
  if (level.pictures) rmSync(join(root, 'test-results', level.id), { recursive: true, force: true });
  let message = 'No test ran.';
  try {
    const outcome = await level.run({ chromium });
    if (outcome.passed + outcome.failed + outcome.skipped > 0) return outcome;
  } catch (error) {
    message = error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error);
  }
  say(message);
  return { passed: 0, failed: 1, skipped: 0, failures: [{ name: level.title, message: firstLines(message) }] };
};

start(async () => {
  checkNode();
  mkdirSync(hostDirectory, { recursive: true });
  await ensureModules();
  const wanted = chosen(await loadLevels(), process.argv.slice(2));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  const levels = [];
  for (const level of wanted) {
    say(`\n== ${level.id}: ${level.title}`);
    const began = Date.now();
    let outcome = await runLevel(level);
    if (process.env['CI'] && outcome.skipped > 0) {
      say(`In CI what is skipped has failed (${outcome.skipped}).`);
      outcome = skipsFailed(outcome);
    }
    const line = `${level.id.padEnd(6)} ${inWords(outcome)} (${((Date.now() - began) / 1000).toFixed(1)} s)`;
    summary.push(line);
    levels.push({ level: level.id, outcome });
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
  }
  say(`\n${summary.join('\n')}\n`);
  const failures = failuresText(levels);
  if (failures !== '') say(`${failures}\n`);
  say(inWords(total));
  return total.failed > 0 ? 1 : 0;
});
