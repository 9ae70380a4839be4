/** Reads and checks a config as every command does. */
import { resolve } from 'node:path';
import { checkConfig } from '../config/check';
import { configFormat } from '../config/format';
import type { ConfigIssue } from '../config/issues';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { openFile } from '../formats/byte-source';
import { configInvalid, configTooLarge } from './errors';

export type UsableFile = CheckedFile & Required<Pick<CheckedFile, 'checked'>>;

const maxConfigBytes = 1 << 20;

export interface CheckedFile {
  /** As the person typed it, for messages. */
  name: string;
  /** Absolute. */
  path: string;
  text: string;
  issues: ConfigIssue[];
  /** Absent when an issue is an error. */
  checked?: { config: Config; plan: NetworkPlan };
}

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

/** A config that can be worked with. @throws SparseError `cli.config-invalid`, and as `readConfig` */
export async function usableConfig(name: string, tell: (issue: ConfigIssue) => void): Promise<UsableFile> {
  const file = await readConfig(name);
  const { checked, issues } = file;
  issues.forEach(tell);
  if (checked) return { ...file, checked };
  throw configInvalid(name, issues.filter(({ severity }) => severity === 'error').length, issues.map(issueJson));
}

/** @throws SparseError `file.*`, `cli.config-too-large` */
export async function readConfig(name: string): Promise<CheckedFile> {
  const path = resolve(name);
  const source = await openFile(path);
  try {
    if (source.size > maxConfigBytes) throw configTooLarge(name, maxConfigBytes);
    const text = new TextDecoder().decode(await source.read(0, source.size));
    const { config, plan, issues } = checkConfig(text, configFormat(path));
    const usable = config && plan && !issues.some(({ severity }) => severity === 'error');
    return { name, path, text, issues, ...(usable && { checked: { config, plan } }) };
  } finally {
    await source.close();
  }
}
