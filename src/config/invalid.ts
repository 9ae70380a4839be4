/** What is thrown where a config must be without mistakes, and its issues as scripts get them. */
import { SparseError } from '../core/errors';
import { tooLarge } from './errors';
import { maxConfigBytes } from './format';
import type { ConfigIssue, Range, Suggestion } from './issues';

const placeJson = ({ start, end }: Range): object => ({
  line: start.line + 1,
  column: start.column + 1,
  endLine: end.line + 1,
  endColumn: end.column + 1,
});

/** With a place of its own where that is not the issue's. */
const suggestionJson = ({ range, ...suggestion }: Suggestion): object => ({
  ...suggestion,
  ...(range && placeJson(range)),
});

/** Lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export const issueJson = ({ range, ...issue }: ConfigIssue): object => ({
  severity: issue.severity,
  code: issue.code,
  message: issue.message,
  path: issue.path,
  ...placeJson(range),
  ...(issue.suggestion && { suggestion: suggestionJson(issue.suggestion) }),
  ...(issue.others && { others: issue.others.map(suggestionJson) }),
});

/** `config.too-large`, for a file that is not even read. */
export const configTooLarge = (file: string): SparseError => {
  const { code, message } = tooLarge(maxConfigBytes);
  return new SparseError(code, `${file}: ${message}`);
};

/** `config.invalid` with the first mistake's place and sentence; all issues, warnings too, are its details. */
export function configInvalid(file: string, issues: readonly ConfigIssue[]): SparseError {
  const [first, ...others] = issues.filter(({ severity }) => severity === 'error');
  const { line, column } = first.range.start;
  const more =
    others.length === 0 ? '' : ` (and ${others.length} more ${others.length === 1 ? 'problem' : 'problems'})`;
  return new SparseError('config.invalid', `${file}:${line + 1}:${column + 1}: ${first.message}${more}`, {
    issues: issues.map(issueJson),
  });
}
