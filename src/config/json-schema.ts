/** The schema table as JSON Schema (draft-07), for editors that check YAML and JSON by it. */
import { keyText, valueText } from './describe';
import { configSchema } from './schema';
import type { Schema } from './schema-types';

type Json = Record<string, unknown>;

/** Without the keys whose value is `undefined`. */
const defined = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));

const description = (schema: Schema): string =>
  [keyText(schema), ...(schema.unit === undefined ? [] : [`Unit: ${schema.unit}.`])].join(' ');

function shape(schema: Schema): Json {
  switch (schema.kind) {
    case 'string':
      return { type: 'string', pattern: schema.pattern?.regex };
    case 'integer':
    case 'number':
      return {
        type: schema.kind,
        minimum: schema.min,
        maximum: schema.max,
        exclusiveMinimum: schema.above,
        exclusiveMaximum: schema.below,
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return {
        enum: schema.values,
        markdownEnumDescriptions: schema.valueDocs && schema.values.map((value) => valueText(schema, value)),
      };
    case 'list':
      return {
        type: 'array',
        items: convert(schema.items),
        minItems: schema.length ?? schema.minItems,
        maxItems: schema.length ?? schema.maxItems,
      };
    case 'map':
      return {
        type: 'object',
        propertyNames: { pattern: schema.keyPattern.regex },
        maxProperties: schema.maxKeys,
        additionalProperties: convert(schema.values),
      };
    case 'union':
      return { anyOf: schema.of.map(convert) };
    case 'object': {
      const required = Object.keys(schema.keys).filter((key) => schema.keys[key].required);
      return {
        type: 'object',
        additionalProperties: false,
        required: required.length > 0 ? required : undefined,
        oneOf: schema.exactlyOne?.map((key) => ({ required: [key] })),
        properties: Object.fromEntries(Object.entries(schema.keys).map(([key, inner]) => [key, convert(inner)])),
      };
    }
  }
}

const convert = (schema: Schema): Json =>
  defined({
    ...shape(schema),
    default: schema.kind === 'object' || schema.kind === 'map' ? undefined : schema.default,
    description: description(schema).replaceAll(/`|\*\*/g, ''),
    markdownDescription: description(schema),
  });

/** The content of media/sparse.schema.json. */
export const jsonSchema = (): Json => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Sparsescope config',
  ...convert(configSchema),
});
