/**
 * A strict parser of the safetensors header. JSON.parse would hide duplicate names, accept any shape of tree and
 * build it whatever it costs; this one accepts the header's grammar only and stops at the first character outside it.
 */
import { isDtype, dtypeBits } from './dtypes';
import type { Dtype } from './dtypes';
import * as errors from './errors';

/** One tensor as the header has it; offsets count from the end of the header. */
export interface HeaderTensor {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

export interface Header {
  metadata: Record<string, string>;
  tensors: HeaderTensor[];
}

/** The most axes of NumPy and PyTorch. */
const maxAxes = 64;

const quoteMark = 0x22;
const backslash = 0x5c;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

class Scanner {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  fail(expected: string): Error {
    return errors.headerSyntax(this.file, this.at, expected, this.text.slice(this.at, this.at + 1));
  }

  /** Whether the next character that is not space is `character`; if so it is taken. */
  take(character: string): boolean {
    if (!this.peek(character)) return false;
    this.at++;
    return true;
  }

  /** Whether the next character that is not space is `character`; it stays. */
  peek(character: string): boolean {
    this.skipSpace();
    return this.text[this.at] === character;
  }

  need(character: string): void {
    if (!this.take(character)) throw this.fail(`"${character}"`);
  }

  end(): void {
    this.skipSpace();
    if (this.at !== this.text.length) throw this.fail('the end of the header');
  }

  /** Calls `member` for each key of an object, after its colon. */
  members(member: (key: string) => void): void {
    this.need('{');
    if (this.take('}')) return;
    do {
      const key = this.string('a name in quotes');
      this.need(':');
      member(key);
    } while (this.take(','));
    this.need('}');
  }

  string(expected: string): string {
    this.skipSpace();
    const { text } = this;
    if (text.charCodeAt(this.at) !== quoteMark) throw this.fail(expected);
    const start = this.at++;
    let plain = true;
    for (; ; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === quoteMark) break;
      // NaN at the end of the text fails this comparison too.
      if (!(code >= 0x20)) throw this.fail('the end of the string');
      if (code === backslash) {
        plain = false;
        this.at++;
      }
    }
    this.at++;
    if (plain) return text.slice(start + 1, this.at - 1);
    try {
      return JSON.parse(text.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      throw this.fail('a string without unknown escapes');
    }
  }

  /** An array of at most `limit` whole numbers; `tooMany` is thrown beyond. */
  wholeNumbers(limit: number, tooMany: () => Error, bad: (found: string) => Error): number[] {
    const numbers: number[] = [];
    this.need('[');
    if (this.take(']')) return numbers;
    do {
      if (numbers.length === limit) throw tooMany();
      numbers.push(this.wholeNumber(bad));
    } while (this.take(','));
    this.need(']');
    return numbers;
  }

  private wholeNumber(bad: (found: string) => Error): number {
    this.skipSpace();
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    const digits = this.text.slice(start, this.at);
    const value = Number(digits);
    const next = this.text.charCodeAt(this.at);
    const ended = isSpace(next) || next === 0x2c || next === 0x5d;
    if (digits === '' || !ended || !Number.isSafeInteger(value) || (digits.length > 1 && digits.startsWith('0')))
      throw bad(/^[^\s,\]]*/.exec(this.text.slice(start, start + 40))![0]);
    return value;
  }

  private skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }
}

const parseMetadata = (scanner: Scanner, file: string): Record<string, string> => {
  const pairs = new Map<string, string>();
  scanner.members((key) => {
    if (pairs.has(key)) throw errors.duplicateKey(file, key, '"__metadata__"');
    if (!scanner.peek('"')) throw errors.metadataNotStrings(file, key);
    pairs.set(key, scanner.string('a string'));
  });
  // Own properties, so that a key `__proto__` is a key like others.
  return Object.fromEntries(pairs);
};

const parseTensor = (scanner: Scanner, file: string, name: string): HeaderTensor => {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const once = (field: string, earlier: unknown): void => {
    if (earlier !== undefined) throw errors.duplicateField(file, name, field);
  };
  const numbers = (field: string, limit: number, tooMany: () => Error): number[] =>
    scanner.wholeNumbers(limit, tooMany, (found) => errors.badNumber(file, name, field, found));
  scanner.members((field) => {
    switch (field) {
      case 'dtype':
        once(field, dtype);
        dtype = scanner.string('a dtype in quotes');
        break;
      case 'shape':
        once(field, shape);
        shape = numbers(field, maxAxes, () => errors.tooManyAxes(file, name, maxAxes));
        break;
      case 'data_offsets':
        once(field, offsets);
        offsets = numbers(field, 2, () => errors.badOffsets(file, name, 'more than two numbers'));
        break;
      default:
        throw errors.unknownField(file, name, field);
    }
  });
  if (dtype === undefined) throw errors.missingField(file, name, 'dtype');
  if (shape === undefined) throw errors.missingField(file, name, 'shape');
  if (offsets === undefined) throw errors.missingField(file, name, 'data_offsets');
  if (!isDtype(dtype)) throw errors.badDtype(file, name, dtype, Object.keys(dtypeBits));
  const [begin, end] = offsets;
  if (offsets.length !== 2 || begin > end) throw errors.badOffsets(file, name, `[${offsets.join(', ')}]`);
  return { name, dtype, shape, begin, end };
};

/**
 * Parses a header: `{"NAME": {"dtype", "shape", "data_offsets"}, ..., "__metadata__": {string: string}}`, with spaces
 * after it as padding. Sizes and offsets are not yet checked against each other or the file.
 * @throws SparseError `safetensors.*`, naming `file` and the tensor
 */
export function parseHeader(bytes: Uint8Array, file: string): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw errors.headerNotText(file);
  }
  const scanner = new Scanner(text, file);
  const tensors: HeaderTensor[] = [];
  const names = new Set<string>();
  let metadata: Record<string, string> = {};
  scanner.members((name) => {
    if (names.has(name)) throw errors.duplicateKey(file, name, 'the header');
    names.add(name);
    if (name === '__metadata__') metadata = parseMetadata(scanner, file);
    else tensors.push(parseTensor(scanner, file, name));
  });
  scanner.end();
  return { metadata, tensors };
}
