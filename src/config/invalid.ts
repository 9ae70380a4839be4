/** What is thrown where a config must be without mistakes, and its issues as scripts get them. */
import { SparseError } from '../core/errors';
import { tooLarge } from './errors';
import { maxConfigBytes } from './format';
import type { ConfigIssue } from './issues';

/** Lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export const issueJson = ({ range, ...issue }: ConfigIssue): object => ({
  severity: issue.severity,
  code: issue.code,
  message: issue.message,
  path: issue.path,
  line: range.start.line + 1,
  column: range.start.column + 1,
  endLine: range.end.line + 1,
  endColumn: range.end.column + 1,
  ...(issue.suggestion && { suggestion: issue.suggestion }),
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
