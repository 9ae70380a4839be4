/** A config as it is written, before it means anything: the form in which YAML and JSON are alike. */
import type { PlainValue } from '../core/plain-value';
import type { Suggestion } from './issues';
import type { Span } from './text';

export interface ScalarNode {
  kind: 'scalar';
  value: string | number | boolean | null;
  span: Span;
}

export interface ListNode {
  kind: 'list';
  items: TreeNode[];
  span: Span;
}

export interface Pair {
  key: string;
  keySpan: Span;
  value: TreeNode;
}

export interface MapNode {
  kind: 'map';
  pairs: Pair[];
  /** Written with braces: pairs are set apart by commas, not by lines. */
  flow: boolean;
  span: Span;
}

export type TreeNode = ScalarNode | ListNode | MapNode;

/** A mistake in the writing itself. */
export interface SyntaxProblem {
  code: string;
  message: string;
  suggestion?: Suggestion | undefined;
  span: Span;
}

export interface Tree {
  /** Missing when nothing but white space and comments is there. */
  root?: TreeNode;
  problems: SyntaxProblem[];
}

export const keyPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
export const itemPath = (path: string, index: number): string => `${path}[${index}]`;

/** `model.layers[1].linear` → `['model', 'layers', 1, 'linear']`. */
export const pathSteps = (path: string): (string | number)[] =>
  [...path.matchAll(/\[\d+\]|[^.[\]]+/g)].map(([text]) => (text.startsWith('[') ? Number(text.slice(1, -1)) : text));

/** A place in the tree: the value, and its key where it has one. */
export interface Place {
  path: string;
  node: TreeNode;
  pair?: Pair;
  /** The map that holds `pair`. */
  parent?: MapNode;
}

/** The place of a path, or of its nearest ancestor that is written: `exact` tells which. */
export function findPlace(root: TreeNode, path: string): Place & { exact: boolean } {
  let place: Place = { path: '', node: root };
  for (const step of pathSteps(path)) {
    const { node } = place;
    if (typeof step === 'number') {
      const item = node.kind === 'list' ? node.items.at(step) : undefined;
      if (!item) return { ...place, exact: false };
      place = { path: itemPath(place.path, step), node: item };
    } else {
      const pair = node.kind === 'map' ? node.pairs.find(({ key }) => key === step) : undefined;
      if (!pair || node.kind !== 'map') return { ...place, exact: false };
      place = { path: keyPath(place.path, step), node: pair.value, pair, parent: node };
    }
  }
  return { ...place, exact: true };
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end;

export interface Hit {
  /** Path of the key or scalar at the offset. */
  path: string;
  /** On the key, not on its value. */
  onKey: boolean;
  span: Span;
}

/** The key or scalar at an offset; nothing between them. */
export function hitAt(node: TreeNode, offset: number, path = ''): Hit | undefined {
  if (!holds(node.span, offset)) return undefined;
  if (node.kind === 'scalar') return { path, onKey: false, span: node.span };
  if (node.kind === 'list')
    return node.items.map((item, index) => hitAt(item, offset, itemPath(path, index))).find((hit) => hit !== undefined);
  for (const { key, keySpan, value } of node.pairs) {
    const inner = keyPath(path, key);
    if (holds(keySpan, offset)) return { path: inner, onKey: true, span: keySpan };
    const hit = hitAt(value, offset, inner);
    if (hit) return hit;
  }
  return undefined;
}

/** The value at a path of a config; undefined where there is none. */
export function valueAt(config: object, path: string): unknown {
  let here: unknown = config;
  for (const step of pathSteps(path)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** What a tree says, without its places. */
export function plainValue(node: TreeNode): PlainValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  // Without a prototype: `__proto__` is a name like any other.
  const value = Object.create(null) as Record<string, PlainValue>;
  for (const { key, value: inner } of node.pairs) value[key] = plainValue(inner);
  return value;
}
