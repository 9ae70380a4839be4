/** JSON text as a tree with places: strict as RFC 8259, and up to the first mistake when there is one. */
import * as errors from './errors';
import type { Span } from './text';
import type { Pair, SyntaxProblem, Tree, TreeNode } from './tree';

/** The parser recurses; no config is this deep. */
const maxDepth = 100;

const whiteSpace = /[ \t\r\n]*/y;
const stringToken = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordToken = /[^\s,:{}[\]"]+/y;

class Parser {
  private at = 0;
  /** What is open at a mistake is kept as far as it goes. */
  readonly problems: SyntaxProblem[] = [];

  constructor(private readonly text: string) {}

  document(): TreeNode | undefined {
    this.space();
    if (this.at === this.text.length) return undefined;
    const root = this.value(0);
    if (this.problems.length > 0) return root;
    this.space();
    if (this.at < this.text.length) this.fail('the end of the file');
    return root;
  }

  private get broken(): boolean {
    return this.problems.length > 0;
  }

  private fail(expected: string): void {
    const token = this.match(wordToken) ?? this.text.slice(this.at, this.at + 1);
    const start = this.at;
    this.problems.push({
      ...errors.jsonSyntax(expected, token),
      span: { start, end: start + Math.max(1, token.length) },
    });
  }

  /** What the pattern matches here, without taking it. */
  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }

  private space(): void {
    this.at += this.match(whiteSpace)?.length ?? 0;
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(depth: number): TreeNode {
    this.space();
    const start = this.at;
    if (depth > maxDepth) {
      this.problems.push({ ...errors.tooDeep(maxDepth), span: { start, end: start + 1 } });
      return this.scalar(null, start);
    }
    if (this.take('{')) return this.map(start, depth);
    if (this.take('[')) return this.list(start, depth);
    const string = this.string();
    if (string !== undefined) return this.scalar(string, start);
    const number = this.match(numberToken);
    const word = this.match(wordToken);
    if (number !== undefined && number === word) {
      this.at += number.length;
      return this.scalar(Number(number), start);
    }
    if (word === 'true' || word === 'false' || word === 'null') {
      this.at += word.length;
      return this.scalar(word === 'null' ? null : word === 'true', start);
    }
    this.fail('a value');
    return this.scalar(null, start);
  }

  private scalar(value: string | number | boolean | null, start: number): TreeNode {
    return { kind: 'scalar', value, span: { start, end: this.at } };
  }

  private string(): string | undefined {
    const token = this.match(stringToken);
    if (token === undefined) return undefined;
    this.at += token.length;
    return JSON.parse(token) as string;
  }

  private list(start: number, depth: number): TreeNode {
    const items: TreeNode[] = [];
    if (!this.take(']'))
      for (;;) {
        items.push(this.value(depth + 1));
        if (this.broken || this.take(']')) break;
        if (!this.take(',')) {
          this.fail('`,` or `]`');
          break;
        }
      }
    return { kind: 'list', items, span: { start, end: this.at } };
  }

  private map(start: number, depth: number): TreeNode {
    const pairs: Pair[] = [];
    if (!this.take('}'))
      for (;;) {
        this.space();
        const keyStart = this.at;
        const key = this.string();
        if (key === undefined) {
          this.fail('a key in double quotes');
          break;
        }
        const keySpan: Span = { start: keyStart, end: this.at };
        if (!this.take(':')) {
          this.fail('`:`');
          break;
        }
        pairs.push({ key, keySpan, value: this.value(depth + 1) });
        if (this.broken || this.take('}')) break;
        if (!this.take(',')) {
          this.fail('`,` or `}`');
          break;
        }
      }
    return { kind: 'map', pairs, flow: true, span: { start, end: this.at } };
  }
}

function duplicates(node: TreeNode, problems: SyntaxProblem[]): void {
  if (node.kind === 'list') for (const item of node.items) duplicates(item, problems);
  if (node.kind !== 'map') return;
  const seen = new Set<string>();
  for (const { key, keySpan, value } of node.pairs) {
    if (seen.has(key)) problems.push({ ...errors.duplicateKey(key), span: keySpan });
    seen.add(key);
    duplicates(value, problems);
  }
}

/** `text` without a byte order mark. Never throws. */
export function jsonTree(text: string): Tree {
  const parser = new Parser(text);
  const root = parser.document();
  const { problems } = parser;
  if (root) duplicates(root, problems);
  return { ...(root && { root }), problems };
}
