/** What a level of tests answers, and the words in which its failures are told once more at the very end. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {{ name: string; message: string }} Told A test, by file > suite > test, and why it failed or was skipped.
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {Told[]} [failures] One for each that failed.
 * @property {Told[]} [skips] Those skipped that have a name.
 *
 * @typedef {object} VitestReport The parts used of what vitest's JSON reporter writes.
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {VitestFile[]} testResults
 * @typedef {{ name: string; status: string; message?: string; assertionResults: VitestTest[] }} VitestFile
 * @typedef {{ ancestorTitles: string[]; title: string; status: string; failureMessages?: string[] }} VitestTest
 */

/** A line of a diff can be as long as a data set. */
const longest = 300;

/** Of a hook that breaks, the report keeps no message. */
const outsideTests = 'broke outside its tests, in a hook: its output above says why';

/**
 * The first lines of a text that are not blank, as one: the rest of a message stands further above.
 * @param {string} text
 * @param {number} [count]
 */
export const firstLines = (text, count = 1) => {
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // `Expected values to be strictly equal:` says nothing yet.
  const line = lines.slice(0, lines[count - 1]?.endsWith(':') ? count + 1 : count).join(' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};

/**
 * @param {VitestReport} report
 * @param {string} root Folder that the names of files are told from.
 * @param {number} code With which vitest ended.
 * @returns {Outcome}
 */
export const outcomeOfVitest = (report, root, code) => {
  /** @param {VitestFile} file @param {VitestTest} [test] */
  const nameOf = (file, test) =>
    [relative(root, file.name), ...(test ? [...test.ancestorTitles, test.title] : [])].join(' > ');
  const tests = report.testResults.flatMap((file) => file.assertionResults.map((test) => ({ file, test })));
  const failures = tests
    .filter(({ test }) => test.status === 'failed')
    .map(({ file, test }) => ({ name: nameOf(file, test), message: firstLines(test.failureMessages?.[0] ?? '') }));
  const skips = tests
    .filter(({ test }) => !['passed', 'failed'].includes(test.status))
    .map(({ file, test }) => ({ name: nameOf(file, test), message: test.status }));
  // A file that does not load, or whose hooks break, has no failed test to count.
  for (const file of report.testResults)
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      failures.push({ name: nameOf(file), message: firstLines(file.message ?? '') || outsideTests });
  // An unhandled rejection belongs to no file.
  if (code !== 0 && failures.length === 0)
    failures.push({
      name: 'vitest',
      message: `ended with exit code ${code} though no test failed: its output says why`,
    });
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: failures.length, skipped, failures, skips };
};

/**
 * An outcome in which what was skipped has failed, as it does in CI.
 * @param {Outcome} outcome
 * @returns {Outcome}
 */
export const skipsFailed = ({ passed, failed, skipped, failures = [], skips = [] }) => ({
  passed,
  failed: failed + skipped,
  skipped: 0,
  failures: [...failures, ...skips.map(({ name, message }) => ({ name, message: `skipped: ${message}` }))],
});

/**
 * Every failure in two lines, ordered by level; empty without any.
 * @param {{ level: string; outcome: Outcome }[]} levels
 */
export const failuresText = (levels) => {
  const lines = levels.flatMap(({ level, outcome: { failed, failures = [] } }) => {
    const told = failures.flatMap(({ name, message }) => [`${level}: ${name}`, `    ${message || '(no message)'}`]);
    const untold = failed - failures.length;
    return untold > 0 ? [...told, `${level}: ${untold} more without a name; see above`] : told;
  });
  return lines.length === 0 ? '' : `Failed:\n${lines.join('\n')}`;
};
