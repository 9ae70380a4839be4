/** Text to config: syntax, words, types and bounds, each mistake with its place. What they mean together: check.ts. */
import * as errors from './errors';
import type { ConfigFormat } from './format';
import { configEdit } from './edit';
import type { KeyEdit } from './edit';
import type { ConfigIssue, Range, Suggestion } from './issues';
import { jsonTree } from './json-tree';
import type { Finding } from './finding';
import type { PlacedFinding } from './read';
import { Reader } from './read';
import { maxConfigBytes } from './format';
import { configSchema } from './schema';
import type { Span } from './text';
import { TextLines, withoutByteOrderMark } from './text';
import { findPlace, hitAt } from './tree';
import type { Hit, MapNode, Place, Tree, TreeNode } from './tree';
import { resolved } from './sharing';
import { sharingAndSparsity } from './sharing-errors';
import type { Config, ReadConfig } from './types';
import { yamlTree } from './yaml-tree';

export interface ParsedConfig {
  /** Only when there is no error. */
  config?: Config;
  issues: ConfigIssue[];
  /** Where the value of a path is written; `undefined` when it is not. */
  locate: (path: string) => Range | undefined;
  /** Where the key of a path is written. */
  locateKey: (path: string) => Range | undefined;
  /** The key or value at an offset into the text. */
  pathAt: (offset: number) => (Hit & { range: Range }) | undefined;
}

/** A config being read: what check.ts needs beside the result. */
export interface Reading extends ParsedConfig {
  lines: TextLines;
  format: ConfigFormat;
  /** The place of a path or of its nearest ancestor that is written. */
  place: (path: string) => Place & { exact: boolean };
  issue: (finding: Finding, path: string, span: Span) => ConfigIssue;
  /** The suggestion to set these keys, wherever they are; none where the text is not that of this config. */
  setting: (title: string, edits: readonly KeyEdit[]) => Suggestion | undefined;
}

/**
 * `utf16`: of the file; what its bytes are as UTF-8 has NULs between its letters, which no text has, and letters of other
 * encodings leave U+FFFD.
 */
const treeOf = (lines: TextLines, format: ConfigFormat, utf16: boolean): Tree => {
  const { text } = lines;
  const stray = text.search(/[\0\uFFFD]/u);
  if (utf16 || stray >= 0) {
    const start = utf16 ? 0 : stray;
    return {
      problems: [{ ...errors.wrongEncoding(), span: { start, end: lines.lineEnd(lines.position(start).line) } }],
    };
  }
  if (text.length > maxConfigBytes)
    return { problems: [{ ...errors.tooLarge(maxConfigBytes), span: { start: 0, end: lines.lineEnd(0) } }] };
  return format === 'json' ? jsonTree(text) : yamlTree(text);
};

/** Nobody reads more at once, and an editor draws each of them. */
const mostIssues = 100;

/** By place; of too many the first, errors before warnings. */
export const sorted = (issues: readonly ConfigIssue[]): ConfigIssue[] => {
  const byPlace = (a: ConfigIssue, b: ConfigIssue): number =>
    a.range.start.offset - b.range.start.offset || a.range.end.offset - b.range.end.offset;
  if (issues.length <= mostIssues) return [...issues].sort(byPlace);
  const bySeverity = (a: ConfigIssue, b: ConfigIssue): number => a.severity.localeCompare(b.severity, 'en');
  return [...issues]
    .sort((a, b) => bySeverity(a, b) || byPlace(a, b))
    .slice(0, mostIssues)
    .sort(byPlace);
};

const emptyMap: MapNode = { kind: 'map', pairs: [], flow: false, span: { start: 0, end: 0 } };

interface Meaning {
  config?: Config;
  findings: PlacedFinding[];
}

/** What a tree says by the schema. */
function meaning({ root, problems }: Tree, lines: TextLines, format: ConfigFormat): Meaning {
  // After a mistake in the writing, what the words seem to mean would be guesses.
  if (problems.length > 0) return { findings: problems.map((problem) => ({ ...problem, path: '' })) };
  if (!root) return { findings: [{ ...errors.empty(), path: '', span: { start: 0, end: lines.lineEnd(0) } }] };
  const reader = new Reader(lines, format);
  const value = reader.read(configSchema, root, '');
  const findings = [...reader.findings, ...bothSections(root)];
  // The table that read it is the table its type comes from.
  return findings.length === 0 ? { config: resolved(value as ReadConfig), findings } : { findings };
}

/** A network is sparse or shares its weights. */
function bothSections(root: TreeNode): PlacedFinding[] {
  if (root.kind !== 'map') return [];
  const sections: readonly string[] = configSchema.atMostOne;
  const given = root.pairs.filter(({ key }) => sections.includes(key));
  return given.length < 2 ? [] : [{ ...sharingAndSparsity(), path: given[1].key, span: given[1].keySpan }];
}

/** A config as it is written. */
export interface Written {
  lines: TextLines;
  format: ConfigFormat;
  tree: Tree;
  /** Of a trial, whose values stand in the sweep. */
  ofSweep?: true;
}

export function openConfig(source: string, format: ConfigFormat, utf16 = false): Written {
  const lines = new TextLines(withoutByteOrderMark(source));
  return { lines, format, tree: treeOf(lines, format, utf16) };
}

export function readConfig({ lines, format, tree, ofSweep }: Written): Reading {
  const issue = (finding: Finding, path: string, span: Span): ConfigIssue => {
    const { code, message, severity = 'error', suggestion, others = [] } = finding;
    const ways = { ...(suggestion && { suggestion }), ...(others.length > 0 && { others }) };
    return { code, severity, message, range: lines.range(span), path, ...ways };
  };
  const { config, findings } = meaning(tree, lines, format);
  const root = tree.root ?? emptyMap;
  const place = (path: string): Place & { exact: boolean } => findPlace(root, path);
  return {
    ...(config && { config }),
    issues: sorted(findings.map((found) => issue(found, found.path, found.span))),
    lines,
    format,
    place,
    issue,
    setting: (title, edits) => {
      const edit = ofSweep ? undefined : configEdit(lines.text, format, edits);
      return edit && { text: edit.text, title, range: lines.range(edit.span) };
    },
    locate: (path) => {
      const { exact, node } = place(path);
      return exact ? lines.range(node.span) : undefined;
    },
    locateKey: (path) => {
      const { exact, pair } = place(path);
      return exact && pair ? lines.range(pair.keySpan) : undefined;
    },
    pathAt: (offset) => {
      const hit = hitAt(root, offset);
      return hit && { ...hit, range: lines.range(hit.span) };
    },
  };
}

/** Never throws. `config` has every default filled in. */
export function parseConfig(text: string, format: ConfigFormat): ParsedConfig {
  const { config, issues, locate, locateKey, pathAt } = readConfig(openConfig(text, format));
  return { ...(config && { config }), issues, locate, locateKey, pathAt };
}
