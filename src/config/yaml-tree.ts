/** YAML text as a tree with places. YAML 1.2 core: no merge keys, no tags; anchors within a bound. */
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser, visit } from 'yaml';
import type { CST, Document, Node, Pair as YamlPair, YAMLMap } from 'yaml';
import * as errors from './errors';
import type { Span } from './text';
import type { MapNode, SyntaxProblem, Tree, TreeNode } from './tree';

/** Far more than a person writes; each one is looked for in the whole document. */
const maxAliases = 100;
/**
 * No config is this deep. The library's recursion goes with the depth, and near the end of the stack V8 may end the
 * whole process while it compiles a regular expression: catching a RangeError would come too late.
 */
const maxDepth = 100;
/** What one MiB of text can hold; aliases could multiply it. */
const maxNodes = 600_000;

class Builder {
  readonly problems: SyntaxProblem[] = [];
  private aliases = 0;
  private nodes = 0;
  private depth = 0;
  /** While an aliased value is built: where the alias stands, so that mistakes are said where it is used. */
  private at: Span | undefined;

  constructor(
    private readonly document: Document,
    private readonly text: string,
  ) {}

  node(node: unknown, fallback: Span): TreeNode {
    const span = this.spanOf(node as Node | null, fallback);
    // Aliases can make a tree deeper and larger than its text.
    if (++this.nodes > maxNodes || this.depth > maxDepth) return this.tooMuch(span);
    this.depth++;
    const built = this.build(node, span);
    this.depth--;
    return built;
  }

  private tooMuch(span: Span): TreeNode {
    if (!this.problems.some(({ code }) => code === 'config.too-deep'))
      this.problems.push({ ...errors.tooDeep(maxDepth), span });
    return { kind: 'scalar', value: null, span };
  }

  private build(node: unknown, span: Span): TreeNode {
    if (isAlias(node)) return this.alias(node.source, span);
    if (isMap(node)) return this.map(node, span);
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.node(item, span)), span };
    const value: unknown = isScalar(node) ? node.value : null;
    const plain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
    return { kind: 'scalar', value: plain ? value : null, span };
  }

  private spanOf(node: Node | null, fallback: Span): Span {
    if (this.at) return this.at;
    if (!node?.range) return fallback;
    const [start, end] = node.range;
    // A block ends where the next line begins.
    return { start, end: start + this.text.slice(start, end).trimEnd().length };
  }

  private map(map: YAMLMap, span: Span): MapNode {
    const seen = new Set<string>();
    const pairs = map.items.flatMap((pair: YamlPair) => {
      const key = pair.key as Node;
      const keySpan = this.spanOf(key, span);
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.problems.push(this.oddKey(key, pair, map, keySpan));
        return [];
      }
      if (key.value === '<<') this.problems.push({ ...errors.mergeKey(), span: keySpan });
      else if (seen.has(key.value)) this.problems.push({ ...errors.duplicateKey(key.value), span: keySpan });
      seen.add(key.value);
      const after = { start: keySpan.end, end: keySpan.end };
      return [{ key: key.value, keySpan, value: this.node(pair.value, after) }];
    });
    return { kind: 'map', pairs, flow: map.flow === true, span };
  }

  /** A key that is no word. In `{ density: 0,1 }` it is the `1`. */
  private oddKey(key: Node, pair: YamlPair, map: YAMLMap, span: Span): SyntaxProblem {
    const before = map.items[map.items.indexOf(pair) - 1] as YamlPair<unknown, Node> | undefined;
    const whole = before?.value?.range;
    const comma = map.flow === true && pair.value === null && isScalar(key) && typeof key.value === 'number';
    const meant = comma && whole ? this.text.slice(whole[0], span.end).replace(/\s*,\s*/, '.') : '';
    return whole && /^\d+\.\d+$/.test(meant)
      ? { ...errors.decimalComma(meant), span: { start: whole[0], end: span.end } }
      : { ...errors.nonStringKey(), span };
  }

  private alias(name: string, span: Span): TreeNode {
    const nothing: TreeNode = { kind: 'scalar', value: null, span };
    if (++this.aliases > maxAliases || this.nodes > maxNodes) {
      if (this.aliases === maxAliases + 1) this.problems.push({ ...errors.tooManyAliases(maxAliases), span });
      return nothing;
    }
    const found = this.anchored(name, span);
    if (!found) {
      this.problems.push({ ...errors.unknownAlias(name), span });
      return nothing;
    }
    const outer = this.at;
    this.at = span;
    const node = this.node(found, span);
    this.at = outer;
    return node;
  }

  /** The last node with this anchor before the alias; one that holds the alias is not complete and does not count. */
  private anchored(name: string, before: Span): Node | undefined {
    let found: Node | undefined;
    visit(this.document, {
      Node: (_, node) => {
        const complete = (node.range?.[1] ?? Infinity) <= before.start;
        if (complete && 'anchor' in node && node.anchor === name) found = node;
      },
    });
    return found;
  }
}

/** Where the quote begins that is not closed: the library says where the file ends. */
const openQuote = (document: Document): number | undefined => {
  let last: number | undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') last = range?.[0];
    },
  });
  return last;
};

const problemsOf = (document: Document, text: string): SyntaxProblem[] => {
  const problems: SyntaxProblem[] = [];
  // What follows a first mistake is often a consequence of it.
  const first = document.errors.at(0);
  if (first) {
    const quote = first.code === 'MISSING_CHAR' && first.message.includes('quote') ? openQuote(document) : undefined;
    const [start, end] = quote === undefined ? first.pos : [quote, first.pos[1]];
    // A mistake over several lines is marked on its first.
    const line = /^[^\r\n]*/.exec(text.slice(start, end))?.[0].length ?? 0;
    problems.push({
      ...errors.yamlSyntax(quote === undefined ? first.code : 'QUOTE', first.message),
      span: { start, end: start + Math.max(line, 1) },
    });
  }
  for (const { pos, code } of document.warnings)
    if (code === 'TAG_RESOLVE_FAILED') problems.push({ ...errors.tag(), span: { start: pos[0], end: pos[1] } });
  const { explicit, version } = document.directives?.yaml ?? { explicit: false, version: '1.2' };
  if (explicit === true && version !== '1.2')
    problems.push({ ...errors.yamlVersion(version), span: { start: 0, end: 5 } });
  return problems;
};

/** What parseDocument of the library does, with a bound on the depth. Answers where the text is too deep, if it is. */
function parse(text: string): Document[] | { tooDeepAt: number } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > maxDepth) return { tooDeepAt: parser.offset };
  }
  tokens.push(...parser.end());
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    prettyErrors: false,
    // Looked for in the tree instead: the library compares every key with every other.
    uniqueKeys: false,
    keepSourceTokens: false,
  });
  return [...composer.compose(tokens, true, text.length)];
}

/**
 * `text` without a byte order mark. Never throws: a broken document gives what could be understood, and the problems.
 */
export function yamlTree(text: string): Tree {
  const documents = parse(text);
  if ('tooDeepAt' in documents) {
    const { tooDeepAt: start } = documents;
    return { problems: [{ ...errors.tooDeep(maxDepth), span: { start, end: Math.min(start + 1, text.length) } }] };
  }
  const [document, second] = documents as (Document | undefined)[];
  if (!document) return { problems: [] };
  const { contents } = document;
  const problems = problemsOf(document, text);
  if (second) {
    const start = second.range?.[0] ?? text.length;
    problems.push({ ...errors.secondDocument(), span: { start, end: Math.min(start + 3, text.length) } });
  }
  const empty = contents === null || (isScalar(contents) && contents.value === null && problems.length === 0);
  if (empty) return { problems };
  const builder = new Builder(document, text);
  const root = builder.node(contents, { start: 0, end: text.length });
  return { root, problems: [...problems, ...builder.problems] };
}
