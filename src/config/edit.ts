/** Sets keys in the text of a config and leaves everything else in it as it is, comments too. */
import type { Fix } from '../core/rps/diagnosis/finding';
import type { ConfigFormat } from './format';
import { jsonTree } from './json-tree';
import { TextLines } from './text';
import type { Span } from './text';
import { findPlace, pathSteps } from './tree';
import type { MapNode, Pair, Place, Tree, TreeNode } from './tree';
import { mapText, scalarText } from './write';
import { yamlTree } from './yaml-tree';

/** `value`: what is to stand at the path of keys; without it the key is taken out. */
export interface KeyEdit {
  path: string;
  value?: string | number | boolean;
}

/**
 * Of what a diagnosis suggests: null takes a key out that is there, and where the key `unless` is written, nothing is
 * done.
 */
export const keyEdits = (edits: readonly Fix['edits'][number][], isWritten: (path: string) => boolean): KeyEdit[] =>
  edits.flatMap(({ path, value, unless }) => {
    if (unless !== undefined && isWritten(unless)) return [];
    if (value !== null) return [{ path, value }];
    return isWritten(path) ? [{ path }] : [];
  });

/** What takes the place of a span of the text. */
export interface TextEdit {
  span: Span;
  text: string;
}

/** Where a value ends as a reader sees it: after its last word, not after the comments below. */
function endOf(node: TreeNode): number {
  if (node.kind !== 'map') return node.span.end;
  const last = node.pairs.at(-1);
  return node.flow || !last ? node.span.end : Math.max(last.keySpan.end, endOf(last.value));
}

const endOfPair = ({ keySpan, value }: Pair): number => Math.max(keySpan.end, endOf(value));

/** `a: { b: 1 }` of the keys a and b. */
const written = ([key, ...rest]: readonly string[], value: string, format: ConfigFormat): string =>
  `${scalarText(key, format)}: ${rest.reduceRight((inner, name) => mapText(name, inner, format), value)}`;

/** A pair after the last of a map. */
function added(map: MapNode, pair: string, lines: TextLines): TextEdit | undefined {
  const last = map.pairs.at(-1);
  if (!last) return map.flow ? { span: map.span, text: `{ ${pair} }` } : undefined;
  if (map.flow) return { span: { start: endOfPair(last), end: endOfPair(last) }, text: `, ${pair}` };
  const at = lines.lineEnd(lines.position(endOfPair(last)).line);
  const indent = ' '.repeat(lines.position(map.pairs[0].keySpan.start).column);
  return { span: { start: at, end: at }, text: `\n${indent}${pair}` };
}

/** A pair below a key that has nothing: `sharing:`. */
function begun({ pair, parent }: Place, text: string, lines: TextLines): TextEdit | undefined {
  if (!pair || !parent) return undefined;
  if (parent.flow) return { span: { start: pair.keySpan.end, end: endOfPair(pair) }, text: `: { ${text} }` };
  const { line, column } = lines.position(pair.keySpan.start);
  const at = lines.lineEnd(line);
  return { span: { start: at, end: at }, text: `\n${' '.repeat(column + 2)}${text}` };
}

/** A key with its value, and what sets it apart from its neighbours. */
function without(place: Place, lines: TextLines): TextEdit | undefined {
  const { pair, parent } = place;
  if (!pair || !parent) return undefined;
  const { pairs, flow, span } = parent;
  const at = pairs.indexOf(pair);
  const own = { start: pair.keySpan.start, end: endOfPair(pair) };
  if (flow && pairs.length === 1) return { span, text: '{}' };
  if (flow)
    return {
      span:
        at < pairs.length - 1
          ? { start: own.start, end: pairs[at + 1].keySpan.start }
          : { start: endOfPair(pairs[at - 1]), end: own.end },
      text: '',
    };
  const begin = own.start - lines.position(own.start).column;
  // Behind `- ` or `? ` the line is not the key's own.
  if (lines.slice({ start: begin, end: own.start }).trim() !== '') return undefined;
  return { span: { start: begin, end: lines.lineStart(lines.position(own.end).line + 1) }, text: '' };
}

function edited({ path, value }: KeyEdit, { root }: Tree, lines: TextLines, format: ConfigFormat) {
  if (!root) return undefined;
  const place = findPlace(root, path);
  if (value === undefined) return place.exact ? without(place, lines) : undefined;
  const text = scalarText(value, format);
  if (place.exact) {
    const { span } = place.node;
    // An empty value has no place of its own.
    const gap = span.start === span.end && place.pair?.keySpan.end === span.start - 1 ? ' ' : '';
    return { span, text: gap + text };
  }
  const steps = pathSteps(path).slice(pathSteps(place.path).length);
  const names = steps.filter((step) => typeof step === 'string');
  if (names.length < steps.length) return undefined;
  const pair = written(names, text, format);
  if (place.node.kind === 'map') return added(place.node, pair, lines);
  return place.node.kind === 'scalar' && place.node.value === null ? begun(place, pair, lines) : undefined;
}

/** One edit that makes one text the other. */
function difference(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { span: { start, end: before.length - end }, text: after.slice(start, after.length - end) };
}

/**
 * One edit of `text`, which has no byte order mark, after which the keys have these values; nothing where the text is
 * not as it would have to be: it does not parse, or a key is within a list that is not there.
 */
export function configEdit(text: string, format: ConfigFormat, edits: readonly KeyEdit[]): TextEdit | undefined {
  let now = text;
  for (const edit of edits) {
    const tree = format === 'json' ? jsonTree(now) : yamlTree(now);
    const lines = new TextLines(now);
    const found = tree.problems.length === 0 ? edited(edit, tree, lines, format) : undefined;
    if (!found) return undefined;
    now = now.slice(0, found.span.start) + found.text + now.slice(found.span.end);
  }
  return difference(text, now);
}
