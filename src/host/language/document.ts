/** Configs in editors: each version of a text is checked once, whoever asks. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { checkConfig } from '../../config/check';
import type { CheckedConfig, DataLook } from '../../config/checked';
import { dataOf } from '../../config/data-of';
import { configFormat } from '../../config/format';
import type { Range } from '../../config/issues';
import type { Config } from '../../config/types';
import { configSelector } from '../../contributions';
import { isDrawn } from '../../core/data-sets';
import { examineData } from '../../formats/own-data';
import type { Seen } from '../../formats/own-data';

/** What the files of a config's data tell, and when they were looked at. */
interface Look {
  words: string;
  /** Nothing until the look is over. */
  seen: readonly DataLook[];
  at: number;
}

/** While somebody types; the command line checks all trials of a sweep. */
const mostTrials = 50;
/** Different data of a sweep that is looked at in an editor. */
const mostLooks = 20;

interface Check {
  version: number;
  encoding: string;
  data: Config['data'][];
  checked: CheckedConfig;
}

const checks = new WeakMap<vscode.TextDocument, Check>();
const looks = new WeakMap<vscode.TextDocument, Look>();

/** Milliseconds after which files may have changed. */
const fresh = 5_000;

// Made when it is first listened to: what only checks needs no editor around it.
let looked: vscode.EventEmitter<vscode.TextDocument> | undefined;

/** Files of a config's data were looked at and tell something new: its check comes out differently now. */
export const onDidLook = (listener: (document: vscode.TextDocument) => void): vscode.Disposable =>
  (looked ??= new vscode.EventEmitter()).event(listener);

export function checkedDocument(document: vscode.TextDocument): CheckedConfig {
  const { version, encoding } = document;
  const known = checks.get(document);
  // Saved with another encoding, the text is of the same version.
  if (known?.version === version && known.encoding === encoding) {
    look(document, known.data);
    return known.checked;
  }
  const [text, format] = [document.getText(), configFormat(document.uri.path)];
  const options = { mostTrials, utf16: ['utf16le', 'utf16be'].includes(encoding) };
  const written = checkConfig(text, format, options);
  const data = dataOf(written, format).slice(0, mostLooks);
  const seen = look(document, data);
  const checked = seen.length > 0 ? checkConfig(text, format, { ...options, looked: seen }) : written;
  checks.set(document, { version, encoding, data, checked });
  return checked;
}

/** What is known of the files of a config's data, as its check took it. */
export const lookedOf = (document: vscode.TextDocument): readonly DataLook[] => looks.get(document)?.seen ?? [];

/** Files may have come or gone: each config that is open is looked at anew. */
export function lookAgain(): void {
  for (const document of vscode.workspace.textDocuments) {
    const known = looks.get(document);
    if (!known) continue;
    known.at = -Infinity;
    checkedDocument(document);
  }
}

/** What was last seen of a config's data; looks again behind that when it was a while ago. */
function look(document: vscode.TextDocument, all: readonly Config['data'][]): readonly DataLook[] {
  const data = all.filter(({ source }) => !isDrawn(source));
  // A path in a workspace that is not trusted may lead anywhere.
  if (data.length === 0 || document.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return [];
  const words = JSON.stringify(data);
  const known = looks.get(document);
  const same = known?.words === words ? known : undefined;
  if (same && Date.now() - same.at < fresh) return same.seen;
  const next: Look = { words, seen: same?.seen ?? [], at: Date.now() };
  looks.set(document, next);
  const tell = (seen: readonly DataLook[]): void => {
    if (looks.get(document) !== next || JSON.stringify(seen) === JSON.stringify(next.seen)) return;
    next.seen = seen;
    checks.delete(document);
    looked?.fire(document);
  };
  const folders = [dirname(document.uri.fsPath)];
  const looking = data.map(async (one) => ({ data: one, ...plain(await examineData(one, folders)) }));
  // What a look cannot say, a run does.
  Promise.all(looking).then(tell, () => tell([]));
  return next.seen;
}

/** Comparable as text. */
const plain = ({ facts, problem }: Seen): Seen => ({
  ...(facts && { facts }),
  ...(problem && { problem: { code: problem.code, message: problem.message } }),
});

/** The left side of a comparison is the past: it cannot be mended. */
const past = new Set(['git', 'gitlens', 'svn', 'vscode-local-history']);

export const isConfigDocument = (document: vscode.TextDocument): boolean =>
  !past.has(document.uri.scheme) && vscode.languages.match(configSelector, document) > 0;

export const toRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.column, end.line, end.column);
