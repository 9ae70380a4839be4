/** What a key means, for hovers, completions and the docs page: written from the schema table. */
import { expected } from './expected';
import { schemaAt } from './schema-paths';
import type { Schema } from './schema-types';
import { pathSteps } from './tree';

/** Values as a config shows them: `0.1`, `[0, end]`. */
export const defaultText = (schema: Schema): string | undefined => {
  if (schema.kind === 'object' || schema.kind === 'map' || schema.default === undefined) return undefined;
  return Array.isArray(schema.default) ? `[${schema.default.join(', ')}]` : String(schema.default);
};

/** `number above 0 and at most 1`; of an object nothing, its keys say it. */
export const typeText = (schema: Schema): string =>
  schema.kind === 'object' ? 'keys' : expected(schema).replace(/^an? /, '');

/** One line for each value of an enumeration that has a sentence. */
export const valueLines = (schema: Schema): string[] => {
  if (schema.kind === 'union') return schema.of.flatMap(valueLines);
  if (schema.kind !== 'enum' || !schema.valueDocs) return [];
  return Object.entries(schema.valueDocs).map(([value, doc]) => `\`${value}\`: ${doc}`);
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

/** Explains the key at `model.layers[0].linear.in`; `undefined` where no key of ours can be. */
export function describeKey(path: string): KeyDescription | undefined {
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
  const markdown = [
    `**${title}**`,
    schema.doc,
    ...(schema.kind === 'object' ? keys : [facts(schema).join(' · ')]),
    valueLines(schema)
      .map((line) => `- ${line}`)
      .join('\n'),
    schema.source === undefined ? '' : `Source: ${schema.source}`,
  ];
  return { title, markdown: markdown.filter((part) => part !== '').join('\n\n') };
}
