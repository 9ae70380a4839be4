import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { ConfigIssue, Suggestion } from '../../../src/config/issues';
import { expectGolden } from '../../golden/golden';
import { badConfigs } from './bad-configs';
import { badNetworks } from './bad-networks';
import { badSharing } from './bad-sharing';

const all = [...badConfigs, ...badNetworks, ...badSharing];

const marked = (text: string, { range }: Pick<ConfigIssue, 'range'>): string =>
  JSON.stringify(text.replace('\uFEFF', '').slice(range.start.offset, range.end.offset));

const lines = (text: string, issue: ConfigIssue): string[] => {
  const { start, end } = issue.range;
  return [
    `  ${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1} ${issue.severity} ${issue.code} at ${marked(text, issue)}`,
    `    ${issue.message}`,
    ...waysOf(issue).map(
      ({ title, text: to, range }) =>
        `    > ${title}: ${JSON.stringify(to)}${range ? ` for ${marked(text, { range })} at ${range.start.line + 1}:${range.start.column + 1}` : ''}`,
    ),
  ];
};

const waysOf = ({ suggestion, others = [] }: ConfigIssue): Suggestion[] => [
  ...(suggestion ? [suggestion] : []),
  ...others,
];

describe('configs with something wrong', () => {
  it('are told what, where, what was expected and what to do', () => {
    const parts = all.map(({ what, text, format = 'yaml' }) => {
      const { issues } = checkConfig(text, format);
      return [`${what} (${format})`, ...issues.flatMap((issue) => lines(text, issue)), ''].join('\n');
    });
    expectGolden('config/bad-configs.txt', parts.join('\n'));
  });

  it.each(all)('$what: at least one issue, in the text, with a code and a whole sentence', ({ text, format }) => {
    const { issues, config, plan } = checkConfig(text, format ?? 'yaml');
    expect(issues).not.toEqual([]);
    for (const { code, message, range } of issues) {
      expect(code).toMatch(/^config\.[a-z]+(-[a-z]+)*$/);
      expect(message).toMatch(/^\S.*[.?]$/);
      expect(range.end.offset).toBeGreaterThanOrEqual(range.start.offset);
      expect(range.end.offset).toBeLessThanOrEqual(text.length);
    }
    const refused = issues.some(({ severity }) => severity === 'error');
    expect([config !== undefined, plan !== undefined]).toEqual([!refused, !refused]);
  });

  it.each(all)('$what: taking the suggestions makes it no worse', ({ text, format }) => {
    const before = checkConfig(text, format ?? 'yaml').issues;
    for (const issue of before)
      for (const { text: to, range: { start, end } = issue.range } of waysOf(issue)) {
        const bare = text.replace('\uFEFF', '');
        const mended = bare.slice(0, start.offset) + to + bare.slice(end.offset);
        const after = checkConfig(mended, format ?? 'yaml').issues;
        expect(after.filter(({ code, path }) => code === issue.code && path === issue.path)).toEqual([]);
        expect(after.length).toBeLessThan(Math.max(before.length, 2));
      }
  });
});
