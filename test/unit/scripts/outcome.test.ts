/** What `npm test` says at its end, from the reports of vitest. */
import { describe, expect, it } from 'vitest';
import { failuresText, firstLines, outcomeOfVitest, skipsFailed } from '../../../scripts/lib/outcome.mjs';

const report = {
  numPassedTests: 1,
  numFailedTests: 2,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [
    {
      name: '/repo/test/unit/a.test.ts',
      status: 'failed',
      assertionResults: [
        { ancestorTitles: ['a suite', 'of two'], title: 'holds', status: 'passed', failureMessages: [] },
        {
          ancestorTitles: ['a suite'],
          title: 'breaks',
          status: 'failed',
          failureMessages: ['\u001b[31mAssertionError\u001b[39m: expected 1 to be 2\n    at here'],
        },
        { ancestorTitles: [], title: 'also breaks', status: 'failed', failureMessages: ['\n\n  Error: late  \nmore'] },
        { ancestorTitles: [], title: 'needs torch', status: 'skipped' },
      ],
    },
    { name: '/repo/test/unit/b.test.ts', status: 'failed', message: 'Cannot find module ./b', assertionResults: [] },
    { name: '/repo/test/unit/c.test.ts', status: 'failed', message: '', assertionResults: [] },
  ],
};

describe('the end of npm test', () => {
  it('names every failed test by file, suite and title, with the first line of its message', () => {
    const outcome = outcomeOfVitest(report, '/repo', 1);
    expect(outcome).toMatchObject({ passed: 1, failed: 4, skipped: 1 });
    expect(failuresText([{ level: 'unit', outcome }]).split('\n')).toEqual([
      'Failed:',
      'unit: test/unit/a.test.ts > a suite > breaks',
      '    AssertionError: expected 1 to be 2',
      'unit: test/unit/a.test.ts > also breaks',
      '    Error: late',
      'unit: test/unit/b.test.ts',
      '    Cannot find module ./b',
      'unit: test/unit/c.test.ts',
      '    broke outside its tests, in a hook: its output above says why',
    ]);
  });

  it('says nothing without a failure, and what ended badly without one', () => {
    const good = { ...report, numFailedTests: 0, numPendingTests: 0, testResults: [] };
    expect(failuresText([{ level: 'unit', outcome: outcomeOfVitest(good, '/repo', 0) }])).toBe('');
    const outcome = outcomeOfVitest(good, '/repo', 1);
    expect(outcome.failed).toBe(1);
    expect(failuresText([{ level: 'unit', outcome }])).toContain('vitest\n    ended with exit code 1');
  });

  it('names what was skipped where that is a failure', () => {
    const outcome = skipsFailed(outcomeOfVitest(report, '/repo', 1));
    expect(outcome).toMatchObject({ failed: 5, skipped: 0 });
    expect(failuresText([{ level: 'unit', outcome }])).toContain(
      'unit: test/unit/a.test.ts > needs torch\n    skipped: skipped',
    );
  });

  it('counts those without a name, and cuts a line without an end', () => {
    expect(failuresText([{ level: 'host', outcome: { passed: 0, failed: 2, skipped: 0 } }])).toContain(
      'host: 2 more without a name',
    );
    expect(firstLines('x'.repeat(1000))).toHaveLength(300);
    expect(firstLines('Expected values to be equal:\n\n1 !== 2\nmore')).toBe('Expected values to be equal: 1 !== 2');
    expect(firstLines('\nfile.ts\n  1:2  error  Bad\nmore', 2)).toBe('file.ts 1:2  error  Bad');
  });
});
