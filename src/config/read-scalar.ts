/** Reads one text, number, switch or word by its schema. */
import * as errors from './errors';
import type { Finding } from './finding';
import { expected } from './expected';
import type { ConfigFormat } from './format';
import type { BooleanSchema, EnumSchema, NumberSchema, StringSchema } from './schema-types';
import { nearest } from './suggest';
import type { ScalarNode } from './tree';
import { scalarText } from './write';

type ScalarSchema = StringSchema | NumberSchema | BooleanSchema | EnumSchema;
type Result = { value: string | number | boolean } | { finding: Finding };

const say = (finding: Finding): Result => ({ finding });
const to = (text: string): { text: string; title: string } => ({ text, title: `Change to ${text}` });

const kindOf = (value: ScalarNode['value'], source: string): string => {
  if (value === null) return source.trim() === '' ? 'empty' : source.length > 40 ? 'empty' : source;
  if (typeof value !== 'string') return String(value);
  return `${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)} (a text)`;
};

/** `source`: the value as written. */
export function readScalar(
  schema: ScalarSchema,
  node: ScalarNode,
  path: string,
  source: string,
  format: ConfigFormat,
  wanted = expected(schema),
): Result {
  switch (schema.kind) {
    case 'string':
      return readString(schema, node, path, source, format);
    case 'integer':
    case 'number':
      return readNumber(schema, node, path, source);
    case 'boolean':
      return readBoolean(schema, node, path, source);
    case 'enum':
      return readWord(schema, node, path, source, format, wanted);
  }
}

function readString(
  schema: StringSchema,
  { value }: ScalarNode,
  path: string,
  source: string,
  format: ConfigFormat,
): Result {
  if (typeof value !== 'string') {
    const quoted = value === null ? undefined : to(JSON.stringify(source));
    return say(errors.wrongType(path, kindOf(value, source), expected(schema), quoted));
  }
  const { pattern } = schema;
  if (!pattern || new RegExp(pattern.regex, 'u').test(value)) return { value };
  const tidy = value
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64);
  const suggestion = new RegExp(pattern.regex, 'u').test(tidy) ? to(scalarText(tidy, format)) : undefined;
  return say(errors.badName(path, value, pattern.words, suggestion));
}

/** The number that a text was meant to be: `"5"`, `1_000`, `0,1`. */
const meantNumber = (text: string): number | undefined => {
  const plain = text
    .trim()
    .replaceAll('_', '')
    .replace(/^([+-]?\d+),(\d+)$/, '$1.$2');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain) ? Number(plain) : undefined;
};

const inBounds = ({ min, max, above, below }: NumberSchema, value: number): boolean =>
  (min === undefined || value >= min) &&
  (max === undefined || value <= max) &&
  (above === undefined || value > above) &&
  (below === undefined || value < below);

const isShare = ({ unit }: NumberSchema): boolean => unit?.startsWith('share') === true;

function readNumber(schema: NumberSchema, { value }: ScalarNode, path: string, source: string): Result {
  const wanted = expected(schema);
  if (typeof value === 'string') {
    const share = isShare(schema) ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim()) : null;
    const meant = share ? Number((Number(share[1]) / 100).toPrecision(12)) : meantNumber(value);
    const fits = meant !== undefined && inBounds(schema, meant);
    return say(errors.wrongType(path, kindOf(value, source), wanted, fits ? to(String(meant)) : undefined));
  }
  if (typeof value !== 'number' || !Number.isFinite(value))
    return say(errors.wrongType(path, kindOf(value, source), wanted));
  if (!inBounds(schema, value)) {
    const share = value / 100;
    if (isShare(schema) && value > 1 && inBounds(schema, share))
      return say(errors.percent(path, value, wanted, String(Number(share.toPrecision(12)))));
    if (schema.ratio && value > 0 && inBounds(schema, 1 / value))
      return say(errors.shareNotRatio(path, value, wanted, String(Number((1 / value).toPrecision(6)))));
    const bound = [schema.min, schema.max].find(
      (limit) => limit !== undefined && (limit === schema.min ? value < limit : value > limit),
    );
    return say(errors.outOfRange(path, value, wanted, bound === undefined ? undefined : String(bound)));
  }
  if (schema.kind === 'integer' && !Number.isInteger(value))
    return say(errors.outOfRange(path, value, wanted, String(Math.round(value))));
  return { value };
}

const switches: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  true: true,
  no: false,
  off: false,
  false: false,
};

function readBoolean(schema: BooleanSchema, { value }: ScalarNode, path: string, source: string): Result {
  if (typeof value === 'boolean') return { value };
  const key = typeof value === 'string' ? value.toLowerCase() : '';
  const meant = Object.hasOwn(switches, key) ? to(String(switches[key])) : undefined;
  return say(errors.wrongType(path, kindOf(value, source), expected(schema), meant));
}

function readWord(
  schema: EnumSchema,
  { value }: ScalarNode,
  path: string,
  source: string,
  format: ConfigFormat,
  wanted: string,
): Result {
  const { values } = schema;
  const known = values.find((allowed) => allowed === value);
  if (known !== undefined) return { value: known };
  if (value === null) return say(errors.wrongType(path, kindOf(value, source), wanted));
  const word = String(value);
  // `version: '1'`
  const unquoted = typeof value === 'string' ? values.find((allowed) => String(allowed) === word) : undefined;
  if (unquoted !== undefined) return say(errors.wrongType(path, kindOf(value, source), wanted, to(word)));
  if (schema.later?.includes(word)) return say(errors.valueNotAvailable(path, word, wanted));
  const others = schema.valuesAka ?? {};
  const aka = Object.fromEntries(
    values.map((allowed) => [String(allowed), Object.keys(others).filter((name) => others[name] === allowed)]),
  );
  const meant = nearest(word, values.map(String), aka);
  const suggestion = values.find((allowed) => String(allowed) === meant);
  return say(
    errors.notOneOf(path, word, wanted, suggestion === undefined ? undefined : to(scalarText(suggestion, format))),
  );
}
