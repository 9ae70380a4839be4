/** What a key means, for hovers, completions and the docs page: written from the schema table. */
import { expected } from './expected';
import type { MethodFacts } from './method-facts';
import { schemaAt } from './schema-paths';
import { plainDefault } from './schema-types';
import type { EnumSchema, Schema } from './schema-types';
import { pathSteps } from './tree';

/** Values as a config shows them: `0.1`, `[0, end]`. */
export const defaultText = (schema: Schema): string | undefined => {
  const value = plainDefault(schema);
  return Array.isArray(value) ? `[${value.join(', ')}]` : value === undefined ? undefined : String(value);
};

/** `number above 0 and at most 1`; of an object nothing, its keys say it. */
export const typeText = (schema: Schema): string =>
  schema.kind === 'object' ? 'keys' : expected(schema).replace(/^an? /, '');

/** `... \`s = |w|\`. Source: ...`: the sentence, what is computed, where it comes from. */
const withFacts = (doc: string, { formula, source }: Partial<MethodFacts> = {}): string =>
  [
    doc,
    ...(formula === undefined ? [] : [`\`${formula}\`.`]),
    ...(source === undefined ? [] : [`Source: ${source}.`]),
  ].join(' ');

/** What a key means, with its formula and source where it has them. */
export const keyText = (schema: Schema): string => withFacts(schema.doc, schema);

/** What a value of an enumeration means, with its formula and source where it is a method. */
export const valueText = ({ doc, valueDocs, valueFacts }: EnumSchema, value: string | number): string =>
  withFacts(valueDocs?.[value] ?? doc, valueFacts?.[value]);

/** One line for each value of an enumeration that has a sentence. */
export const valueLines = (schema: Schema): string[] => {
  if (schema.kind === 'union') return schema.of.flatMap(valueLines);
  if (schema.kind !== 'enum' || !schema.valueDocs) return [];
  return Object.keys(schema.valueDocs).map((value) => `\`${value}\`: ${valueText(schema, value)}`);
};

const facts = (schema: Schema): string[] => {
  const byDefault = defaultText(schema);
  return [
    `Type: ${typeText(schema)}`,
    ...(schema.unit === undefined ? [] : [`Unit: ${schema.unit}`]),
    ...(byDefault === undefined ? [] : [`Default: \`${byDefault}\``]),
    ...(schema.required ? ['Required'] : []),
  ];
};

export interface KeyDescription {
  /** `sparsity.density` */
  title: string;
  markdown: string;
}

/** The alternative that has the value. */
const enumOf = (schema: Schema, value: unknown): EnumSchema | undefined => {
  if (schema.kind === 'union') return schema.of.map((option) => enumOf(option, value)).find((found) => found);
  return schema.kind === 'enum' && (schema.values as readonly unknown[]).includes(value) ? schema : undefined;
};

/**
 * Explains the key at `model.layers[0].linear.in`, and first of all the `value` it has; `undefined` where no key of
 * ours can be.
 */
export function describeKey(path: string, value?: unknown): KeyDescription | undefined {
  const schema = schemaAt(path);
  if (!schema || path === '') return undefined;
  const title = pathSteps(path)
    .filter((step) => typeof step === 'string')
    .join('.');
  const keys =
    schema.kind === 'object'
      ? [
          `Keys: ${Object.keys(schema.keys)
            .map((key) => `\`${key}\``)
            .join(', ')}`,
        ]
      : [];
  const chosen = typeof value === 'string' ? enumOf(schema, value) : undefined;
  const markdown = [
    `**${title}**${chosen ? `: \`${String(value)}\`` : ''}`,
    chosen?.valueFacts ? valueText(chosen, String(value)) : '',
    schema.doc,
    ...(schema.kind === 'object' ? keys : [facts(schema).join(' · ')]),
    valueLines(schema)
      .map((line) => `- ${line}`)
      .join('\n'),
    schema.formula === undefined ? '' : `Formula: \`${schema.formula}\``,
    schema.source === undefined ? '' : `Source: ${schema.source}`,
  ];
  return { title, markdown: markdown.filter((part) => part !== '').join('\n\n') };
}
