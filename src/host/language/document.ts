/** Configs in editors: each version of a text is checked once, whoever asks. */
import * as vscode from 'vscode';
import { checkConfig } from '../../config/check';
import type { CheckedConfig } from '../../config/check';
import { configFormat } from '../../config/format';
import type { Range } from '../../config/issues';
import { configSelector } from '../../contributions';

/** While somebody types; the command line checks all trials of a sweep. */
const mostTrials = 50;

const checks = new WeakMap<vscode.TextDocument, { version: number; checked: CheckedConfig }>();

export function checkedDocument(document: vscode.TextDocument): CheckedConfig {
  const known = checks.get(document);
  if (known?.version === document.version) return known.checked;
  const checked = checkConfig(document.getText(), configFormat(document.uri.path), mostTrials);
  checks.set(document, { version: document.version, checked });
  return checked;
}

/** The left side of a comparison is the past: it cannot be mended. */
const past = new Set(['git', 'gitlens', 'svn', 'vscode-local-history']);

export const isConfigDocument = (document: vscode.TextDocument): boolean =>
  !past.has(document.uri.scheme) && vscode.languages.match(configSelector, document) > 0;

export const toRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.column, end.line, end.column);
