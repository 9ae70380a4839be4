/** What a schema accepts, in words: for messages, hovers and the docs page. */
import type { NumberSchema, ObjectSchema, Schema } from './schema-types';

/** `a`, `a or b`, `a, b or c`. */
const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Digits in groups; 2^53 - 1 as what it is. */
const numberText = (value: number): string =>
  value === Number.MAX_SAFE_INTEGER
    ? '2^53 - 1'
    : value !== 0 && Math.abs(value) < 1e-6
      ? value.toExponential()
      : value.toLocaleString('en', { maximumFractionDigits: 20 });

const bounds = ({ min, max, above, below }: NumberSchema): string => {
  const low =
    min !== undefined ? `at least ${numberText(min)}` : above !== undefined ? `above ${numberText(above)}` : '';
  const high =
    max !== undefined ? `at most ${numberText(max)}` : below !== undefined ? `below ${numberText(below)}` : '';
  if (min !== undefined && max !== undefined) return `from ${numberText(min)} to ${numberText(max)}`;
  return [low, high].filter((part) => part !== '').join(' and ');
};

/** The keys that make an object what it is: the required ones, else all. */
export const tellingKeys = ({ keys }: ObjectSchema): string[] => {
  const required = Object.keys(keys).filter((key) => keys[key].required);
  return required.length > 0 ? required : Object.keys(keys);
};

/** `a number above 0 and at most 1`, `uniform or erk`. */
export function expected(schema: Schema): string {
  switch (schema.kind) {
    case 'string':
      return schema.pattern ? `a name: ${schema.pattern.words}` : 'a text';
    case 'integer':
    case 'number':
      return [schema.kind === 'integer' ? 'a whole number' : 'a number', bounds(schema)]
        .filter((part) => part !== '')
        .join(' ');
    case 'boolean':
      return 'true or false';
    case 'enum':
      return either(schema.values.map(String));
    case 'list':
      return schema.length ? `a list of ${schema.length} values` : 'a list';
    case 'map':
      return `{ ${schema.keyPattern.example}: ... }`;
    case 'sweep':
      return '{ sparsity.density: [0.1, 0.2], seed: [1, 2, 3] }: key paths, each with a list of values';
    case 'union': {
      const objects = schema.of.filter((option) => option.kind === 'object');
      // Of many, what tells them apart says enough.
      if (objects.length > 4) return `a mapping with ${either(objects.map((option) => tellingKeys(option).at(-1)!))}`;
      return either(schema.of.map(expected));
    }
    case 'object':
      return `{ ${tellingKeys(schema)
        .map((key) => `${key}: ...`)
        .join(', ')} }`;
  }
}
