import { describe, expect, it } from 'vitest';
import { completionsAt } from '../../../src/config/complete';
import { describeKey, keyText, valueText } from '../../../src/config/describe';
import { configDocs } from '../../../src/config/docs';
import { schemaAt } from '../../../src/config/schema-paths';
import type { EnumSchema, Schema } from '../../../src/config/schema-types';
import { keyPath } from '../../../src/config/tree';

const enums = (schema: Schema): EnumSchema[] =>
  schema.kind === 'enum' ? [schema] : schema.kind === 'union' ? schema.of.flatMap(enums) : [];

const objectAt = (path: string): Extract<Schema, { kind: 'object' }> => {
  const schema = schemaAt(path)!;
  if (schema.kind !== 'object') throw new Error(`${path} has no keys`);
  return schema;
};

/** Every key below, objects opened. */
function* keysBelow(path: string): Generator<[string, Schema]> {
  for (const [key, schema] of Object.entries(objectAt(path).keys)) {
    const inner = keyPath(path, key);
    if (schema.kind === 'object') yield* keysBelow(inner);
    else yield [inner, schema];
  }
}

const lists = ['sparsity', 'sharing']
  .flatMap((section) => [...keysBelow(section)])
  .flatMap(([path, schema]) => enums(schema).map((list) => [path, list] as const));

it('finds every list of methods', () => {
  expect(lists.map(([path]) => path)).toEqual([
    'sparsity.distribution',
    'sparsity.init',
    'sparsity.base',
    'sparsity.fan',
    'sparsity.gain.weight',
    'sparsity.eoi.angles',
    'sparsity.eoi.convDensity',
    'sparsity.update.method',
    'sparsity.update.schedule',
    'sharing.method',
    'sharing.scope',
    'sharing.mapping',
    'sharing.scaler',
    'sharing.base',
    'sharing.gain.weight',
  ]);
});

describe.each(lists)('every word of %s', (path, schema) => {
  it.each(schema.values.map(String))('%s: what it does, by which formula, from where', (value) => {
    const facts = schema.valueFacts![value];
    // A method that computes nothing has no formula.
    if (value !== 'static') expect(facts.formula).toMatch(/[=~>]|drop|minimise|H as/);
    expect(facts.source).toMatch(/\S/);
    const text = valueText(schema, value);
    expect(text).toMatch(/^[A-Z].*\.( `.*`\.)? Source: .*\.$/);
    // The hover, the completion and the page say the same.
    expect(describeKey(path, value)!.markdown).toContain(text);
    expect(configDocs()).toContain(`- \`${value}\`: ${text}`);
  });
  it('has facts about no other word', () => {
    expect(Object.keys(schema.valueFacts!)).toEqual([...schema.values]);
  });
});

describe.each([...['gain', 'eoi', 'ai', 'sao', 'synflow', 'update'].map((key) => `sparsity.${key}`), 'sharing'])(
  'every key of %s',
  (path) => {
    it.each([...keysBelow(path)])('%s has a source', (key, schema) => {
      const sources = [schema, ...enums(schema).flatMap(({ valueFacts }) => Object.values(valueFacts ?? {}))];
      expect(sources.some(({ source }) => source !== undefined)).toBe(true);
      if (schema.formula === undefined) return;
      expect(describeKey(key)!.markdown).toContain(`Formula: \`${schema.formula}\`\n\nSource: `);
      expect(configDocs()).toContain(keyText(schema).replaceAll('|', '\\|'));
    });
  },
);

it('says what no public source states', () => {
  expect(describeKey('sparsity.update')!.markdown).toMatch(/Appendix I\) is not public/);
  expect(describeKey('sparsity.distribution', 'balanced')!.markdown).toMatch(/without a formula that is public/);
  expect(describeKey('sparsity.eoi.pattern')!.markdown).toMatch(/no public source/);
});

it('is in completions, of keys and of words', () => {
  const text = 'version: 1\nmodel: { preset: mlp-7 }\nsparsity:\n  ';
  const offered = (typed: string): Map<string, string> =>
    new Map(
      completionsAt(text + typed, text.length + typed.length).map(({ label, documentation }) => [label, documentation]),
    );
  expect(offered('ai:\n    ').get('iterations')).toContain('Formula: `W <- W');
  expect(offered('update:\n    schedule: ').get('cosine')).toContain('`f(t) = a/2 (1 + cos(pi t/T))`. Source: Evci');
});
