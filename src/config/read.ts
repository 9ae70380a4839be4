/** Reads a tree by the schema: values with defaults, and everything that is not as the schema says. */
import { withOthers } from '../core/errors';
import * as errors from './errors';
import type { Finding } from './finding';
import { expected, tellingKeys } from './expected';
import type { ConfigFormat } from './format';
import { readScalar } from './read-scalar';
import { homeOf } from './schema-paths';
import { plainDefault } from './schema-types';
import type { ListSchema, MapSchema, ObjectSchema, Schema, UnionSchema } from './schema-types';
import { nearest } from './suggest';
import type { Span, TextLines } from './text';
import { itemPath, keyPath } from './tree';
import type { MapNode, Pair, TreeNode } from './tree';
import { mapText, scalarText } from './write';

export interface PlacedFinding extends Finding {
  path: string;
  span: Span;
}

/** More than are ever shown. */
const mostFindings = 200;

/** Stands for a value that could not be read: what is wrong with it was said. */
const invalid = Symbol('invalid');

/** What a key has when it is not written. */
function defaultOf(schema: Schema): unknown {
  if (schema.kind === 'object')
    return Object.fromEntries(
      Object.entries(schema.keys)
        .filter(([, inner]) => !inner.optional)
        .map(([key, inner]) => [key, defaultOf(inner)]),
    );
  return schema.kind === 'map' ? {} : structuredClone(plainDefault(schema));
}

const emptyMap = (span: Span): MapNode => ({ kind: 'map', pairs: [], flow: true, span });
const isNothing = (node: TreeNode): boolean => node.kind === 'scalar' && node.value === null;

/** A sentence to go on with after a colon. */
const lowered = (doc: string): string => doc.charAt(0).toLowerCase() + doc.slice(1).replace(/\.$/, '');

const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** `a list`, `"5" (a text)`, `nothing`, `a mapping with "dropout"`. */
const foundText = (node: TreeNode): string => {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') {
    if (node.pairs.length === 0) return 'an empty mapping';
    const [{ key }, ...others] = node.pairs;
    return `a mapping with ${withOthers(quoted(key), others.length)}`;
  }
  if (node.value === null) return 'empty';
  return typeof node.value === 'string' ? `${quoted(node.value)} (a text)` : String(node.value);
};

export class Reader {
  readonly findings: PlacedFinding[] = [];

  constructor(
    private readonly lines: TextLines,
    private readonly format: ConfigFormat,
  ) {}

  read(schema: Schema, node: TreeNode, path: string): unknown {
    switch (schema.kind) {
      case 'object':
        return this.object(schema, node, path);
      case 'list':
        return this.list(schema, node, path);
      case 'map':
        return this.map(schema, node, path);
      case 'union':
        return this.union(schema, node, path);
      case 'sweep':
        // Its values are read as those of the keys they are for: sweep.ts.
        return undefined;
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
      case 'enum': {
        if (node.kind !== 'scalar')
          return this.say(errors.wrongType(path, foundText(node), expected(schema)), path, node.span);
        const result = readScalar(schema, node, path, this.lines.slice(node.span), this.format);
        return 'value' in result ? result.value : this.say(result.finding, path, node.span);
      }
    }
  }

  private say(finding: Finding, path: string, span: Span): typeof invalid {
    this.findings.push({ ...finding, path, span });
    return invalid;
  }

  /** Whether a node can be read by a schema: nothing is said about it. */
  private accepts(schema: Schema, node: TreeNode, path: string): boolean {
    const probe = new Reader(this.lines, this.format);
    probe.read(schema, node, path);
    return probe.findings.length === 0;
  }

  private object(schema: ObjectSchema, given: TreeNode, path: string): unknown {
    // `sparsity:` with everything below it commented out.
    const node = isNothing(given) ? emptyMap(given.span) : given;
    if (node.kind !== 'map') return this.notAnObject(schema, node, path);
    const values: Record<string, unknown> = {};
    const written = new Map<string, Pair>();
    const strangers: Pair[] = [];
    for (const pair of node.pairs)
      if (Object.hasOwn(schema.keys, pair.key)) written.set(pair.key, pair);
      else strangers.push(pair);
    for (const pair of strangers) this.unknownKey(schema, pair, path, written);
    const unknown = strangers.length > 0;
    for (const [key, inner] of Object.entries(schema.keys)) {
      const pair = written.get(key);
      const at = keyPath(path, key);
      if (pair) values[key] = this.read(inner, pair.value, at);
      else if (inner.required) {
        // A key that was not understood may be the one that is missing.
        if (!unknown) this.missing(inner, key, at, node);
      } else if (!inner.optional) values[key] = defaultOf(inner);
    }
    const choice = schema.exactlyOne?.filter((key) => written.has(key)) ?? [];
    if (schema.exactlyOne && choice.length !== 1 && !unknown) {
      const span = choice.length > 1 ? written.get(choice[1])!.keySpan : this.headOf(node);
      this.say(errors.chooseOne(path, schema.exactlyOne, choice.length), path, span);
    }
    return values;
  }

  private missing(schema: Schema, key: string, path: string, { pairs, flow, span }: MapNode): void {
    const first = pairs.at(0);
    const wanted = schema.kind === 'object' ? lowered(schema.doc) : `expected ${expected(schema)}`;
    // Where there is no choice, it can be written for the person: before the first key.
    const only = schema.kind === 'enum' && schema.values.length === 1 ? schema.values[0] : undefined;
    if (only === undefined || !first) {
      this.say(errors.missingKey(path, wanted), path, first?.keySpan ?? span);
      return;
    }
    const pair = `${scalarText(key, this.format)}: ${only}`;
    const { column } = this.lines.position(first.keySpan.start);
    const gap = flow ? ', ' : `\n${' '.repeat(column)}`;
    const suggestion = { text: `${pair}${gap}${this.lines.slice(first.keySpan)}`, title: `Add ${pair}` };
    this.say(errors.missingKey(path, wanted, suggestion), path, first.keySpan);
  }

  /** Where to say that something is not in a map: its first key, or all of it when it is small. */
  private headOf(node: MapNode): Span {
    return node.pairs.at(0)?.keySpan ?? node.span;
  }

  private notAnObject(schema: ObjectSchema, node: TreeNode, path: string): typeof invalid {
    if (path === '') return this.say(errors.notAMapping(), path, node.span);
    if (path === 'sparsity' && node.kind === 'scalar' && typeof node.value === 'number') {
      const density = Number((1 - node.value).toPrecision(12));
      const text = mapText('density', String(density), this.format);
      return this.say(errors.sparsityNotDensity(node.value, density, text), path, node.span);
    }
    const suggestion = this.wrapped(schema, node, path);
    return this.say(errors.wrongType(path, foundText(node), expected(schema), suggestion), path, node.span);
  }

  /** The node as the only value of an object: `45` as `{ fixed: 45 }`. */
  private wrapped(schema: ObjectSchema, node: TreeNode, path: string): { text: string; title: string } | undefined {
    if (isNothing(node) || node.kind === 'map') return undefined;
    const [key, ...others] = schema.exactlyOne ?? tellingKeys(schema);
    if (!schema.exactlyOne && others.length > 0) return undefined;
    if (!this.accepts(schema.keys[key], node, keyPath(path, key))) return undefined;
    const text = mapText(key, this.lines.slice(node.span), this.format);
    return { text, title: `Change to ${text}` };
  }

  private unknownKey(
    schema: ObjectSchema,
    { key, keySpan, value }: Pair,
    path: string,
    written: ReadonlyMap<string, Pair>,
  ): void {
    // Not a config at all: what each of its keys may have meant would take long and help nobody.
    if (this.findings.length >= mostFindings) return;
    const at = keyPath(path, key);
    const known = Object.keys(schema.keys);
    if (schema.later?.includes(key)) {
      this.say(errors.keyNotAvailable(at), at, keySpan);
      return;
    }
    if (key === 'sparsity' && value.kind === 'scalar' && typeof value.value === 'number' && known.includes('density')) {
      const density = Number((1 - value.value).toPrecision(12));
      const text = `${scalarText('density', this.format)}: ${density}`;
      const finding = errors.sparsityNotDensity(value.value, density, text);
      this.say(finding, at, { start: keySpan.start, end: value.span.end });
      return;
    }
    // A key that is there already is not the one that was meant.
    const free = known.filter((name) => !written.has(name));
    const aka = Object.fromEntries(known.map((name) => [name, schema.keys[name].aka ?? []]));
    const meant = nearest(key, free, aka);
    const home = homeOf(key);
    if (meant === undefined && home?.path === path)
      this.say(
        errors.oneOfThese(
          key,
          path,
          [...written.keys()].filter((other) => other !== key),
        ),
        at,
        keySpan,
      );
    else if (meant === undefined && home !== undefined)
      this.say(errors.misplacedKey(key, path, home.key, home.path), at, keySpan);
    else {
      const suggestion = meant && { text: scalarText(meant, this.format), title: `Change to ${meant}` };
      this.say(errors.unknownKey(key, path, suggestion || undefined, known), at, keySpan);
    }
  }

  private list(schema: ListSchema, node: TreeNode, path: string): unknown {
    if (node.kind !== 'list') {
      const text = `[${this.lines.slice(node.span)}]`;
      const fits =
        !isNothing(node) && schema.length === undefined && this.accepts(schema.items, node, itemPath(path, 0));
      const suggestion = fits ? { text, title: `Change to ${text}` } : undefined;
      return this.say(errors.wrongType(path, foundText(node), expected(schema), suggestion), path, node.span);
    }
    const { minItems = schema.length ?? 0, maxItems = schema.length ?? Infinity } = schema;
    const { length } = node.items;
    if (length < minItems || length > maxItems) {
      const wanted =
        minItems === maxItems ? `${minItems}` : length < minItems ? `at least ${minItems}` : `at most ${maxItems}`;
      return this.say(errors.listLength(path, length, wanted), path, node.span);
    }
    return node.items.map((item, index) => this.read(schema.items, item, itemPath(path, index)));
  }

  private map(schema: MapSchema, given: TreeNode, path: string): unknown {
    const node = isNothing(given) ? emptyMap(given.span) : given;
    if (node.kind !== 'map')
      return this.say(errors.wrongType(path, foundText(node), expected(schema)), path, node.span);
    if (node.pairs.length > schema.maxKeys)
      return this.say(errors.listLength(path, node.pairs.length, `at most ${schema.maxKeys}`), path, node.span);
    const { regex, words } = schema.keyPattern;
    // Without a prototype: `constructor` and `__proto__` are names like any other here.
    const values = Object.create(null) as Record<string, unknown>;
    for (const { key, keySpan, value } of node.pairs) {
      const at = keyPath(path, key);
      if (!new RegExp(regex).test(key)) this.say(errors.badName(path, key, words), path, keySpan);
      else values[key] = this.read(schema.values, value, at);
    }
    return values;
  }

  private union(schema: UnionSchema, node: TreeNode, path: string): unknown {
    const objects = schema.of.filter((option) => option.kind === 'object');
    if (node.kind === 'map' && objects.length > 0) {
      const keys = node.pairs.map(({ key }) => key);
      const known = (option: ObjectSchema): number =>
        keys.filter((key) => Object.hasOwn(option.keys, key) || option.later?.includes(key) === true).length;
      const most = Math.max(...objects.map(known));
      const like = (option: ObjectSchema): boolean =>
        keys.some((key) => nearest(key, Object.keys(option.keys)) !== undefined);
      // Of several the one with a key that fewest have: many layers have a name, but only one a pool.
      const having = (key: string): number => objects.filter((option) => Object.hasOwn(option.keys, key)).length;
      const rarest = (option: ObjectSchema): number =>
        Math.min(...keys.filter((key) => Object.hasOwn(option.keys, key)).map(having));
      const option =
        most > 0
          ? objects.filter((one) => known(one) === most).reduce((a, b) => (rarest(b) < rarest(a) ? b : a))
          : objects.find(like);
      if (option) return this.object(option, node, path);
    }
    const map = schema.of.find((option) => option.kind === 'map');
    if (map && node.kind === 'map') return this.read(map, node, path);
    const accepted = schema.of.find((option) => option.kind !== 'object' && this.accepts(option, node, path));
    if (accepted) return this.read(accepted, node, path);
    const kind = node.kind === 'scalar' ? typeof node.value : node.kind;
    const near = schema.of.find((option) =>
      option.kind === 'enum'
        ? kind === 'string'
        : option.kind === 'list'
          ? kind === 'list'
          : (option.kind === 'integer' || option.kind === 'number') && kind === 'number',
    );
    const suggestion = objects.map((option) => this.wrapped(option, node, path)).find((found) => found !== undefined);
    const wanted = expected(schema);
    if (near?.kind === 'enum' && node.kind === 'scalar' && !suggestion) {
      const result = readScalar(near, node, path, this.lines.slice(node.span), this.format, wanted);
      if ('finding' in result) return this.say(result.finding, path, node.span);
    }
    if (near && !suggestion) return this.read(near, node, path);
    return this.say(errors.wrongType(path, foundText(node), wanted, suggestion), path, node.span);
  }
}
