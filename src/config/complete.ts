/** What can be written at a place of a YAML config that may not be finished: keys and words by context. */
import { defaultText, describeKey, valueText } from './describe';
import { keyPaths, objectsAt, schemaAt } from './schema-paths';
import { sharedKeys, variantsKey } from './schema-sweep';
import type { ObjectSchema, Schema } from './schema-types';
import type { Span } from './text';
import { itemPath, keyPath } from './tree';
import type { TreeNode } from './tree';
import { yamlTree } from './yaml-tree';

export interface Completion {
  label: string;
  kind: 'key' | 'value';
  /** In the syntax of VS Code's snippets. */
  snippet: string;
  /** Markdown. */
  documentation: string;
  /** The word that is replaced. */
  span: Span;
  /** A word from a list is expected next. */
  more: boolean;
}

/** Stands where the cursor is, so that what is unfinished there becomes something the parser understands. */
const marker = 'sparsescope-cursor';

interface Spot {
  /** Path of the map that has the marker as key, or of the value that is the marker. */
  path: string;
  kind: 'key' | 'value';
  /** Keys beside the marker. */
  siblings: string[];
  flow: boolean;
}

function findMarker(node: TreeNode, path = ''): Spot | undefined {
  if (node.kind === 'scalar')
    return node.value === marker ? { path, kind: 'value', siblings: [], flow: true } : undefined;
  if (node.kind === 'list')
    return node.items.map((item, index) => findMarker(item, itemPath(path, index))).find((spot) => spot !== undefined);
  const siblings = node.pairs.map(({ key }) => key).filter((key) => key !== marker);
  if (siblings.length < node.pairs.length) return { path, kind: 'key', siblings, flow: node.flow };
  return node.pairs.map(({ key, value }) => findMarker(value, keyPath(path, key))).find((spot) => spot !== undefined);
}

const spotIn = (text: string): Spot | undefined => {
  const { root } = yamlTree(text);
  return root && findMarker(root);
};

const escaped = (text: string): string => text.replaceAll(/[\\$}]/g, '\\$&');

/** What follows a key: a choice, the default to be typed over, the next line. */
function valueSnippet(schema: Schema, flow: boolean): string {
  if (schema.kind === 'object' || schema.kind === 'map' || schema.kind === 'sweep') return flow ? ' { $0 }' : '\n  $0';
  if (schema.kind === 'list') return schema.items.kind === 'union' && !flow && !schema.default ? '\n  - $0' : ' [$0]';
  const byDefault = defaultText(schema);
  const listed = schema.kind === 'enum' || schema.kind === 'union' || schema.kind === 'boolean';
  return listed || byDefault === undefined ? ' $0' : ` \${1:${escaped(byDefault)}}`;
}

/** Key paths that a grid can have: not those within one that it has, nor those around one. */
const axesOf = ({ siblings }: Spot, span: Span, hasColon: boolean): Completion[] =>
  keyPaths()
    .filter((path) => !sharedKeys.includes(path))
    .concat(variantsKey)
    .filter((path) => !siblings.some((other) => `${path}.`.startsWith(`${other}.`) || other.startsWith(`${path}.`)))
    .map((path) => ({
      label: path,
      kind: 'key',
      snippet: hasColon ? path : `${path}: [$0]`,
      documentation: describeKey(path)?.markdown ?? '',
      span,
      more: false,
    }));

function keysOf(spot: Spot, span: Span, hasColon: boolean): Completion[] {
  const fits = (object: ObjectSchema): boolean => spot.siblings.every((key) => Object.hasOwn(object.keys, key));
  if (spot.path === 'sweep') return axesOf(spot, span, hasColon);
  const objects = objectsAt(spot.path);
  // Beside `name` only what a layer with a name has.
  const open = objects.filter(fits);
  const offered = (open.length > 0 ? open : objects).flatMap(({ keys, exactlyOne = [], atMostOne = [] }) => {
    const choices = [exactlyOne, atMostOne];
    const taken = choices.filter((some) => some.some((key) => spot.siblings.includes(key))).flat();
    return Object.entries(keys)
      .filter(([key]) => !spot.siblings.includes(key) && !taken.includes(key))
      .map(([key, schema]) => ({
        label: key,
        kind: 'key' as const,
        snippet: hasColon ? key : `${key}:${valueSnippet(schema, spot.flow)}`,
        documentation: describeKey(keyPath(spot.path, key))?.markdown ?? '',
        span,
        more: !hasColon && ['enum', 'union', 'boolean'].includes(schema.kind),
      }));
  });
  // Several kinds of layer have a name.
  return offered.filter(({ label }, index) => offered.findIndex((other) => other.label === label) === index);
}

function valuesOf(schema: Schema, span: Span): Completion[] {
  const value = (label: string, documentation: string, snippet = escaped(label)): Completion => ({
    label,
    kind: 'value',
    snippet,
    documentation,
    span,
    more: false,
  });
  switch (schema.kind) {
    case 'enum':
      return schema.values.map((word) => value(String(word), valueText(schema, word)));
    case 'boolean':
      return ['true', 'false'].map((word) => value(word, schema.doc));
    case 'union':
      return schema.of.flatMap((option) => valuesOf(option, span));
    case 'object': {
      const [[key, inner], ...others] = Object.entries(schema.keys);
      if (others.length > 0) return [];
      const inside = inner.kind === 'list' ? '[$1]' : '$1';
      return [value(`{ ${key}: ... }`, schema.doc, `{ ${key}: ${inside} \\}`)];
    }
    case 'string':
    case 'integer':
    case 'number':
    case 'list':
    case 'map':
    case 'sweep':
      return [];
  }
}

/** `offset` into `text`, which is YAML without a byte order mark. */
export function completionsAt(text: string, offset: number): Completion[] {
  const line = /[^\r\n]*$/.exec(text.slice(0, offset))?.[0] ?? '';
  if (/(?:^|\s)#/.test(line)) return [];
  // A path within `sweep` is one word; elsewhere a dot stands in no key.
  const dotted = /^\s*[\w-]+\.[\w.-]*$|[{,]\s*[\w-]+\.[\w.-]*$/.test(line);
  const typed = (dotted ? /[\w.-]*$/ : /[\w-]*$/).exec(line)?.[0] ?? '';
  const rest = (dotted ? /^[\w.-]*/ : /^[\w-]*/).exec(text.slice(offset))?.[0] ?? '';
  const span = { start: offset - typed.length, end: offset + rest.length };
  const before = text.slice(0, span.start);
  const after = text.slice(span.end);
  const hasColon = /^[ \t]*:/.test(after);
  const prefix = line.slice(0, line.length - typed.length);
  // After `key:` stands a value; at the start of a line, after `-`, `{` or `,` a key or a value.
  if (!/^\s*$|[-{[,:]\s*$/.test(prefix)) return [];
  const asKey = /:\s*$/.test(prefix) ? undefined : spotIn(`${before}${marker}${hasColon ? '' : ': 0'}${after}`);
  const keys = asKey?.kind === 'key' ? keysOf(asKey, span, hasColon) : [];
  if (keys.length > 0 || hasColon) return keys;
  const asValue = /^\s*$|:$/.test(prefix) ? undefined : spotIn(`${before}${marker}${after}`);
  const schema = asValue?.kind === 'value' ? schemaAt(asValue.path) : undefined;
  return schema ? valuesOf(schema, span) : [];
}
