/** Configs in editors: each version of a text is checked once, whoever asks. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { checkConfig } from '../../config/check';
import type { CheckedConfig } from '../../config/check';
import { configFormat } from '../../config/format';
import type { Range } from '../../config/issues';
import type { Config } from '../../config/types';
import { configSelector } from '../../contributions';
import { isNamed } from '../../core/data-sets';
import type { DataFacts } from '../../core/data-sets';
import { lookAtData } from '../../formats/own-data';

/** What the files of a config's own data tell, and when they were looked at. */
interface Look {
  words: string;
  /** Absent until the look is over, and when there is nothing to see. */
  facts?: DataFacts | undefined;
  at: number;
}

/** While somebody types; the command line checks all trials of a sweep. */
const mostTrials = 50;

const checks = new WeakMap<vscode.TextDocument, { version: number; checked: CheckedConfig }>();
const looks = new WeakMap<vscode.TextDocument, Look>();

/** Milliseconds after which files may have changed. */
const fresh = 5_000;

// Made when it is first listened to: what only checks needs no editor around it.
let looked: vscode.EventEmitter<vscode.TextDocument> | undefined;

/** Files of a config's own data were looked at and tell something new: its check comes out differently now. */
export const onDidLook = (listener: (document: vscode.TextDocument) => void): vscode.Disposable =>
  (looked ??= new vscode.EventEmitter()).event(listener);

export function checkedDocument(document: vscode.TextDocument): CheckedConfig {
  const known = checks.get(document);
  if (known?.version === document.version) {
    if (known.checked.config) look(document, known.checked.config);
    return known.checked;
  }
  const [text, format] = [document.getText(), configFormat(document.uri.path)];
  const written = checkConfig(text, format, { mostTrials });
  const facts = written.config && look(document, written.config);
  const looked = facts && { data: written.config!.data, facts };
  const checked = looked ? checkConfig(text, format, { mostTrials, looked }) : written;
  checks.set(document, { version: document.version, checked });
  return checked;
}

/** What was last seen of a config's own data; looks again behind that when it was a while ago. */
function look(document: vscode.TextDocument, { data }: Config): DataFacts | undefined {
  // A path in a workspace that is not trusted may lead anywhere.
  if (isNamed(data.source) || document.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return undefined;
  const words = JSON.stringify(data);
  const known = looks.get(document);
  const same = known?.words === words ? known : undefined;
  if (same && Date.now() - same.at < fresh) return same.facts;
  const next: Look = { words, facts: same?.facts, at: Date.now() };
  looks.set(document, next);
  const tell = (facts: DataFacts | undefined): void => {
    if (looks.get(document) !== next || JSON.stringify(facts) === JSON.stringify(next.facts)) return;
    next.facts = facts;
    checks.delete(document);
    looked?.fire(document);
  };
  // Files that are not there yet, or are wrong: a run and `check` say so; here only what needs them is left out.
  lookAtData(data, [dirname(document.uri.fsPath)]).then(tell, () => tell(undefined));
  return next.facts;
}

/** The left side of a comparison is the past: it cannot be mended. */
const past = new Set(['git', 'gitlens', 'svn', 'vscode-local-history']);

export const isConfigDocument = (document: vscode.TextDocument): boolean =>
  !past.has(document.uri.scheme) && vscode.languages.match(configSelector, document) > 0;

export const toRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.column, end.line, end.column);
