/** The schema table as JSON Schema (draft-07), for editors that check YAML and JSON by it. */
import { keyText, valueText } from './describe';
import { configSchema } from './schema';
import { sharedKeys, variantsKey } from './schema-sweep';
import { plainDefault } from './schema-types';
import type { Schema } from './schema-types';
import { keyPath } from './tree';

type Json = Record<string, unknown>;

/** Without the keys whose value is `undefined`. */
const defined = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));

const description = (schema: Schema): string =>
  [keyText(schema), ...(schema.unit === undefined ? [] : [`Unit: ${schema.unit}.`])].join(' ');

/** Where in this JSON Schema each key is described that is not within a list or a mapping of the person's own names. */
function* pointers(schema: Schema, path: string, pointer: string): Generator<[path: string, pointer: string]> {
  if (path !== '') yield [path, pointer];
  if (schema.kind === 'union')
    for (const [i, option] of schema.of.entries())
      if (option.kind === 'object') for (const inner of pointers(option, path, `${pointer}/anyOf/${i}`)) yield inner;
  if (schema.kind === 'object')
    for (const [key, inner] of Object.entries(schema.keys))
      yield* pointers(inner, keyPath(path, key), `${pointer}/properties/${key}`);
}

const ownNames = '^(model\\.layers\\[|sparsity\\.layers\\.)';

/** A list of values for each key path; what a value may be is said where the key itself is described. */
function sweepShape(): Json {
  const lists = new Map<string, Json>();
  for (const [path, pointer] of pointers(configSchema, '', '#'))
    if (!sharedKeys.includes(path) && !lists.has(path))
      lists.set(path, { type: 'array', minItems: 1, items: { $ref: pointer } });
  const settings = Object.fromEntries([...lists].map(([path, { items }]) => [path, items]));
  lists.set(variantsKey, {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      patternProperties: { [ownNames]: {} },
      properties: { name: { $ref: '#/properties/name' }, ...settings },
    },
  });
  return {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    // Layers by their place, and densities by the names of layers.
    patternProperties: { [ownNames]: { type: 'array', minItems: 1 } },
    properties: Object.fromEntries(lists),
  };
}

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
    case 'sweep':
      return sweepShape();
    case 'union':
      return { anyOf: schema.of.map(convert) };
    case 'object': {
      const required = Object.keys(schema.keys).filter((key) => schema.keys[key].required);
      return {
        type: 'object',
        additionalProperties: false,
        required: required.length > 0 ? required : undefined,
        not: schema.atMostOne && { required: schema.atMostOne },
        oneOf: schema.exactlyOne?.map((key) => ({ required: [key] })),
        properties: Object.fromEntries(Object.entries(schema.keys).map(([key, inner]) => [key, convert(inner)])),
      };
    }
  }
}

const convert = (schema: Schema): Json =>
  defined({
    ...shape(schema),
    default: plainDefault(schema),
    description: description(schema).replaceAll(/`|\*\*/g, ''),
    markdownDescription: description(schema),
  });

/** The content of media/sparse.schema.json. */
export const jsonSchema = (): Json => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Sparsescope config',
  ...convert(configSchema),
});
